"""Personal data by its form: bounded patterns that cannot backtrack far, and the check digits that tell it from other numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Full-width digits, letters and signs stand one for one for the plain ones, so that offsets stay those of the original.
_PLAIN = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: " ", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", 0xA0: " "}
)

_DIGIT = re.compile(r"\d", re.ASCII)
_EMAIL = re.compile(r"(?<![\w.+%-])[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])", re.ASCII)
# As it comes from a voice or a Chinese keyboard; only with an ending that addresses have.
_EMAIL_LOOSE = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9_.+%-]{1,64} ?@ ?(?:[A-Za-z0-9-]{1,63}[.\u3002]){1,4}(?:com|cn|net|org|edu|io|me|co|uk|hk|tw|jp|de|fr|eu)(?![A-Za-z0-9-])",
    re.ASCII | re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?![0-9A-Za-z])",
    re.ASCII,
)
_CARD = re.compile(
    r"(?<![0-9A-Za-z.#])(?:\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{6}[ -]\d{13}|\d{13,19})(?![0-9A-Za-z]|\.\d|-\d)",
    re.ASCII,
)
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z.#])(?<![0-9A-Za-z]-)(?:(?:\+|00)?86[ -]?|\(\+?86\)[ -]?)?1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|\.\d{4}\.\d{4}|[ -]\d{3}[ -]\d{5}|\d[ -]\d{3}[ -]\d{4}|\d[ -]\d{4}[ -]\d{3})(?![0-9A-Za-z]|\.\d)",
    re.ASCII,
)
# As it is dictated: digit by digit, or in words.
_MOBILE_SPELT = re.compile(
    r"(?<![0-9A-Za-z] )(?<![0-9A-Za-z.])1 [3-9](?: \d){9}(?! ?[0-9A-Za-z])|(?<![零〇一二三四五六七八九])[一幺][三四五六七八九][零〇一幺二三四五六七八九]{9}(?![零〇一幺二三四五六七八九])"
)
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z.#+])(?:\+86[ -]?)?\(?0(?:10|2\d|[3-9]\d{2})(?:\)[ -]?|[ -])?[2-9]\d{2,3}[ -]?\d{4}"
    r"(?: ?(?:转|分机号?|ext\.?|x)[ :-]?\d{1,6}|-\d{2,5})?(?![0-9A-Za-z]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_EXTENSION = r"(?:,? ?(?:转|分机号?|ext(?:ension)?\.?|x)[ :]?\d{1,6})?"
# Numbers that are free to call are a company's.
_INTERNATIONAL = re.compile(
    rf"(?<![0-9A-Za-z+])(?!(?:\+|00)1[ -]?\(?8(?:00|33|44|55|66|77|88)\b)(?:\+|00(?=[1-9]))(?:[ ().-]{{0,2}}\d){{8,15}}{_EXTENSION}(?![0-9A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
# Ten digits as North America writes them; the exchange starts with 2-9, which keeps 400 and 800 service numbers apart.
_TEN_DIGITS = re.compile(
    r"(?<![0-9A-Za-z.+-])(?:1[ .-])?(?:\((?!400|8(?:00|33|44|55|66|77|88))[2-9]\d{2}\) ?|(?!400|8(?:00|33|44|55|66|77|88))[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}"
    rf"{_EXTENSION}(?![0-9A-Za-z]|[.-]\d| ?(?:mAh|W|mm|元)\b)",
    re.ASCII | re.IGNORECASE,
)
# Mobile numbers as they are written at home in Britain, Australia, Japan and Taiwan.
_MOBILE_ABROAD = re.compile(
    r"(?<![0-9A-Za-z.#+-])(?:07\d{3}[ -]\d{3} ?\d{3}|04\d{2}[ -]\d{3}[ -]\d{3}|0[789]0[ -]\d{4}[ -]\d{4}|09\d{2}-\d{3}-?\d{3})(?![0-9A-Za-z]|[.-]\d)",
    re.ASCII,
)
# Alone in a message they are nothing else.
_ALONE = re.compile(r"\A\s{0,3}((?!800|888|400)[2-9]\d{2} [2-9]\d{2} \d{4}|0\d{9,10})[\s.!]{0,3}\Z", re.ASCII)
# What is called somebody's number is one, however it is written; a telephone may also be what is asked about.
_CALLED_A_NUMBER = re.compile(
    r"(?:手机号码?|电话号码?|座机号?|联系电话|联系方式|(?<![客服店线])电话|手机(?=[:是为])"
    r"|\b(?:my|his|her|phone|mobile|cell|contact|whatsapp) (?:phone |mobile |cell )?(?:number|no\.?)\b|\b(?:tel|phone|mobile|cell|whatsapp)(?=\.?:)|\bwhatsapp\b|\b(?:call|text|ring|phone|reach) (?:me|us|him|her)(?: back)?(?: at| on)?\b)"
    r"[ :.]{0,3}(?:号|是|为|is|it's)?[ :]{0,3}(?!400|800|1-?800|(?:19|20)\d{2}[-./]?[01]\d[-./]?[0-3]\d(?!\d))(\(?\d[\d]{0,4}\)?(?:[ -]?\d{2,5}){1,4})(?![0-9A-Za-z]|\.\d|[ -]\d| ?(?:元|块|万|岁|年|月))",
    re.ASCII | re.IGNORECASE,
)
_FEWEST_DIGITS_CALLED, _MOST_DIGITS_CALLED = 8, 13
_ACCOUNT = re.compile(
    r"(?:(?:微信|wechat|weixin|(?<![A-Za-z])(?:vx|wx|v信))(?:(?:号|账号| ?id)(?:[ :]{1,2}|是|为)?|[ ]?[:是为][ ]?)|(?:加我|我的?)(?:微信|wechat|vx|v信)[ :]?)([A-Za-z][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_@-])"
    r"|(?:微信|wechat|(?<![A-Za-z])(?:vx|wx)) ([A-Za-z][A-Za-z0-9]*[_-][A-Za-z0-9_-]{2,17})(?![A-Za-z0-9_@-])"
    r"|(?<![A-Za-z])qq(?:号码?)?[ :是为]{0,2}([1-9]\d{5,10})(?![0-9A-Za-z@.])",
    re.ASCII | re.IGNORECASE,
)
# What its label says it is, although a digit may be wrong in it.
_CALLED_AN_IDENTITY = re.compile(
    r"(?:身份证(?:件)?(?:号码?)?|证件号码?)[ :是为]{0,3}([1-9]\d{14}(?:\d{2}[\dXx])?)(?![0-9A-Za-z])"
    r"|(?:护照(?:号码?)?|passport(?: (?:no\.?|number))?)(?: is)?[ :是为]{0,3}([A-Z]{1,2}\d{7,8})(?![0-9A-Za-z])"
    r"|(?:ssn|social security(?: number)?)(?: is)?[ :]{0,2}(\d{3}-\d{2}-\d{4})(?![0-9-])",
    re.ASCII | re.IGNORECASE,
)
_CALLED_A_CARD = re.compile(
    r"(?:银行卡号?|信用卡号?|借记卡号?|储蓄卡号?|(?:credit|debit|bank) card(?: number| no\.?)?)(?: is)?[ :是为]{0,3}(\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,7})(?![0-9A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![0-9A-Za-z])", re.ASCII)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•. -]?(?=[A-Z]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
)

# What says, before a number, that it numbers a thing and not a person's account.
_NUMBERED_THING = re.compile(
    r"(?:订单|单号|运单|快递|物流|包裹|工单|流水|编号|序列|货号|条码|批次|发票|税号|imei|s/?n|sku|order|tracking|parcel|waybill|invoice|serial|ticket|barcode|ean|ref)"
    r"[^0-9]{0,10}$",
    re.IGNORECASE,
)
# Right before a number that looks like a telephone's: a longer way would take "订单手机号" for an order's.
_NUMBER_OF_A_THING = re.compile(
    r"(?:单号|编号|序列号|型号|货号|料号|批号|条码|sku|s/?n|p/?n|part (?:no\.?|number)|model(?: (?:no\.?|number))?|serial(?: (?:no\.?|number))?"
    r"|(?:order|parcel|ticket) (?:no\.?|number)|(?:tracking|waybill|batch)(?: (?:no\.?|number))?)[ :#是为]{0,3}$",
    re.IGNORECASE,
)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DOUBLED = {str(digit): sum(map(int, str(2 * digit))) for digit in range(10)}
_IDENTITY_CHECKS = "10X98765432"
_ISSUERS = {
    13: re.compile(r"4"),
    14: re.compile(r"3(?:0[0-5]|[689])"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5|6|9|35(?:2[89]|[3-8])|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"),
    17: re.compile(r"6"),
    18: re.compile(r"6"),
    19: re.compile(r"[4569]"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data: `kind` names its placeholder, `start`/`end` its place."""

    kind: str
    start: int
    end: int


def find(text: str) -> Iterator[Found]:
    """Yield what is personal, kind by kind; an earlier kind has the better claim where two overlap. Linear in the text."""
    plain = text.translate(_PLAIN)
    if "@" in plain:
        for pattern in (_EMAIL, _EMAIL_LOOSE):
            yield from (Found("EMAIL", *match.span()) for match in pattern.finditer(plain))
    if _DIGIT.search(plain):
        yield from _numbers_of_papers(plain)
        yield from _phones(plain)
        yield from (Found("PLATE", *match.span()) for match in _PLATE.finditer(plain))
    yield from (Found("PHONE", *match.span()) for match in _MOBILE_SPELT.finditer(plain))
    yield from _called("ACCOUNT", _ACCOUNT, plain)


def _numbers_of_papers(plain: str) -> Iterator[Found]:
    """Yield identity numbers, cards and accounts: by their check digits, or by what they are called."""
    yield from (Found("ID", *match.span()) for match in _IDENTITY.finditer(plain) if is_identity_number(match.group()))
    yield from _called("ID", _CALLED_AN_IDENTITY, plain)
    for match in _CARD.finditer(plain):
        if is_bank_card(match.group()) and not _NUMBERED_THING.search(_before(match, plain)):
            yield Found("CARD", *match.span())
    yield from _called("CARD", _CALLED_A_CARD, plain)
    yield from (Found("CARD", *match.span()) for match in _IBAN.finditer(plain) if is_iban(match.group()))


def _phones(plain: str) -> Iterator[Found]:
    for pattern in (_MOBILE, _LANDLINE, _INTERNATIONAL, _TEN_DIGITS, _MOBILE_ABROAD):
        for match in pattern.finditer(plain):
            if not _NUMBER_OF_A_THING.search(_before(match, plain)):
                yield Found("PHONE", *match.span())
    yield from _called("PHONE", _ALONE, plain)
    for one in _called("PHONE", _CALLED_A_NUMBER, plain):
        if _FEWEST_DIGITS_CALLED <= sum(map(str.isdigit, plain[one.start : one.end])) <= _MOST_DIGITS_CALLED:
            yield one


def _before(match: re.Match[str], plain: str) -> str:
    return plain[max(0, match.start() - 24) : match.start()]


def _called(kind: str, pattern: re.Pattern[str], plain: str) -> Iterator[Found]:
    """Yield what stands behind a label: the one group that matched."""
    for match in pattern.finditer(plain):
        yield Found(kind, *match.span(match.lastindex or 0))


def is_identity_number(text: str) -> bool:
    """Check the 18th character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    digits = _only_digits(text.upper(), "X")
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _IDENTITY_WEIGHTS, strict=True))
    return _IDENTITY_CHECKS[total % 11] == digits[17]


def is_bank_card(text: str) -> bool:
    """Check length, issuer's first digits and the Luhn digit (ISO/IEC 7812-1)."""
    digits = _only_digits(text)
    issuer = _ISSUERS.get(len(digits))
    return bool(issuer and issuer.match(digits)) and _luhn(digits)


def is_iban(text: str) -> bool:
    """Check the two digits of an international account number (ISO 13616, MOD 97-10)."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _luhn(digits: str) -> bool:
    return (sum(map(int, digits[-1::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def _only_digits(text: str, others: str = "") -> str:
    return re.sub(rf"[^0-9{others}]", "", text)
