"""How a customer can be reached, as people write it when they are asked: kinder than what is masked in any text."""

import re

# Digits with the signs that people put between them, and an extension behind; letters beside it make it a code.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.])(?<![A-Za-z0-9][-_])(\+?\(?\d[\d\s().\-/]{4,20}\d)(\s{0,3}(?:转|分机号?|ext(?:ension|n)?\.?|x)\s{0,3}[:：]?\s{0,3}\d{1,6})?(?![\d%]|[A-Za-z](?!xt|\b))",
    re.IGNORECASE,
)
# What stands right before a number that is no way to reach anybody, and right behind it.
_OF_A_THING = re.compile(
    r"(?:订单|单号|运单|快递|物流|包裹|工单|流水|编号|序列|型号|货号|条码|批次|发票|税号|身份证|卡号|门牌|邮编|价格|imei|s/?n|sku|order|tracking|parcel|invoice|serial|model|ticket|ref|zip|post ?code)[^0-9，,。;；\n]{0,10}$",
    re.IGNORECASE,
)
_UNIT = re.compile(r"\s{0,2}(?:元|块|台|个|件|年|月|日|号楼|弄|室|单元|天|点|%|usd|rmb|yuan|dollars|days)", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d{2}([-./ ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:\s+\d{1,2})?")
_HANDLE = re.compile(
    r"(?:微信|wechat|weixin|vx|v信|qq|whatsapp|telegram|line|skype|钉钉)(?:号|id|\s+is|账号)?\s*[:：是]?\s*(?:\+?\d[\d\s\-]{5,18}\d|[A-Za-z0-9_.\-@+]{4,40})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"[^\s@<>，,；;：:《》“”\"'（）()、。]{1,64}@[^\s@<>，,；;：:《》“”\"'（）()、]{1,190}\.[^\s@<>，,；;：:。《》“”\"'（）()、！!]{2,24}"
)
_SPOKEN_ADDRESS = re.compile(
    r"([A-Za-z0-9_.+-]{1,64})\s?@\s?([A-Za-z0-9-]{1,63})\s?[.。]\s?([A-Za-z]{2,10}(?:[.。][A-Za-z]{2,6})?)"
)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
# Without "+", longer runs are numbers of orders.
_MOST_DIGITS_AT_HOME = 12
_MOBILE_DIGITS = 11
_MOBILE = re.compile(r"1[3-9]\d*")
_CORRECTS = re.compile(
    r"(?:写|打|填|留|发|输|给)错|错了|应该是|改成|改为|换成|更正|更新|不是(?:刚才|之前)|换(?:一?个)?(?:手机|电话|号|邮箱|联系方式)"
    r"|\b(?:wrong|mistake|typo|correct(?:ion|ed)?|should be|instead|meant|change|update|sorry)\b",
    re.IGNORECASE,
)


def contact_said(text: str) -> str:
    """Return the number, address or account in an answer to "how can we reach you"; "" where there is none."""
    address = _ADDRESS.search(text)
    if address:
        return address.group().rstrip(".")
    spoken = _SPOKEN_ADDRESS.search(text)
    if spoken:
        return f"{spoken.group(1)}@{spoken.group(2)}.{spoken.group(3)}".replace("。", ".")
    handle = _HANDLE.search(text)
    if handle:
        return handle.group().strip()
    return next((match.group().strip() for match in _NUMBER.finditer(text) if _reaches(match, text)), "")


def corrects_contact(text: str) -> bool:
    """Say whether a message that holds a contact says that it takes the place of another."""
    return bool(_CORRECTS.search(text))


def _reaches(match: re.Match[str], text: str) -> bool:
    digits = "".join(filter(str.isdigit, match.group(1)))
    most = _MOST_DIGITS if match.group(1).startswith(("+", "00")) else _MOST_DIGITS_AT_HOME
    if not _FEWEST_DIGITS <= len(digits) <= most or _DATE.fullmatch(match.group(1).strip()):
        return False
    # A mobile number with a digit too few or too many reaches nobody: better asked for again than promised a call.
    if _MOBILE.fullmatch(digits) and len(digits) in (_MOBILE_DIGITS - 2, _MOBILE_DIGITS - 1, _MOBILE_DIGITS + 1):
        return False
    return not _OF_A_THING.search(text[max(0, match.start() - 24) : match.start()]) and not _UNIT.match(text, match.end())
