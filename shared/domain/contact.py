"""How a customer can be reached, as people write it when they are asked: kinder than what is masked in any text."""

import re

_LABEL = r"(?:我?的?(?:手机号?码?|电话号?码?|联系方式|号码|邮箱|邮件)(?:号|是|为)?|tel(?:ephone)?|phone(?: number)?|mobile|cell|call me (?:on|at)|number|e-?mail)"
_NUMBER = re.compile(rf"^\W*(?:(?:my |我)?{_LABEL}(?:\s+is)?)?[\s:：是为]*(\+?\(?\d[\d\s().\-/]{{4,20}}\d)\W*$", re.IGNORECASE)
_HANDLE = re.compile(
    r"(?:微信|wechat|weixin|vx|v信|qq|whatsapp|telegram|line|skype)(?:号|id|\s+is|账号)?\s*[:：是]?\s*(?:\+?\d[\d\s\-]{5,18}\d|[A-Za-z0-9_.\-@+]{4,40})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s@<>，,；;：:]{1,64}@[^\s@<>，,；;：:]{1,190}\.[^\s@<>，,；;：:。]{2,24}")
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15


def contact_said(text: str) -> str:
    """Return the number, address or account in an answer to "how can we reach you"; "" where there is none."""
    address = _ADDRESS.search(text)
    if address:
        return address.group()
    handle = _HANDLE.search(text)
    if handle:
        return handle.group().strip()
    number = _NUMBER.match(text)
    if number and _FEWEST_DIGITS <= sum(map(str.isdigit, number.group(1))) <= _MOST_DIGITS:
        return number.group(1).strip()
    return ""
