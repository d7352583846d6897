"""What people call columns that companies keep: by topic, by period, by unit. In Chinese and English at once."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from shared.domain.knowledge import ColumnType

_PRICED = re.compile(r"价|(?<!免)费|租|金额|\bprice|\bcost|\bfee|\brates?\b|\brent|\bhire\b|\bcharge", re.IGNORECASE)
_NUMBERS = (ColumnType.NUMBER, ColumnType.MONEY)

# header => words. A word here means its columns alone, unlike the general words of fact_words.GROUPS.
_TOPICS = """
押金|保证金|deposit => 押金|保证金|押多少|要押|押几多|deposit|put down
席位|坐席|用户数|\\bseats?\\b|\\busers?\\b => 席位|坐席|几个席位|多少人用|几个人用|用户数|多少用户|几个用户|几个人|多少人|seats|seat|users|user|people
住人|人数|可住|容纳|\\bsleeps\\b|\\bguests?\\b|\\bpeople\\b|\\bcapacity \\(people => 几个人|多少人|能住几个人|能住几人|住几个人|住几人|住多少人|能坐几个人|几人|how many people|how many guests|sleeps|people|guests
家庭成员|family|household => 几个家人|多少家人|家人|家里人|family members
存储|空间|\\bstorage => 存储空间|存储|空间|存储多大|storage|disk space|space
续航|\\brange\\b|battery life => 续航|跑多远|能跑多远|跑多少公里|骑多远|能骑多远|飞多久|用多久|how far|range|battery life
充电|charg(?:e|ing) => 充电|充满电|充满|充电时间|充电多久|充满电要多久|充满要多久|充电要多久|charging time|to charge|charge
时速|速度|speed => 时速|速度|多快|跑多快|最快|how fast|top speed|speed|fastest
^重量|自重|净重|\\bweight => 最轻|最重|多重|有多重|重量|lightest|heaviest|how heavy|weigh|weight
人员|人手|staff => 几个人|多少人|几位|几个阿姨|how many people
自提|取货|collection|pick-?up => 自提|取货|哪里取|在哪取|去哪取|where do i collect|where can i collect|where do i pick up|where to collect|collect|pick up|collection point
载重|承重|\\bload\\b => 载重|承重|能载多少|载多少|最重能载|能载多重|能承多重|load|carry
电池容量|battery capacity => 电池容量|电池多大|battery capacity
功率|wattage|\\bpower\\b => 功率|多少瓦|几瓦|耗电|power|wattage
容量|\\bvolume\\b|\\bcapacity\\b => 容量|多少升|几升|capacity|volume
面积|\\barea\\b|square => 面积|多大|多大面积|多少平|多少平米|几平|最大|how big|how large|area|big|largest|biggest
时长|duration => 时长|多长时间|要多长时间|多久|要多久|做多久|多少分钟|how long|duration|last|take
医保|报销|insurance => 医保|报销|能报|医保能报|能报销|走医保|insurance|insured
楼层|\\bfloor\\b => 楼层|几楼|几层|哪层|哪层楼|哪一层|哪楼|在几楼|在几层|which floor|what floor|floor
利率|利息|interest => 利率|利息|年利率|利息多少|利率多少|interest rate|interest
wheelchair => wheelchair|wheelchair accessible|wheelchair access|accessible|step-free|轮椅
^delivery$|^外卖$|^外送$ => deliver|delivers|delivery|do you deliver|外卖|外送|送外卖|能送
停车|parking => 停车|停车位|车位|能停车|parking|park|car park
早餐|含早|breakfast => 早餐|早饭|含早|含早餐|包早餐|breakfast
折扣|discount => 打几折|折扣|几折|优惠多少|discount
包邮|免邮|免运费|free (?:shipping|delivery) => 包邮|免邮|免运费|满多少包邮|满多少免运费|满多少|free shipping|free delivery|free shipping threshold|free delivery threshold|threshold
起订|起批|\\bmoq\\b|minimum order => 起订量|起订|起批|最少订多少|几个起|多少起订|minimum order|moq
(?<!上)课时|节数|lessons|sessions => 课时|几节|几节课|多少节|多少节课|多少课时|how many lessons|lessons|how many sessions|sessions
上课时间|^时间$|时间段|时段|开课|班次|发车|schedule|class time|^times?$ => 什么时候|几点|哪天|什么时间|星期几|周几|when|what time|timetable
可退|退改|退款|refundab => 能退|可退|退票|退款|能不能退|可以退|退吗|refund|refundable|money back
材质|材料|material => 材质|材料|什么材质|什么料|什么做的|material|made of
年龄|适龄|\\bages?\\b => 年龄|几岁|多大年纪|多大孩子|how old|age|ages
名额|剩余|places left|spots => 名额|还有名额|几个名额|剩几个|places left|spots left|places|spots
老师|教练|讲师|teacher|coach|instructor => 老师|教练|讲师|谁教|谁上|哪个老师|who teaches|teacher|coach|instructor
产地|origin => 产地|哪里产|哪产的|哪里的|origin|where from|come from
邮箱|e-?mail => 邮箱|电子邮件|email|e-mail|mail address
单点登录|\\bsso\\b => 单点登录|sso|single sign-on
日期|\\bdate\\b => 日期|几号|哪天|什么时候|when|date|what date
押运|保价|insured value => 保价
会员价|member price => 会员价|会员多少钱|member price|members pay
调用|api calls? => api|api调用|调用次数|api calls|api requests
客服|技术支持|^支持$|\\bsupport\\b => 客服|技术支持|support
语言|language => 语言|什么语|language|languages
有效期|validity|\\bvalid (?:for|until)|shelf life|保质期 => 有效期|有效|how long|valid|保质期|有效多久|能放多久|shelf life|keep for|valid for
"""
_PERIODS = """
小时|时租|\\bhour => 一小时|每小时|一个小时|一个钟|一个钟头|per hour|an hour|hourly|each hour
(?<![平周节工假])日(?!期)|天|\\bday|daily => 一天|每天|一日|每日|日租|租一天|per day|a day|daily|each day|one day|for a day
晚|\\bnight => 一晚|每晚|一夜|per night|a night|nightly
周(?![一二三四五六日末])|星期|\\bweek(?!end|day)|weekly => 一周|每周|一个星期|一星期|每星期|一个礼拜|一礼拜|周租|七天|7天|租一周|per week|a week|weekly|one week|for a week
月|\\bmonth => 一个月|每月|每个月|月付|按月|包月|per month|a month|monthly|one month|each month
季|\\bquarter => 一季|一个季度|每季度|per quarter|a quarter|quarterly
学期|\\bterm\\b => 一学期|每学期|一个学期|per term|a term|each term
年(?!龄|级)|\\byear|annual => 一年|每年|包年|年付|按年|一整年|per year|a year|yearly|annual|annually|one year|each year
"""
_SHORTENED = tuple(
    (re.compile(rf"\b{short}\b\.?", re.IGNORECASE), long)
    for short, long in (
        ("min", "minimum"), ("max", "maximum"), ("qty", "quantity"), ("tel", "telephone"), ("addr", "address"), ("dept", "department"),
        ("mth", "month"), ("yr", "year"), ("hrs", "hours"), ("wt", "weight"), ("incl", "included"), ("avg", "average"),
    )
)  # fmt: skip
_COUNTS_BY = re.compile(
    r"[半全整]天|(?:小时|[日天晚周月季年])(?=[租费付供价])|[按每包](?:小时|个?[日天晚周月季年]|学期)|\bper \w+|/ ?\w+|\b(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|annual)\b",
    re.IGNORECASE,
)
_UNITS = {
    "kg": "几公斤|多少公斤|几斤|多少斤|how many kilos|how many kg",
    "km": "几公里|多少公里|how many kilometres|how many km",
    "次": "几次|多少次|how many times",
    "人": "几个人|多少人|几人|how many people",
    "台": "几台|多少台",
    "个月": "几个月|多少个月|how many months",
    "月": "几个月|多少个月|how many months",
    "年": "几年|多少年|how many years",
    "天": "几天|多少天|how many days",
    "分钟": "几分钟|多少分钟|how many minutes",
    "小时": "几小时|几个小时|多少小时|how many hours",
    "gb": "多少g|多少gb|how many gb|how many gigs|gigabytes",
}


@cache
def _rules(text: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    lines = (line.split(" => ") for line in text.strip().splitlines())
    return tuple((re.compile(header.strip(), re.IGNORECASE), tuple(words.split("|"))) for header, words in lines)


def column_words(headings: Iterable[str], kind: ColumnType, unit: str) -> Iterator[str]:
    """Yield the words by which people ask for a column with these headings (its own and its translations).

    A period ("一个月", "per week") means a column of prices for that period only.
    """
    own = list(headings)
    for header, words in _rules(_TOPICS):
        if any(header.search(heading) for heading in own):
            yield from words
    if kind in _NUMBERS and any(_PRICED.search(heading) for heading in own):
        for header, words in _rules(_PERIODS):
            if any(header.search(heading) for heading in own):
                yield from words
    if kind in _NUMBERS:
        per = unit.partition("/")[2]
        for header, words in _rules(_PERIODS) if per else ():
            if header.search(per):
                yield from words
        yield from (f"一{per}", f"每{per}", f"per {per}") if per else ()
        yield from _UNITS.get(unit.casefold().removesuffix(f"/{per}") if per != "h" else "", "").split("|")


def periods_of(heading: str, unit: str) -> frozenset[int]:
    """Return by which times a column's price counts ("元/月", "月租", "Monthly fee"), as numbers of their own."""
    said = " ".join((unit.partition("/")[2], *(found[0] for found in _COUNTS_BY.finditer(heading))))
    return frozenset(at for at, (header, _) in enumerate(_rules(_PERIODS)) if header.search(said))


def periods_asked(text: str) -> frozenset[int]:
    """Return by which times a folded question wants a price: "一天多少钱", "per day". A price "for a day" may be any."""
    return frozenset(at for at, pattern in enumerate(_asked_periods()) if pattern.search(text))


@cache
def _asked_periods() -> tuple[re.Pattern[str], ...]:
    """Return for each time the words that count by it. "一年有效" counts nothing, so "一年" needs the price beside it."""
    found: list[re.Pattern[str]] = []
    for _, words in _rules(_PERIODS):
        sure = [
            re.escape(word) for word in words if word.startswith(("每", "per ", "each ")) or word.endswith(("ly", "付", "租"))
        ]
        beside = [re.escape(word) for word in words if word.startswith("一") and not word.startswith("一整")]
        near = rf"(?:{'|'.join(beside)})(?:要|得|是)?多少钱|多少钱(?:{'|'.join(beside)})(?!以)" if beside else ""
        found.append(re.compile("|".join(filter(None, (*(rf"{word}" for word in sure), near)))))
    return tuple(found)


def spelled_out(heading: str) -> str:
    """Return a heading without its shortenings: "Min. order" is "Minimum order"."""
    for short, long in _SHORTENED:
        heading = short.sub(long, heading)
    return heading


@cache
def unit_words() -> frozenset[str]:
    """Return, compact, the words that ask for a number in a unit and name no column."""
    return frozenset(word.replace(" ", "") for words in _UNITS.values() for word in words.split("|"))
