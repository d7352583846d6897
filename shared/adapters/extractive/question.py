"""What kind of answer a question wants, and whether a sentence is of that kind."""

import re
from enum import StrEnum

from shared.domain.wording import fold


class Kind(StrEnum):
    """AMOUNT of money, DURATION or date, COUNT of things, PLACE, STEPS to take, CAUSE, YES_NO, or OTHER."""

    AMOUNT = "amount"
    DURATION = "duration"
    COUNT = "count"
    PLACE = "place"
    STEPS = "steps"
    CAUSE = "cause"
    YES_NO = "yes_no"
    OTHER = "other"


# The first that matches wins: "how long", "how much" and "how many" before "how".
_ASKS = (
    (Kind.AMOUNT, r"多少钱|几块|几元|什么价|多贵|怎么卖|怎么收费|收多少|费用是?多少|收费标准|how much(?! (?:water|dust|time|space))|"
                  r"what(?:'s| is| are| does).{0,40}\b(?:cost|price|fee|charge)|\bcost\b.*\?|how expensive"),
    (Kind.DURATION, r"多久|多长时间|几天|多少天|几个?小时|多少小时|几个?月|多少个?月|几年|多少年|几分钟|多少分钟|什么时候|何时|几点|哪天|几号|"
                    r"多少个?工作日|期限|时效|how long|how many (?:working |business )?(?:days|hours|weeks|months|years|minutes)|"
                    r"\bwhen\b|what time|how soon|how quickly|how fast|how often|by what date|deadline"),
    (Kind.COUNT, r"多少|几(?:个|台|次|人|位|张|条|种|家|楼|层|升|瓦|米|斤|寸|套|件|岁|倍|折|档)|多大|多重|多高|多宽|多厚|多远|多响|上限|最多|最大|至少|"
                 r"how many|how (?:big|large|heavy|tall|wide|thick|far|loud|old|high|deep)|how much|limit|maximum|minimum"),
    (Kind.PLACE, r"哪里|哪儿|在哪|什么地方|何处|地址|位置|哪个(?:页面|菜单|城市)|\bwhere\b|which (?:page|menu|city|address)|what(?:'s| is) (?:the|your) address"),
    (Kind.CAUSE, r"为什么|为何|为啥|怎么回事|什么原因|原因|怎么(?:会|老|总|一直|突然|又)|\bwhy\b|what causes|reason|how come"),
    (Kind.STEPS, r"怎么(?!样)|怎样|如何|咋|步骤|流程|方法|办理|教程|怎么办|\bhow (?:do|can|to|should|would|does)\b|steps|procedure|way to|what (?:do|should) i do"),
    (Kind.YES_NO, r"吗|么[？?]?$|能不能|可不可以|可以.*(?:不|吗)|是不是|有没有|会不会|要不要|需不需要|能否|是否|可否|支不支持|行不行|算不算|"
                  r"^\s*(?:can|could|do|does|did|is|are|was|will|would|should|must|may|am|has|have)\b|, (?:can|could|do|does|is|are|will|would|must) "),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _ASKS)

_NUM = r"(?:\d|[零一二两三四五六七八九十百千万半]+(?:个|天|年|月|周|小时|分钟)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)\b)"
_MONEY = re.compile(
    r"\d\s*(?:元|块|万元|角|分|%)|(?:[¥￥$€£]|cny|rmb|usd)\s*\d|\d\s*(?:cny|rmb|usd|yuan|dollars?|euros?)|免费|不收|不另收|无运费|不收取|承担|包邮|"
    r"\bfree\b|no charge|not charged|no cost|included in the price|at (?:our|your) (?:own )?(?:cost|expense)"
)
_TIME = re.compile(
    r"[\d一二两三四五六七八九十半]\s*(?:个)?\s*(?:工作日|自然日|天|日|小时|分钟|秒|周|星期|月|年|点|时)|\d{1,2}:\d{2}|次日|当天|当日|即时|立即|实时|随时|"
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|a|an|each|every)\b)[\s-]*(?:working |business |calendar |full |more )?"
    r"(?:day|hour|minute|second|week|month|year)|\d{1,2}\s*(?:am|pm|a\.m|p\.m)|immediately|at once|same day|next day|at any time|"
    r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december)\b"
)
_PLACE = re.compile(
    r"在|于|到|>|点击|进入|页面|路|号|楼|层|店|官网|app|小程序|背面|底部|铭牌|\b(?:at|in|on|under|near|beside|inside|outside|behind|from|page|menu|app|website|store|road|street)\b"
)
_STEP = re.compile(
    r"点击|进入|打开|选择|长按|按住|按|输入|提交|登录|联系|拨打|申请|填写|上传|下载|设置|取下|插入|扫描|重启|重新|检查|确认|请|先|再|然后|步骤|>|"
    r"\b(?:click|tap|open|go to|select|choose|press|hold|enter|submit|log in|contact|call|apply|fill|upload|download|set|remove|insert|scan|restart|"
    r"check|make sure|confirm|first|then|please|use|run|add|create|turn)\b"
)
_CAUSE = re.compile(
    r"因为|由于|因此|所以|原因|导致|造成|引起|可能|为了|以免|否则|只支持|不支持|because|due to|since|caused?|so that|therefore|reason|otherwise|may be|only"
)
_VERDICT = re.compile(
    r"可以|不可以|不能|无法|支持|不支持|需要|无需|不需要|不用|免费|不收|不影响|不会|会|必须|不得|只能|仅|没有|不属于|不在|均|都|是|不|"
    r"\b(?:can|cannot|can't|may|must|will|won't|do|does|don't|not|no|yes|only|free|need|needs|support|supports|supported|allowed|available|included|unless)\b"
)
_WANTED = {
    Kind.AMOUNT: _MONEY,
    Kind.DURATION: _TIME,
    Kind.COUNT: re.compile(_NUM),
    Kind.PLACE: _PLACE,
    Kind.STEPS: _STEP,
    Kind.CAUSE: _CAUSE,
    Kind.YES_NO: _VERDICT,
}


def kinds_of(question: str) -> tuple[Kind, ...]:
    """Return the kinds of answer that the question wants, the most telling first; OTHER when none can be told."""
    folded = fold(question)
    found = tuple(kind for kind, pattern in _PATTERNS if pattern.search(folded))
    # "how much" also reads as a count, "how long" as steps: only what stands first counts, with a second ask behind it.
    return found[:2] if found else (Kind.OTHER,)


def satisfies(kind: Kind, sentence: str) -> bool:
    """Say whether a sentence has the form of an answer of this kind; every sentence satisfies OTHER."""
    pattern = _WANTED.get(kind)
    return pattern is None or bool(pattern.search(fold(sentence)))


def kinds_satisfied(sentence: str) -> frozenset[Kind]:
    """Return the kinds of answer that a sentence has the form of; of OTHER it always has."""
    folded = fold(sentence)
    return frozenset((Kind.OTHER, *(kind for kind, pattern in _WANTED.items() if pattern.search(folded))))
