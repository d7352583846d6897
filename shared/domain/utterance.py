"""What kind of thing a customer said, by rules: the small set of acts that need no model. Linear-time patterns only."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """The acts that the first dialog policy knows; everything else is a QUESTION."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    YES = "yes"
    NO = "no"
    SKIP = "skip"
    ANOTHER = "another"
    HANDOFF = "handoff"
    TICKET = "ticket"
    TICKET_STATUS = "ticket_status"
    PICK = "pick"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """`pick`: 0-based number of the offered choice; `follow_up`: leans on the question before it."""

    act: Act
    text: str
    pick: int = -1
    ticket_number: str = ""
    follow_up: bool = False


_EDGE = re.compile(r"^[\s,.!?;:~、，。！？；：…～\-—]+|[\s,.!?;:~、，。！？；：…～\-—]+$")

_HELLO = (
    r"你好|您好|哈喽|哈啰|嗨|在吗|在么|在不在|有人吗|早上好|上午好|中午好|下午好|晚上好|早"
    r"|hi there|hello there|hi|hello|hey|good (?:morning|afternoon|evening)"
)
_GREETING = re.compile(rf"(?:{_HELLO})(?:[啊呀吗哦~!！?？,，。 ]|客服|小姐姐|{_HELLO})*", re.IGNORECASE)
_THANKS = re.compile(
    r"(?:好的?[,， ]?)?(?:谢谢|多谢|感谢|谢啦|谢了|辛苦了|thank you|thanks|thx|cheers)(?:你|您|啦|了|啊|哈|客服| so much| very much| a lot|[!！~ ])*",
    re.IGNORECASE,
)
_GOODBYE = re.compile(
    r"(?:再见|拜拜|没事了|没有了|就这些|不聊了|bye|goodbye|bye bye|that'?s all|see you)(?:[啦了哦~!！ ])*", re.IGNORECASE
)
_YES = re.compile(
    r"(?:是|是的|对|对的|好|好的|好啊|可以|行|要|需要|嗯|嗯嗯|没错|麻烦你?了?|帮我登记|登记吧|就?用(?:这个|它|原来的|之前的)|就这个|yes|use (?:this|that|it|this one|that one|the same)|yeah|yep|sure|ok|okay|please|yes please|please do|go ahead)"
    r"(?:[啊吧呀的~!！,， ]|谢谢|please)*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:不|不用|不用了|不要|不需要|不必|算了|取消|不是|没有|先不用|no|nope|no thanks|no thank you|not now|cancel|never ?mind|forget it)"
    r"(?:[啊吧了的~!！,， ]|谢谢|thanks)*",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"(?:跳过|不留|不方便|不想留|不留了|不方便留|没有联系方式|skip|rather not|i'?d rather not|prefer not to)(?:[了吧啊~!！ ])*",
    re.IGNORECASE,
)

_ANOTHER = re.compile(
    r"(?:我?想?要?(?:换|改)(?:一?个|成别的|别的)?(?:手机号?码?|电话|号码?|邮箱|联系方式)?|换成?别的|用?另一个|别的|不用这个|不是这个"
    r"|(?:use )?(?:an)?other(?: one)?|(?:use )?a different one|change it|not (?:this|that)(?: one)?)(?:[吧了呢啊~!！ ]|please)*",
    re.IGNORECASE,
)

_PERSON = r"(?:人工(?:客服|服务|坐席|座席)?|真人(?:客服)?|活人|客服人员|在线客服|客服|坐席|专员)"
# "人工" is as often work by hand ("需要人工清理吗"): a person is meant where nothing else of a thing follows.
_AND_DONE = r"(?=$|[啊吧呀哦嘛呗了。！!？?，,、~\s]|谢谢|可以吗|行吗|好吗)"
_TO_TALK = r"(?=$|[啊吧呀哦嘛呗了吗呢。！!？?，,、~\s]|[来帮处接解回说聊沟]|谢谢|可以|行|好)"
_HANDOFF_ZH = re.compile(
    rf"^{_PERSON}$"
    rf"|(?:转接?|接通?|找|叫|换|联系|呼叫|连线)(?:一?[个位名]|一下|到|成|为|给|下)?(?:你们家?的?)?{_PERSON}{_TO_TALK}"
    rf"|(?:我想?要|我需要|想要|给我|帮我|能不能|可不可以|麻烦)[^。！？!?]{{0,6}}{_PERSON}{_AND_DONE}"
    rf"|(?:^|[，,。！!\s])(?:需要|要)(?:一?[个位名])?{_PERSON}{_AND_DONE}"
    rf"|转(?:一下)?客服|^{_PERSON}(?:接待|接听|处理|在吗|在不在)"
    r"|不(?:想|要)(?:再)?(?:和|跟)机器人|(?:和|跟)(?:人|真人|人工)(?:说话|聊|沟通)"
)
_HUMAN = r"(?:human(?: being)?|person|agent|representative|rep|operator|someone(?!['’]s| else)|advisor|supervisor|manager)"
_HANDOFF_EN = re.compile(
    rf"\b(?:speak|talk|chat)\b[^.?!]{{0,8}}\b(?:to|with)\b[^.?!]{{0,16}}\b{_HUMAN}\b"
    rf"|\b(?:connect|transfer|pass|forward) me\b[^.?!]{{0,20}}\b{_HUMAN}\b|\bget me\b[^.?!]{{0,12}}\b{_HUMAN}\b"
    rf"|\bput me through\b|\bescalate\b[^.?!]{{0,20}}\b{_HUMAN}\b"
    r"|\b(?:human|live|real) (?:agent|support|being)\b|^(?:agent|human|operator|representative|real person|live person)$"
    r"|\b(?:i|we)(?:'d| would)?(?: just| really)? (?:need|want|like)(?: to see)? (?:a|an) (?:real |live )?"
    r"(?:human|person|agent|representative)(?! (?:to|who|for)\b)",
    re.IGNORECASE,
)
# Asking *about* the hotline or the service hours is a question, not a request for a person.
_ABOUT_SERVICE = re.compile(r"几点|时间|电话|多少|怎么联系|上班|\b(?:hours|number|phone|when)\b", re.IGNORECASE)

_TICKET = re.compile(
    r"(?:提|开|建|创建|登记|新建|提交|下|报)[^。！？!?]{0,4}(?:工单|问题单|服务单)|(?:帮我|我要|我想)(?:投诉|登记|报修)|^(?:工单|投诉|报修)$"
    r"|\b(?:open|create|raise|file|log|submit|make)\b[^.?!]{0,16}\b(?:ticket|complaint|case|support request)\b|^(?:ticket|complaint)$",
    re.IGNORECASE,
)
_TICKET_HOW = re.compile(r"怎么(?!样)|如何|怎样|哪里|在哪|\bhow\b|\bwhere\b", re.IGNORECASE)
_TICKET_STATUS = re.compile(
    r"(?:工单|服务单)[^。！？!?]{0,8}(?:进度|状态|怎么样|处理|到哪|好了|结果|查)|(?:查|看)[^。！？!?]{0,6}(?:工单|服务单)"
    r"|\b(?:status|progress|update)\b[^.?!]{0,20}\b(?:ticket|case|complaint)\b|\bmy (?:ticket|case)\b[^.?!]{0,20}\b(?:status|progress|update|done)\b",
    re.IGNORECASE,
)
_TICKET_NUMBER = re.compile(r"(?<!\d)\d{8}(?!\d)")

_PICK = re.compile(
    r"^(?:第|选|选择|option |number |no\.? ?|#)?\s*([1-9一二三四五两])\s*(?:个|项|条|号|st|nd|rd|th)?$", re.IGNORECASE
)
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ENGLISH_PICK = {
    "the first": 1,
    "first": 1,
    "the first one": 1,
    "the second": 2,
    "second": 2,
    "the second one": 2,
    "the third one": 3,
    "third": 3,
}

_FOLLOW_UP_ZH = re.compile(
    r"^(?:那|那么|那如果|如果是|它|这个|那个|还有|另外呢|然后|换成|要是)|(?:呢|的话)[？?]?$|^(?:多少钱|多久|为什么|怎么办|在哪里?)[？?]?$"
)
_FOLLOW_UP_EN = re.compile(
    r"^(?:and|what about|how about|what if|so|then|but)\b|\b(?:it|that one|this one|they|them|those)\b|^(?:how much|how long|why|where|when)\??$",
    re.IGNORECASE,
)
_FOLLOW_UP_MAX_CHARS = 40


def read_utterance(text: str) -> Utterance:
    """Classify one customer message. Never raises; anything unknown is a QUESTION."""
    bare = _EDGE.sub("", text)
    if not bare:
        return Utterance(act=Act.QUESTION, text=text)
    picked = _read_pick(bare)
    if picked >= 0:
        return Utterance(act=Act.PICK, text=text, pick=picked)
    for act, pattern in ((Act.GREETING, _GREETING), (Act.THANKS, _THANKS), (Act.GOODBYE, _GOODBYE)):
        if pattern.fullmatch(bare):
            return Utterance(act=act, text=text)
    for act, pattern in ((Act.SKIP, _SKIP), (Act.ANOTHER, _ANOTHER), (Act.NO, _NO), (Act.YES, _YES)):
        if pattern.fullmatch(bare):
            return Utterance(act=act, text=text)
    return _read_request(bare, text)


def _read_pick(bare: str) -> int:
    match = _PICK.match(bare)
    if match:
        digit = match.group(1)
        return _NUMERALS.get(digit, 0) - 1 if digit in _NUMERALS else int(digit) - 1
    return _ENGLISH_PICK.get(bare.lower(), 0) - 1


def _read_request(bare: str, text: str) -> Utterance:
    if _TICKET_STATUS.search(bare) and not _asks_how(bare):
        number = _TICKET_NUMBER.search(bare)
        return Utterance(act=Act.TICKET_STATUS, text=text, ticket_number=number.group() if number else "")
    if (_HANDOFF_ZH.search(bare) or _HANDOFF_EN.search(bare)) and not _ABOUT_SERVICE.search(bare):
        return Utterance(act=Act.HANDOFF, text=text)
    if _TICKET.search(bare) and not _asks_how(bare):
        return Utterance(act=Act.TICKET, text=text)
    return Utterance(act=Act.QUESTION, text=text, follow_up=_is_follow_up(bare))


def _asks_how(bare: str) -> bool:
    return bool(_TICKET_HOW.search(bare))


def _is_follow_up(bare: str) -> bool:
    if len(bare) > _FOLLOW_UP_MAX_CHARS:
        return False
    return bool(_FOLLOW_UP_ZH.search(bare) or _FOLLOW_UP_EN.search(bare))
