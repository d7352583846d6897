"""A small company's fact tables, read from sheets as a company would write them."""

from collections.abc import Mapping
from datetime import date

from shared.adapters.parsers.grid import read_csv
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.spreadsheet import read_sheets
from shared.domain.facts import look_up_facts
from shared.domain.knowledge import DocumentMeta, FactAnswer, FactTable
from shared.domain.language import Language

TODAY = date(2026, 11, 22)  # a Sunday

PRICES = """型号,别名,类别,价格(元),会员价(元),生效日期,失效日期
云雀 S3,Skylark S3,扫地机器人,2499,2399,2026-03-01,2026-10-31
云雀 S3,Skylark S3,扫地机器人,2299,2199,2026-11-01,
云雀 S3 Pro,Skylark S3 Pro,扫地机器人,3999,3799,2026-03-01,
云雀 S3 Pro,Skylark S3 Pro,扫地机器人,3299,3199,2026-11-01,2026-11-11
松果 P2,Pinecone P2；净化器,空气净化器,1299,1239,,
松果 P2,Pinecone P2；净化器,空气净化器,1199,1139,2027-01-01,
松果 P2 滤芯,,耗材,169,159,,
望山 C2,Vista C2,摄像头,199,189,,
望山 C4,Vista C4,摄像头,399,379,,
"""
SHOPS = """门店,英文名,城市,城市别名,地址,周一至周五,周末,电话
上海南京路店,Nanjing Road,上海,Shanghai,上海市黄浦区南京路 1 号,10:00-21:00,10:00-22:00,021-0000-0001
上海浦东店,Pudong,上海,Shanghai,上海市浦东新区潮汐路 2 号,11:00-21:00,10:30-22:00,021-0000-0002
北京国贸店,Guomao,北京,Beijing,北京市朝阳区北岸街 3 号,10:00-21:30,09:30-22:00,010-0000-0003
"""
STOCK = """型号,颜色,库存
云雀 S3,白色,有货
云雀 S3,雾灰,有货
松果 P2,白色,缺货
望山 C2,白色,有货
望山 C2,黑色,缺货
"""
FEES = """地区,别名,运费(元),预计天数
华东,上海；江苏；浙江；杭州,8,1-2 天
新疆西藏,新疆；西藏；Xinjiang；Tibet,25,6-9 天
"""
ENGLISH = """Plan,Monthly price,Storage (GB),Support,Users
Starter,$9,50,email,1
Team,$29,500,chat,10
Business,$99,2000,phone,unlimited
"""


def table(sheet: str, text: str, language: Language = "zh", options: Mapping[str, object] | None = None) -> FactTable:
    meta = DocumentMeta(title=sheet, language=language, kind="facts", options=options or {})
    (found,) = read_sheets(read_csv(sheet, text, Limits()), meta).tables
    return found


TABLES = (
    table("产品价格", PRICES),
    table("门店营业时间", SHOPS),
    table("库存", STOCK),
    table("运费", FEES),
    table("Plans", ENGLISH, "en"),
)


def ask(question: str, today: date = TODAY) -> FactAnswer:
    return look_up_facts(question, TABLES, today)


def said(question: str, today: date = TODAY) -> list[str]:
    """Return the values that an exact answer gives, [] for anything else."""
    answer = ask(question, today)
    return [value for hit in answer.hits for _, value in hit.cells] if answer.status == "exact" else []
