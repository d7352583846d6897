"""The words by which people ask for a column, and the names by which they call a thing."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from shared.domain.knowledge import ColumnType

_HAN = re.compile(r"[\u3400-\u9fff]")
_BRACKETED = re.compile(r"(?<!\s)\s*[(（\[【].{0,200}?[)）\]】]\s*")
_MIXED = re.compile(r"^([\u3400-\u9fff]{2,})\s*([A-Za-z][A-Za-z0-9 +./-]*)$")
_NUMBERED = re.compile(r"^([\u3400-\u9fff]{2,})\s+\d[\dA-Za-z-]*$")
_LED = re.compile(r"^[\u3400-\u9fff]{2,}\s*([A-Za-z]+\d[A-Za-z0-9]*\s*[\u3400-\u9fff]{2,})$")
_COLOURS = frozenset("黑白红蓝绿灰黄粉紫棕橙金银青")
_SHOP_SUFFIX = re.compile(r"(?:旗舰店|体验店|专卖店|直营店|门店|分店|店|\s+(?:store|shop|branch|showroom))$", re.IGNORECASE)
# "元/100g" measures by a number; "4-10月", "2026" and "5折" are none that could stand behind one.
_NO_UNIT = re.compile(
    r"^[^/]*\d|[-~–至]|税|参考|建议|仅|可选|[必选]填|预[计估]|左右|以[内上下]|起$|季|周[末一二三四五六日]|平日|节假|工作日价|会员"
    r"|^(?:net|gross|max|min|new|old|incl?|excl?|avg|approx|est|vat|member)\b",
    re.IGNORECASE,
)
_MIN_ALIAS = 2
_MAX_ALIAS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnGroup:
    """A kind of column: how its header looks, and the words by which it is asked for."""

    header: re.Pattern[str]
    words: tuple[str, ...]
    type: ColumnType | None = None


def _group(header: str, words: str, type_: ColumnType | None = None) -> ColumnGroup:
    return ColumnGroup(
        header=re.compile(header, re.IGNORECASE), words=tuple(word.strip() for word in words.split("|")), type=type_
    )


# Asked without naming a column: each stands for every column of its kind, unless one is named as well.
GROUPS = (
    _group(
        r"运费|邮费|快递费|配送费|shipping|delivery (?:fee|cost|charge)|postage",
        "运费|邮费|快递费|配送费|运费多少|shipping fee|shipping cost|shipping|postage|delivery fee|delivery cost|delivery charge",
    ),
    _group(
        r"价格|售价|单价|定价|价钱|价$|费用|学费|收费|月费|年费|运费|邮费|快递费|配送费|金额|租金$|[日周月时年]租|\bprice|\bcost|\bfee\b|\brates?\b|\bhire\b|\brent\b",
        "多少钱|几多钱|几块钱|几块|现价|多少元|多少块|多钱|会便宜|便宜些|会降价|会涨价|会涨|会贵|cheaper|more expensive|价钱|价格|售价|价位|什么价|啥价|报价|卖多少|怎么卖|怎么收费|收费多少|收费吗|收不收费|要钱吗|要不要钱|免费吗|how much|price|"
        "cost|costs|pricing|charge|charged|priced|what price|rate|rates",
    ),
    _group(
        r"营业|开放时间|opening hours|business hours|\bhours\b",
        "几点开门|几点关门|几点开|几点关|几点营业|几点打烊|几点下班|几点上班|营业时间|开门时间|关门时间|开放时间|"
        "营业到几点|开到几点|几点到几点|"
        "什么时候开门|什么时候关门|什么时候营业|什么时间开门|什么时间关门|什么时候打烊|打烊|开门|关门|opening hours|"
        "business hours|opening times|opening time|"
        "closing time|what time|hours|open|opens|close|closes|shut|shuts|when do you open|when do you close|"
        "几点关|几点开|关店|开店|营业吗|营业|上班吗|开吗|关吗|开不开|开不开门|开着吗|打烊时间|开到",
        ColumnType.TIME_RANGE,
    ),
    _group(
        r"库存|存货|现货|\bstock\b|availability|inventory",
        "有货|有没有货|现货|库存|还有货|缺货|断货|没货|还有吗|还有没有|买得到|能买到|in stock|out of stock|stock|"
        "available|availability|sold out",
    ),
    _group(
        r"电话|手机|热线|\bphone|\btel",
        "电话|电话号|号码|联系电话|电话号码|热线|怎么联系|phone|phone number|telephone|telephone number|call",
    ),
    _group(
        r"地址|位置|\baddress|\blocation",
        "地址|在哪条路|在哪条街|在什么路|在哪|在哪里|在哪儿|哪里|什么地方|什么位置|位置|怎么走|怎么去|address|where|located|location",
    ),
    _group(
        r"时效|天数$|送达|到货|预计|时长|用时|耗时|周期|配送时间|delivery time|lead time|duration|turnaround|\bdays\b",
        "时效|几小时|几个小时|几分钟|几个钟头|几天|几天到|几天能到|多久能到|什么时候能到|几时到|多久|多久到|多久送到|多久收到|多长时间|多少天|几天送到|几天收到|什么时候到|how long|how many days|"
        "delivery time|delivery times|shipping time|shipping times|transit time|arrive|days",
    ),
    _group(
        r"保修|质保|warranty|guarantee", "保修|质保|保修期|保修多久|保修几年|保修多长时间|质保多久|质保几年|warranty|guarantee"
    ),
    _group(r"重量|weight", "重量|多重|有多重|重多少|几斤|多少斤|多少公斤|weight|how heavy|weigh"),
    _group(r"尺寸|大小|\bsize|dimension", "尺寸|多大|大小|多高|多宽|size|dimensions|how big"),
    _group(r"颜色|colou?r", "颜色|什么颜色|哪些颜色|几种颜色|colour|color|colours|colors"),
)


def fold(text: str) -> str:
    """Return the text in one case and width, with single spaces and straight apostrophes."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'").split())


def compact(text: str) -> str:
    """Return the folded text without spaces: "云雀 S3 Pro" and "云雀s3pro" are one name."""
    return fold(text).replace(" ", "")


def core_name(name: str) -> str:
    """Return a column's name without what stands in brackets: "价格(元)" is "价格"."""
    # Between two words a bracket parts them: "Peak (Apr-Oct) weekend" is no "Peakweekend".
    return _BRACKETED.sub(_gap, name).strip() or name.strip()


def _gap(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return " " if before.isascii() and after.isascii() and before.isalnum() and after.isalnum() else ""


def bracketed_unit(name: str) -> str:
    """Return the unit in a column's name: "价格(元)" has "元"; "Price", "旺季(4-10月)" and "价格(含税)" have none."""
    found = re.search(r"[(（\[【]([^)）\]】]{1,12})[)）\]】]\s*$", name)
    return found.group(1).strip() if found and not _NO_UNIT.search(found.group(1)) else ""


def built_in_words(names: Sequence[str], types: Sequence[ColumnType], about: str = "") -> list[tuple[str, ...]]:
    """Return for each column the words of its group. `about`: what the table is called.

    Where one column bears a group's plain name ("价格" beside "会员价"), it alone is meant by the group's words. "多少钱"
    asks what the thing costs, so it means no column of what comes on top, such as 延保价格, but in a table of just that.
    """
    found: list[list[str]] = [[] for _ in names]
    cores = [core_name(name) for name in names]
    for group in GROUPS:
        members = [at for at, core in enumerate(cores) if group.header.search(core) or group.type is types[at]]
        if "多少钱" in group.words:
            members = [at for at in members if not is_added_cost(cores[at], about)]
        plain = [
            at
            for at in members
            if fold(cores[at]) != "days" and fold(core_name(cores[at])) in {fold(word) for word in group.words}
        ]
        for at in plain if plain and group.type is None else members:
            found[at].extend(group.words)
    return [tuple(words) for words in found]


_ADDED = re.compile(
    r"续重|续费|加收|每增|起存|起投|起购|起订|起批|门槛|限额|额度|补贴|返现|奖|赔|罚|延保|延长|安装|维修|维保|上门|工时|押金|保证金|定金|订金|手续|违约|滞纳|逾期|超重|超时|超出|超额|加床|加时|改签|改期|退票|退订|取消|快递|运费|邮费|配送|送货"
    r"|保险|保价|税|\b(?:deposit|late|cancel\w*|change|repair|install\w*|warranty|insurance|delivery|shipping|postage|set-?up|overage|excess|tax|vat)\b",
    re.IGNORECASE,
)


def is_added_cost(heading: str, about: str = "") -> bool:
    """Whether a column's cost comes on top of a thing's price; not where the table is about just that."""
    found = _ADDED.search(heading)
    return bool(found) and not re.search(_FREIGHT if re.search(_FREIGHT, heading, re.I) else re.escape(found[0]), about, re.I)


_FREIGHT = r"快递|运费|邮费|邮寄|配送|送货|物流|寄|delivery|shipping|postage|freight|courier|parcel|地区|区域|region|country|destination|zone"
# What asks for a price and names no column.
PRICE_WORDS = next(group.words for group in GROUPS if "多少钱" in group.words)

STOCK_WORDS = next(group.words for group in GROUPS if "有货" in group.words)


@cache
def generic_words() -> frozenset[str]:
    """Return, compact, the words that ask for a kind of column and name none."""
    return frozenset(compact(word) for group in GROUPS for word in group.words)


def derived_names(names: Iterable[str], places: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the names with the shorter forms that people use, each once.

    "云雀 S3" is also "S3" and "云雀"; "松果 P2 滤芯" is "P2 滤芯"; "上海南京路店" in the city (`places`) "上海" is
    also "南京路店" and "南京路".
    """
    cities = [compact(place) for place in places if _HAN.search(place)]
    found: dict[str, str] = {}
    for name in names:
        for form in _forms(name, cities):
            if _may_name(compact(form)):
                found.setdefault(compact(form), form)
    return tuple(found.values())


def _forms(name: str, cities: Sequence[str]) -> Iterator[str]:
    yield name
    bare = core_name(name)
    yield bare
    if bare in _COLOURS:
        yield f"{bare}色"
    numbered = _NUMBERED.match(bare)
    if numbered:
        yield numbered.group(1)
    mixed = _MIXED.match(bare)
    if mixed:
        yield mixed.group(1)
        if any(character.isdigit() for character in mixed.group(2)) or len(mixed.group(2)) > 2:
            yield mixed.group(2)
    led = _LED.match(bare)
    if led:
        yield led.group(1)
    forms = [bare, *(bare[len(city) :] for city in cities if bare.startswith(city) and len(bare) > len(city) + 1)]
    for form in forms:
        yield form
        shorter = _SHOP_SUFFIX.sub("", form).strip()
        if shorter and shorter != form and shorter not in cities:
            yield shorter


def _may_name(short: str) -> bool:
    if not _MIN_ALIAS <= len(short) <= _MAX_ALIAS:
        return False
    # A bare number, or two letters without a digit, is in too many questions that mean something else.
    return not short.isdecimal() and not (short.isascii() and short.isalpha() and len(short) < 3)
