"""Personal data by its form: bounded patterns that cannot backtrack far, and the check digits that tell it from other numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Full-width digits, letters and signs stand one for one for the plain ones, so that offsets stay those of the original.
_PLAIN = str.maketrans(
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x3000: " ", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-", 0xA0: " "}
)

_EMAIL = re.compile(r"(?<![\w.+%-])[A-Za-z0-9_.+%-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])", re.ASCII)
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx](?![0-9A-Za-z])",
    re.ASCII,
)
_CARD = re.compile(
    r"(?<![0-9A-Za-z.#])(?:\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5}|\d{6}[ -]\d{13}|\d{13,19})(?![0-9A-Za-z]|\.\d|-\d)",
    re.ASCII,
)
_MOBILE = re.compile(
    r"(?<![0-9A-Za-z.#])(?<![0-9A-Za-z]-)(?:(?:\+|00)?86[ -]?|\(\+?86\)[ -]?)?1[3-9]\d(?:[ -]?\d{4}[ -]?\d{4}|[ -]\d{3}[ -]\d{5}|\d[ -]\d{3}[ -]\d{4}|\d[ -]\d{4}[ -]\d{3})(?![0-9A-Za-z]|\.\d)",
    re.ASCII,
)
_LANDLINE = re.compile(
    r"(?<![0-9A-Za-z.#+])(?:\+86[ -]?)?\(?0(?:10|2\d|[3-9]\d{2})(?:\)[ -]?|[ -])?[2-9]\d{2,3}[ -]?\d{4}(?:[ -]?(?:转|ext\.?|x)[ -]?\d{1,6})?(?![0-9A-Za-z]|\.\d)",
    re.ASCII | re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"(?<![0-9A-Za-z+])(?:\+|00(?=[1-9]))(?:[ ().-]{0,2}\d){8,15}(?![0-9A-Za-z])", re.ASCII)
# Ten digits as North America writes them; the exchange starts with 2-9, which keeps 400 and 800 service numbers apart.
_TEN_DIGITS = re.compile(
    r"(?<![0-9A-Za-z.+-])(?:\((?!400|800)[2-9]\d{2}\) ?|(?!400|800)[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}(?![0-9A-Za-z]|[.-]\d)",
    re.ASCII,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•. -]?(?=[A-Z]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![0-9A-Za-z])"
)

# What says, before a number, that it numbers a thing and not a person's account.
_NUMBERED_THING = re.compile(
    r"(?:订单|单号|运单|快递|物流|包裹|工单|流水|编号|序列|货号|条码|批次|发票|税号|imei|s/?n|sku|order|tracking|parcel|waybill|invoice|serial|ticket|barcode|ean|ref)"
    r"[^0-9]{0,10}$",
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
        yield from (Found("EMAIL", *match.span()) for match in _EMAIL.finditer(plain))
    for match in _IDENTITY.finditer(plain):
        if is_identity_number(match.group()):
            yield Found("ID", *match.span())
    for match in _CARD.finditer(plain):
        if is_bank_card(match.group()) and not _NUMBERED_THING.search(plain[max(0, match.start() - 24) : match.start()]):
            yield Found("CARD", *match.span())
    for pattern in (_MOBILE, _LANDLINE, _INTERNATIONAL, _TEN_DIGITS):
        yield from (Found("PHONE", *match.span()) for match in pattern.finditer(plain))
    yield from (Found("PLATE", *match.span()) for match in _PLATE.finditer(plain))


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


def _luhn(digits: str) -> bool:
    return (sum(map(int, digits[-1::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def _only_digits(text: str, others: str = "") -> str:
    return re.sub(rf"[^0-9{others}]", "", text)
