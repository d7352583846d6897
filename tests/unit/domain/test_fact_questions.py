"""How customers ask for what tables hold, in many trades; and what the same tables must keep silent about.

The questions on a company's own folder and on the small tables were written before the look-up was changed for them.
"""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from local.read_company import read_company
from shared.adapters.parsers.folder_metadata import meta_for, read_folder_settings
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.domain.fact_book import PreparedTable, prepare
from shared.domain.facts import look_up
from shared.domain.knowledge import FactAnswer
from tests.unit.domain.fact_trades import TRADES

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 11, 22)  # a Sunday
FOLDERS = {"yuguang": "samples/yuguang", "lensferry": "tests/data/answering-2"}

ANSWERED = [
    # company, question, what each said cell is (in order of rows), nothing else
    ("yuguang", "s3 pro 现在多少", "3999 元"),
    ("yuguang", "云雀s3pro现价", "3999 元"),
    ("yuguang", "小夜灯几块", "79 元"),
    ("yuguang", "P2 的滤芯换一个要多少钱", "169 元"),
    ("yuguang", "北京那家几点关门", "10:00-21:00,10:00-21:30"),
    ("yuguang", "杭州店周三开到几点", "10:00-21:00"),
    ("yuguang", "明年一月份P2卖多少", "1199 元"),
    ("yuguang", "how much will the P2 be in January", "1199"),
    ("yuguang", "寄到青海邮费多少", "15 元"),
    ("yuguang", "how long does delivery to Chongqing take", "3-4 days"),
    ("yuguang", "群屿能加几个家人", "8 人"),
    ("yuguang", "远屿包年多少钱啊", "268 元/年"),
    ("yuguang", "What's the monthly fee for the Family plan", "45"),
    ("yuguang", "Vista C4 price please", "399"),
    ("yuguang", "杭州店电话给我一下", "0571-0000-1601"),
    ("lensferry", "燕鸥8租三天的话一天是多少", "45 元/天"),
    ("lensferry", "Kestrl Mini 一天多少钱", "110 元/天"),
    ("lensferry", "影视灯租一个星期什么价", "425 元/周"),
    ("lensferry", "What's the weekly rate on the portrait lens?", "375"),
    ("lensferry", "Lumo600 的押金", "3500 元"),
    ("lensferry", "how much do I have to put down as a deposit for the Grippa S3", "2500"),
    ("lensferry", "H6二代 日租", "320 元/天"),
    ("lensferry", "帝都那家店周末几点开", "08:30-21:00"),
    ("lensferry", "when do you close on Sunday in Chengdu", "09:00-20:30"),
    ("lensferry", "远航会员改期能免费几次", "4 次/年"),
    ("lensferry", "省外寄过来大概几天到", "2-3 天"),
    ("lensferry", "sending it to Tibet, what's the delivery fee", "78"),
    ("lensferry", "top level members get what discount on rent", "12% off"),
    ("saas", "how many seats on the growth plan", "15"),
    ("saas", "Growth 套餐一个月多少钱", "49 USD"),
    ("saas", "what does Scale cost per year", "1990 USD"),
    ("saas", "does the starter plan come with SSO", "no"),
    ("saas", "which plan has SSO", "yes"),
    ("saas", "Scale 有多少存储空间", "2000 GB"),
    ("saas", "cheapest plan?", "12 USD,120 USD"),
    ("saas", "we are 12 people, which plan do we need", "15,60"),
    ("saas", "what kind of support do I get with Growht", "chat"),
    ("parcels", "寄3公斤到上海要多少钱", "16 元"),
    ("parcels", "华北 25kg 运费", "88 元"),
    ("parcels", "华东超过20公斤怎么收费", "72 元"),
    ("parcels", "华北半公斤的件几天到", "2 天"),
    ("parcels", "how much to send 8 kg to 华东", "38 元"),
    ("gyms", "what time does mill lane shut on saturday", "08:00-18:00"),
    ("gyms", "Is Mill Lane open Sundays?", "closed"),
    ("gyms", "which clubs are open on Sunday", "09:00-18:00,08:00-20:00"),
    ("gyms", "Harbour Street 周日几点关门", "09:00-18:00"),
    ("gyms", "can I park at Canal Wharf", "yes"),
    ("gyms", "phone number for the York club", "01904 000 0102"),
    ("gyms", "opening hours at canal wharf next Monday", "05:30-23:00"),
    ("hotel", "海景房周末一晚多少", "880 元"),
    ("hotel", "亲子房能住几个人", "4"),
    ("hotel", "庭院双床有没有早餐", "无"),
    ("hotel", "海景大床房明年平日价多少", "720 元"),
    ("hotel", "最大的房型是哪个", "58 平方米"),
    ("hotel", "How big is the 家庭套房", "58 平方米"),
    ("coffee", "how much is night ferry", "27 GBP"),
    ("coffee", "Night Ferry 卖多少钱一袋啊", "27 GBP"),
    ("coffee", "is the decaf available right now", "out of stock"),
    ("coffee", "Lowland Light 有货吗", "in stock"),
    ("dental", "洁牙一次多少钱", "260 元"),
    ("dental", "补牙要多长时间", "45 分钟"),
    ("dental", "根管医保能报吗", "是"),
    ("dental", "How much is 隐形矫正", "23800 元"),
    ("bikes", "e1 plus 能跑多远", "80 km"),
    ("bikes", "M3 充满电要多久", "8 小时"),
    ("bikes", "山岚M3有多重", "28 kg"),
    ("bikes", "哪款续航最长", "120 km"),
    ("bikes", "轻风E1 和 M3 最高时速各多少", "25 km/h,32 km/h"),
    ("holidays", "元旦几点开门", "10:00-18:00"),
    ("holidays", "春节你们营业吗", "休息"),
    ("posts", "how long to get to japan", "8-12 days"),
    ("posts", "寄到日本运费多少", "19 EUR"),
    ("posts", "shipping to the UK how much", "9.90 EUR"),
    ("posts", "德国满多少包邮", "50 EUR"),
]

ASKED_BACK = [
    ("yuguang", "云雀多少钱", ("云雀 S3", "云雀 S3 Pro")),
    ("lensferry", "kestrel 一天租金多少", ("Kestrel Mini", "Kestrel Pro 4")),
    ("gyms", "what time does the Leeds club open on Sunday", ("Harbour Street", "Canal Wharf")),
    ("parcels", "寄到华北多少钱", ("华北 1kg以内", "华北 1-5kg", "华北 5-20kg", "华北 20kg以上")),
]

SILENT = [
    ("yuguang", "S3 Pro 的尘盒多少钱"),
    ("yuguang", "L5 的电池多少钱"),
    ("yuguang", "杭州店停车多少钱"),
    ("yuguang", "北岸店店长电话多少"),
    ("yuguang", "杭州店招人吗，工资多少"),
    ("yuguang", "退货到拉萨运费谁出"),
    ("yuguang", "how much is the S4"),
    ("yuguang", "远屿退款要几天"),
    ("yuguang", "S3 去年双十一多少钱"),
    ("yuguang", "南京店几点开门"),
    ("lensferry", "H6 买一台新的多少钱"),
    ("lensferry", "C70 摔坏了赔多少"),
    ("lensferry", "小鹰续航多久"),
    ("lensferry", "Can I buy the used H6, how much"),
    ("lensferry", "How heavy is the gimbal?"),
    ("lensferry", "领航会员怎么升级，一年要花多少"),
    ("lensferry", "朝阳店附近停车一小时多少钱"),
    ("lensferry", "逾期一天罚多少"),
    ("saas", "how much does an extra seat on Growth cost"),
    ("saas", "does Growth include a dedicated account manager"),
    ("saas", "how much is the Enterprise plan"),
    ("saas", "how many projects on the growth plan"),
    ("saas", "can I get a refund on Scale per year"),
    ("parcels", "寄到广州3公斤多少钱"),
    ("parcels", "华东3公斤保价费多少"),
    ("gyms", "how much is a membership at Mill Lane"),
    ("gyms", "does Mill Lane have a pool"),
    ("gyms", "what time does the pool at Canal Wharf open"),
    ("hotel", "海景大床房加床多少钱"),
    ("hotel", "家庭套房能带狗吗"),
    ("hotel", "总统套房多少钱一晚"),
    ("coffee", "how should I brew night ferry"),
    ("coffee", "Where do the beans in Ridgeway Blend come from"),
    ("dental", "种植牙多少钱"),
    ("dental", "洁牙疼吗"),
    ("dental", "根管治疗之后多久能吃饭"),
    ("bikes", "E1 多少钱"),
    ("bikes", "M3 换个电池多少钱"),
    ("bikes", "E1 电池能用几年"),
    ("holidays", "国庆几点开门"),
    ("posts", "how much is customs duty to Japan"),
    ("posts", "how long do returns from Germany take"),
    ("posts", "do you deliver to Brazil"),
]


@cache
def book(company: str) -> tuple[PreparedTable, ...]:
    if company not in FOLDERS:
        return prepare(TRADES[company])
    home = ROOT / FOLDERS[company]
    folder = home / "facts"
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    settings = {Path("facts"): read_folder_settings(files["kefu.yaml"], frozenset(files))}
    tables = [
        found
        for name, data in files.items()
        if name != "kefu.yaml"
        for found in parse_document(name, data, meta_for(Path("facts") / name, settings, {}), Limits()).tables
    ]
    return prepare(tables, [group for groups in read_company(home).synonyms.values() for group in groups])


def ask(company: str, question: str) -> FactAnswer:
    return look_up(question, book(company), TODAY)


@pytest.mark.parametrize(("company", "question", "values"), ANSWERED)
def test_a_question_is_answered_with_the_cells_asked_for_and_no_other(company: str, question: str, values: str) -> None:
    answer = ask(company, question)
    said = ",".join(value for hit in answer.hits for _, value in hit.cells)
    assert (answer.status, said) == ("exact", values)


@pytest.mark.parametrize(("company", "question", "names"), ASKED_BACK)
def test_a_question_that_fits_several_rows_asks_which(company: str, question: str, names: tuple[str, ...]) -> None:
    answer = ask(company, question)
    assert (answer.status, tuple(hit.name for hit in answer.hits)) == ("ambiguous", names)


@pytest.mark.parametrize(("company", "question"), SILENT)
def test_what_the_tables_do_not_hold_is_left_to_the_documents(company: str, question: str) -> None:
    assert ask(company, question).status == "none"
