"""What a ticket is about, in the customer's own words: what a colleague reads first."""

import re

from shared.domain.ticket_request import names_a_matter
from shared.domain.utterance import Act, read_utterance

# A colleague reads a summary; the whole conversation stands beside it.
MOST_CHARS = 2000
_CLAUSE = re.compile(r"[，,。！!？?；;：:\n]|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])|\.\s")
_LONG_HAN, _LONG_WORDS = 14, 9
_HAN = re.compile(r"[\u4e00-\u9fff]")
_AROUND_A_CONTACT = re.compile(
    r"我的?|手机号?码?|电话号?码?|联系方式|号码|微信同?号?|邮箱|邮件|可以|打|发|给|请|谢谢|就|用|是|为|到|好的?|留|这个|您好|你好|吧|啊|哦|了|登记|工单"
    r"|\b(?:my|is|it'?s|its|phone|number|mobile|cell|tel|telephone|e-?mail|address|ok|okay|yes|sure|please|call|me|at|on|use|to|or|and|this|thanks|thank|you|reach)\b",
    re.IGNORECASE,
)
_FEWEST_CHARS = 2


def matter(*said: str) -> str:
    """Return what was said as the text of a ticket: each thing once, in order, and not without end."""
    lines = dict.fromkeys(part.strip() for part in said if part.strip())
    return "\n".join(lines)[:MOST_CHARS]


def says_more(request: str) -> bool:
    """Say whether a request for a person or a ticket also says what it is about ("三天没发货了，转人工")."""
    return any(_tells(clause) for clause in _CLAUSE.split(request))


def says_more_than(contact: str, text: str) -> bool:
    """Say whether a text holds more than the contact and the words that hand it over: a name, a time to call, a question."""
    rest = _AROUND_A_CONTACT.sub(" ", text.replace(contact, " "))
    return sum(map(str.isalnum, rest)) >= _FEWEST_CHARS


def _tells(clause: str) -> bool:
    if not clause.strip():
        return False
    match read_utterance(clause).act:
        case Act.QUESTION:
            return any(map(str.isalnum, clause))
        case Act.TICKET:
            return names_a_matter(clause)
        case Act.HANDOFF:
            return len(_HAN.findall(clause)) >= _LONG_HAN or len(clause.split()) >= _LONG_WORDS
        case _:
            return False
