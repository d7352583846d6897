"""Which column of a sheet of facts is what: names, other names, a kind of thing, days; declared, or told by headings and cells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.parsers.cell_dates import read_period
from shared.adapters.parsers.fact_cells import guess_type, is_blank
from shared.adapters.parsers.grid import GridRow, Sheet
from shared.domain.fact_words import core_name
from shared.domain.knowledge import ColumnType

_ALIAS = re.compile(r"别名|又名|别称|简称|俗称|昵称|^alias(?:es)?$|^aka$|also known as", re.IGNORECASE)
_FROM = re.compile(
    r"^(?:生效|开始|起始|起效)(?:日期|日|时间)?$|^valid[ _]from$|^(?:start|effective)(?:[ _](?:date|from))?$|^from$",
    re.IGNORECASE,
)
_TO = re.compile(
    r"^(?:失效|结束|截止|终止|到期)(?:日期|日|时间)?$"
    r"|^valid[ _](?:to|until)$|^(?:end|expiry|expires)(?:[ _]date)?$|^(?:until|to)$",
    re.IGNORECASE,
)
# Products and shops: a list of them is a table of facts. Things of other trades may as well be described at length.
_GOODS = (
    r"名称|^名$|英文名|中文名|型号|^产品|^商品|门店|店铺|店名|^城市|^地区|^区域|套餐|等级|^规格$|SKU|货号"
    r"|\bname\b|^model|^product|^item|^plan|^store|^shop|^city|^region|^sku"
)
_THINGS = (
    r"编码|料号|物料号|代码$|^会议室|^场地|^事项|^停车场|^包[间厢房]|^(?:配送|快递|运送)方式|^楼盘|^小区|^姓名|^医生|^专家|^舱位|^阶梯"
    r"|^款式|^档位|^会员|^品名|^品种|^菜名|^菜品|^课程|^科室|^部门|^房型|^车型|^机型|^户型|^卡种|^卡类|^票种|^线路|^目的地|^国家|^省份"
    r"|^校区|^年级|^班级|^存期|(?:服务|收费|检查|检测|体检|护理|治疗|维修|保养|美容|清洗)?项目$|^(?:分店|网点|场馆|营业厅|景点|航线|版本)$"
    r"|\bcode$|^part\b|^description$|^service|^treatment|^course$|^class$|^car park|^(?:shipping |delivery )?method$"
    r"|^(?:meeting )?rooms?\b|^tours?$|^cabin|^branch|^club$|^location$|^department|^destination|^country|^route|^zone$|^tier$"
    r"|^package|^dish$|^vehicle|^year group$|^tariff$"
)
GOODS = re.compile(_GOODS, re.IGNORECASE)
KEY = re.compile(f"{_GOODS}|{_THINGS}", re.IGNORECASE)
# Which days a row holds for, in one column; those of an offer bound only what is called one. The days of a holiday or of a
# talk ("日期", "时间") bound nothing: they are asked for beforehand.
_PERIOD = re.compile(
    r"有效期|有效日期|有效时间|(?:适用|执行|生效|销售|价格)(?:日期|时间|期限?|起止)|\bvalid(?:ity)?\b|\brate period\b",
    re.IGNORECASE,
)
_OFFER_PERIOD = re.compile(
    r"(?:活动|促销|优惠|特价|限时)(?:日期|时间|期限?|期间|起止)|\b(?:offer|sale|promo\w*|deal|discount) (?:period|dates?|valid\w*)\b",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"活动|促销|特价|特惠|优惠|限时|折后|秒杀|团购价|\b(?:offer|sale|promo\w*|special|deal|discount\w*)\b", re.IGNORECASE
)
# Things that take place: their days are facts about them, and do not say when the facts hold.
_EVENT = re.compile(
    r"课|班次|班级|夏令营|冬令营|培训|讲座|演出|展览|赛|场次|旅行团|线路"
    r"|\b(?:courses?|class(?:es)?|workshops?|events?|tours?|trips?|camps?|intakes?|sessions?|shows?|exhibitions?|festivals?|terms?)\b",
    re.IGNORECASE,
)
_TAKES_PLACE = re.compile(r"^(?:开始|起始|结束|截止)|^(?:start|end)\b|^(?:from|to|until)$", re.IGNORECASE)
SERIAL = re.compile(r"^(?:序号|序|编号|行号|no\.?|nr\.?|#|s/n|id)$", re.IGNORECASE)
PRICE_LIST = re.compile(
    r"价|收费|费用|资费|运费|租金|\bprices?\b|\brates?\b|\btariffs?\b|\bfees?\b|\bcharges\b|\bpricing\b", re.IGNORECASE
)
_CATEGORY = re.compile(r"类别|分类|品类|种类|^category|^type$", re.IGNORECASE)
_VARIANT = re.compile(r"颜色|尺寸|尺码|规格|版本|容量|口味|colou?r|\bsize|version|variant", re.IGNORECASE)
_HOLDS = re.compile(
    r"^(?:包含|覆盖|涵盖|所含|含)(?:的)?(?:省份|省市|地区|区域|城市|国家|范围)?$|^(?:includes|covers|countries|areas covered)$",
    re.IGNORECASE,
)
_MOST_PERIODS = 0.6
_SEPARATORS = "；;|、,，/\n"
_MAX_NAME = 40
_MAX_CELL = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which column (by position) is what. `period`: the days of a row in one cell; `offers`: the columns that hold for them alone."""

    names: tuple[str, ...]
    keys: tuple[int, ...]
    aliases: tuple[int, ...]
    category: int
    valid_from: int
    valid_to: int
    period: int
    offers: frozenset[int]
    shown: tuple[int, ...]
    separators: str


def layout_of(
    sheet: Sheet, names: Sequence[str], body: Sequence[GridRow], settings: Mapping[str, Any]
) -> tuple[Layout, list[str]]:
    warnings = [
        f"sheet {sheet.name!r}: kefu.yaml names a column {name!r} that is not there" for name in _unknown(names, settings)
    ]
    # Several rows for one course are what it costs at several times, and their days say when.
    own_dates = bool(_EVENT.search(f"{sheet.name} {next(filter(None, names), '')}")) and _tells_rows_apart(0, body)
    aliases = _positions(names, settings.get("alias_columns")) or [*_matching(names, _ALIAS), *_matching(names, _HOLDS)]
    category = _positions(names, settings.get("category")) or _matching(names, _CATEGORY)[:1]
    begins = _positions(names, settings.get("valid_from")) or _bounds(names, _FROM, own_dates)
    ends = _positions(names, settings.get("valid_to")) or _bounds(names, _TO, own_dates)
    period, offers = (-1, frozenset[int]()) if begins or ends else _period(names, body)
    keys = _positions(names, settings.get("key")) or _guessed_keys(
        names, body, {*aliases, *category, *begins, *ends, period}, bool(begins or ends) or (period >= 0 and not offers)
    )
    hidden = {*aliases, *begins, *ends}
    layout = Layout(
        names=tuple(names),
        keys=tuple(dict.fromkeys((*keys, *aliases))),
        aliases=tuple(aliases),
        category=category[0] if category else -1,
        valid_from=begins[0] if begins else -1,
        valid_to=ends[0] if ends else -1,
        period=period,
        offers=offers,
        shown=tuple(at for at, name in enumerate(names) if name and at not in hidden),
        separators=str(settings.get("alias_separator") or _SEPARATORS),
    )
    return layout, warnings


def _unknown(names: Sequence[str], settings: Mapping[str, Any]) -> list[str]:
    wanted = [*settings.get("key", ()), *settings.get("alias_columns", ()), *settings.get("columns", {})]
    wanted += [settings[key] for key in ("category", "valid_from", "valid_to") if key in settings]
    return [name for name in dict.fromkeys(wanted) if not _positions(names, name)]


def _positions(names: Sequence[str], wanted: object) -> list[int]:
    asked = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list | tuple) else []
    return [at for name in asked for at, own in enumerate(names) if own.strip() == str(name).strip()]


def _matching(names: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    return [at for at, name in enumerate(names) if name and pattern.search(core_name(name))]


def _bounds(names: Sequence[str], pattern: re.Pattern[str], own_dates: bool) -> list[int]:
    """Return the column of the day from which or to which rows hold. That a course begins then bounds no fact about it."""
    return [at for at in _matching(names, pattern) if not (own_dates and _TAKES_PLACE.search(names[at]))][:1]


def _period(names: Sequence[str], body: Sequence[GridRow]) -> tuple[int, frozenset[int]]:
    """Return the column whose cells say from when to when, -1 without one, and the columns of offers that it bounds alone.

    "有效期：3 个月" says how long, not when.
    """
    for at in (*_matching(names, _OFFER_PERIOD), *_matching(names, _PERIOD)):
        filled = [row.cells[at] for row in body if row.cells[at] and not is_blank(row.cells[at])]
        if filled and sum(bool(read_period(cell)) for cell in filled) >= len(filled) * _MOST_PERIODS:
            offers = _offers(names, at)
            if offers or not _OFFER_PERIOD.search(names[at]):
                return at, offers
    return -1, frozenset()


def _offers(names: Sequence[str], period: int) -> frozenset[int]:
    """Return the prices called an offer, where usual prices stand beside them."""
    priced = [at for at, name in enumerate(names) if at != period and PRICE_LIST.search(core_name(name))]
    offers = frozenset(at for at in priced if _OFFER.search(names[at]))
    return offers if len(offers) < len(priced) else frozenset()


def _guessed_keys(names: Sequence[str], body: Sequence[GridRow], taken: set[int], dated: bool) -> list[int]:
    """Take the columns that are called like names, else the first of short texts; and others, if rows need them to differ."""
    texts = [
        at
        for at in range(len(names))
        if names[at] and at not in taken and guess_type(names[at], [row.cells[at] for row in body]) is ColumnType.TEXT
    ]
    short = [at for at in texts if all(len(row.cells[at]) <= _MAX_NAME for row in body)]
    keys = [at for at in short if KEY.search(core_name(names[at]))] or short[:1]
    if keys and keys[0] != short[0] and not _tells_rows_apart(keys[0], body) and not any(names[: short[0]]):
        # "Club, City, ..." and "楼盘, 户型, ...": what stands first names the row too, whatever its heading.
        keys.insert(0, short[0])
    if dated or len(_told(keys, body)) == len(body):
        return keys
    variants = [at for at in short if at not in keys and _VARIANT.search(names[at])]
    return [*keys, *variants, *_telling([*keys, *variants], [at for at in short if not PRICE_LIST.search(names[at])], body)]


def _telling(keys: Sequence[int], others: Sequence[int], body: Sequence[GridRow]) -> list[int]:
    """Return the first other column that makes all rows differ: the weight beside the zone. None where no single one does."""
    if len(_told(keys, body)) == len(body):
        return []
    return [at for at in others if at not in keys and len(_told([*keys, at], body)) == len(body)][:1]


def _told(keys: Sequence[int], body: Sequence[GridRow]) -> set[tuple[str, ...]]:
    return {tuple(row.cells[at] for at in keys) for row in body}


def _tells_rows_apart(at: int, body: Sequence[GridRow]) -> bool:
    return len({row.cells[at] for row in body}) == len(body)
