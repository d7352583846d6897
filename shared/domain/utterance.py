"""What kind of thing a customer said, by rules: the small set of acts that need no model. Linear-time patterns only."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.about_bot import asks_what_it_is, says_it_did_not_help
from shared.domain.person_request import asks_for_person
from shared.domain.script import simplified
from shared.domain.ticket_request import asks_for_ticket, asks_for_ticket_status, ticket_number_in, withdraws_ticket


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
    TICKET_WITHDRAWN = "ticket_withdrawn"
    PICK = "pick"
    WHO_ARE_YOU = "who_are_you"
    NOT_HELPED = "not_helped"
    NOTHING_SAID = "nothing_said"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """`pick`: 0-based number of the offered choice; `follow_up`: leans on the question before it."""

    act: Act
    text: str
    pick: int = -1
    ticket_number: str = ""
    follow_up: bool = False


# Signs and pictures around the words. A digit's keycap is made of the digit and two invisible signs.
_SIGN = (
    r"[\s,.!?;:~^…'\"“”‘’*、，。！？；：～\-—()（）\u200d\u20e3\ufe0f\u2190-\u245f\u2500-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
)
# "[微笑]": a picture that came as its name.
_PICTURE = r"\[[\u4e00-\u9fff]{1,4}\]"
_EDGE = re.compile(rf"^(?:{_SIGN}|{_PICTURE})+|(?:{_SIGN}|{_PICTURE})+$")
_THUMBS_UP, _HANDS = re.compile(r"[👍👌🆗✅]"), re.compile(r"[🙏❤🌹🥰😘]")

_HELLO = (
    r"你好|您好|哈喽|哈啰|嗨|喂|亲|在吗|在么|在不在|在|有人(?:在)?吗|有人(?:在)?么|早上好|上午好|中午好|下午好|晚上好|早安|早"
    r"|hi there|hello there|hey there|hi|hello|hey|good (?:morning|afternoon|evening)"
)
_GREETING = re.compile(rf"(?:{_HELLO})(?:[啊呀吗哦~!！?？,，。 ]|客服|小姐姐|{_HELLO})*", re.IGNORECASE)
_HEARD = r"(?:好的?|好滴|好吧|嗯+|哦+|知道了|明白了?|了解了?|懂了|收到|ok(?:ay)?|great|perfect|cool|nice|awesome|got it|alright|all right|太好了|太棒了|好嘞)"
_THANK = r"(?:谢谢|多谢|非常感谢|太感谢|感谢|谢啦|谢了|辛苦了|3q|thank (?:you|u)|thanks|thx|tks|ty|cheers|much appreciated)"
_THANKS = re.compile(
    rf"(?:{_HEARD}[啊呀的,，.。!！ ]*)?{_THANK}(?:您的帮助|你的帮助|帮助|很有帮助|非常有帮助|有帮助|解决了|可以了|你|您|啦|了|啊|哈|客服|{_HEARD}| so much| very much| a lot| for (?:your|the) help| for that| that helped| that helps| it works|{_THANK}|[!！~,，.。 ])*",
    re.IGNORECASE,
)
_GOODBYE = re.compile(
    r"(?:(?:好的?|嗯+|ok(?:ay)?|那|谢谢你?|thanks|thank you|thx)[,，。.!！ ]*){0,2}(?:再见|拜拜|没事了|没有了|没了|没有?别的(?:问题)?了|没(?:有)?(?:其他|其它)(?:问题)?了|没有?问题了|就这些|不聊了|88|886"
    r"|bye bye|bye|goodbye|that'?s all|that is all|see you|nothing else)(?:[啦了哦~!！,，. ]|谢谢|thanks?|thank you| for now)*",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:是|是的|对|对的|好|好的|好啊|好滴|好呀|好嘞|没问题|可以|可以的|行|行吧|要|需要|嗯+|嗯呢|没错|麻烦你?了?|就?用(?:这个|它|原来的|之前的)|就这个"
    r"|(?:好的?[,， ]*)?(?:帮我登记|登记吧|登记一下吧?|帮我登记一下吧?|那就登记吧?)"
    r"|(?:就|还是?|发)?(?:用|到)?(?:我)?(?:之前|原来|上次|以前)(?:留)?(?:的|那个|的那个)(?:号码|手机号?|邮箱|电话|联系方式)?(?:就行|就好|就可以|吧)?|(?:the )?same (?:number|e-?mail|contact|as before)|use (?:this|that|it|this one|that one|the same(?: one)?)|the same(?: one)?|same|(?:还是|就)(?:用)?(?:那个|这个|刚才那个|老|原来那个)(?:手机)?(?:号码?|电话|邮箱)?|yes|yeah|yep|yup|sure(?: thing)?|ok|okay|please|go ahead|(?:yes|ok|okay|sure)?,? ?please(?: do)?)"
    r"(?:[啊吧呀的~!！,， ]|谢谢|thanks|please|sure|ok|yes)*",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:那|那就|还是)?(?:不|不了|不用|不用了|不要|不要了|不需要|不必|算了|取消|不是|没有|先不用|先不了|不登记|不(?:登记|提|要|开|用|想要)(?:什么)?工单|不用登记|先不登记|别登记|不提了|不弄了|都不是|都不对|none of (?:these|them|those)|neither|no|nope|nah|not now|cancel|never ?mind|forget it|don'?t bother"
    r"|i (?:don'?t|do not) want to|(?:cancel|forget|drop) (?:it|the ticket)|no ticket)"
    r"(?:[啊吧了的啦,，。.~!！ ]|谢谢|thanks|thank you|算了|不登记|不用|不要|我不想要?|我不要|no need)*",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"(?:我)?(?:跳过|不留|不方便|不太方便|不想留|不留了|不想给|不给|不方便留|不方便透露|没有)(?:手机号?码?|电话|号码|邮箱|联系方式|手机和邮箱)?(?:了|吧|啊|可以吗|行吗|[~!！,， ])*(?<!没有)"
    r"|(?:就|直接)?(?:在)?(?:这里|这儿|这|对话里|这个对话里?)(?:直接)?(?:回复|回|联系|答复|说)(?:我)?(?:就行|就好|就可以|即可|了|吧|可以吗)*"
    r"|skip(?: it| this)?|(?:i'?d |i would )?rather not(?: say| share| give (?:it|that|one))?|prefer not to(?: say| share)?|(?:just )?(?:reply|answer|respond|contact me) (?:to me )?here(?: please)?"
    r"|i (?:don'?t|do not) (?:want to|wanna) (?:give|leave|share) (?:you )?(?:my|a|any) (?:phone|number|phone number|e-?mail|contact)(?: address)?|i (?:don'?t|do not) have (?:one|a phone|any)",
    re.IGNORECASE,
)

# Nothing yet, or nothing more than a noise: "哦", "我有个问题", "hi, I need help".
_OPENS = re.compile(
    r"(?:哦|噢|喔|哈|呵|嘿|额|呃|hmm+|lol|ha|um+|oh|uh)+"
    r"|(?:你好|您好|亲)?[，, ]*(?:我)?(?:想|要|有)?(?:请问|问|咨询|请教)?(?:一?下|你|您|个|一个|点|些)*(?:咨询|问题|事情?|问)(?:想|要)?(?:请问|问|咨询|请教)?(?:一?下|你|您|你们)?(?:可以吗|行吗|吗)?"
    r"|(?:请问|想咨询|想问|我想问|我要咨询|我想咨询|可以问)(?:一?下|你|您|个问题|吗)*"
    rf"|(?:{_HELLO})?[,，. ]*(?:i (?:need|want)(?: some)?|can you|could you|please|can someone)? ?help(?: me)?(?: out)?(?: please)?|i have (?:a|an?other) (?:question|problem|issue)",
    re.IGNORECASE,
)

_ANOTHER = re.compile(
    r"(?:我?想?要?(?:换|改)(?:一?个|成别的|别的)?(?:手机号?码?|电话|号码?|邮箱|联系方式)?|换成?别的|用?另一个|别的|不用这个|不是这个"
    r"|(?:use )?(?:an)?other(?: one)?|(?:use )?a different one|change it|not (?:this|that)(?: one)?)(?:[吧了呢啊~!！ ]|please)*",
    re.IGNORECASE,
)

_PICK = re.compile(
    r"(?:我?(?:选|要|选择))?(?:第|option |number |no\.? ?|#|the )?\s*([1-9一二三四五两])\s*(?:个|项|条|号|st|nd|rd|th)?(?: one)?",
    re.IGNORECASE,
)
_NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_ENGLISH_PICK = re.compile(r"(?:the |option |number )?(first|second|third|one|two|three)(?: one| option)?", re.IGNORECASE)
_ENGLISH_NUMERALS = {"first": 1, "one": 1, "second": 2, "two": 2, "third": 3, "three": 3}

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
    bare = bare_words(text)
    if not bare:
        return Utterance(act=_read_signs(text), text=text)
    picked = _read_pick(bare)
    if picked >= 0:
        return Utterance(act=Act.PICK, text=text, pick=picked)
    for act, pattern in _FIXED:
        if pattern.fullmatch(bare):
            return Utterance(act=act, text=text)
    return _read_request(bare, text)


def bare_words(text: str) -> str:
    """Return a message without the signs and pictures around it, in simplified characters."""
    return _EDGE.sub("", simplified(text))


# The order matters: "没有了" ends a talk, "没有" is a no.
_FIXED = (
    (Act.GREETING, _GREETING),
    (Act.GOODBYE, _GOODBYE),
    (Act.THANKS, _THANKS),
    (Act.SKIP, _SKIP),
    (Act.ANOTHER, _ANOTHER),
    (Act.NO, _NO),
    (Act.YES, _YES),
    (Act.NOTHING_SAID, _OPENS),
)


def _read_signs(text: str) -> Act:
    """What signs and pictures without a word say: a raised thumb is a yes, folded hands are thanks."""
    if _THUMBS_UP.search(text):
        return Act.YES
    return Act.THANKS if _HANDS.search(text) else Act.NOTHING_SAID


def _read_pick(bare: str) -> int:
    plain = unicodedata.normalize("NFKC", bare)
    match = _PICK.fullmatch(plain)
    if match:
        digit = match.group(1)
        return _NUMERALS.get(digit, 0) - 1 if digit in _NUMERALS else int(digit) - 1
    named = _ENGLISH_PICK.fullmatch(plain)
    return _ENGLISH_NUMERALS[named.group(1).lower()] - 1 if named else -1


def _read_request(bare: str, text: str) -> Utterance:
    if asks_what_it_is(bare):
        return Utterance(act=Act.WHO_ARE_YOU, text=text)
    if says_it_did_not_help(bare):
        return Utterance(act=Act.NOT_HELPED, text=text)
    if withdraws_ticket(bare):
        return Utterance(act=Act.TICKET_WITHDRAWN, text=text, ticket_number=ticket_number_in(bare))
    if asks_for_ticket_status(bare):
        return Utterance(act=Act.TICKET_STATUS, text=text, ticket_number=ticket_number_in(bare))
    if asks_for_person(bare):
        return Utterance(act=Act.HANDOFF, text=text)
    if asks_for_ticket(bare):
        return Utterance(act=Act.TICKET, text=text)
    return Utterance(act=Act.QUESTION, text=text, follow_up=_is_follow_up(bare))


def _is_follow_up(bare: str) -> bool:
    if len(bare) > _FOLLOW_UP_MAX_CHARS:
        return False
    return bool(_FOLLOW_UP_ZH.search(bare) or _FOLLOW_UP_EN.search(bare))
