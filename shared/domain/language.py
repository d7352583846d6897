"""Which of our two languages a text is in."""

import re
from typing import Literal

Language = Literal["zh", "en"]

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)?")
# A Chinese sentence keeps its Latin product names and codes, so one character weighs more than one word.
_HAN_WEIGHT = 0.5


def detect_language(text: str, default: Language = "zh") -> Language:
    """Return "zh" or "en" by the share of Han characters against Latin words; `default` when there is neither."""
    han = len(_HAN.findall(text))
    words = len(_WORD.findall(text))
    if not han and not words:
        return default
    return "zh" if han * _HAN_WEIGHT >= words * 0.25 and han else "en"


# An address is in no language.
_ADDRESS = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9'_-]*")
# Words that are typed in either language, and tell nothing of it.
_EITHER = frozenset(
    "ok okay yes no yep nope hi hello hey bye thx thanks please app wifi wi-fi vip usb led pro max plus mini air lite faq bug id "
    "qq wechat weixin vx wx whatsapp tel ext".split()
)
# Chinese without its characters.
_PINYIN = frozenset("nihao ni hao zhuan rengong ren gong kefu xiexie zaima tuihuo".split())
# Names of products and their parts: what a visitor types first may be nothing else.
_PRODUCT_WORDS = frozenset("app wifi wi-fi vip usb led pro max plus mini air lite".split())
# So many Latin words are a sentence, however they are written.
_SENTENCE = 4


def language_of_message(text: str, before: Language, *, first: bool) -> Language:
    """Return the language to answer a message in; `before` is the conversation's.

    The `first` message sets it by what it is written in. Later an address, a name, a model or an "OK" does not change it.
    """
    plain = _ADDRESS.sub(" ", text)
    words = _TOKEN.findall(plain)
    if words and not _HAN.search(plain) and all(word.lower() in _PINYIN for word in words):
        return "zh"
    if _HAN.search(plain) or (first and not all(_is_product_word(word) for word in words)):
        return detect_language(plain, before)
    telling = [word for word in words if word.islower() and len(word) > 1 and word not in _EITHER]
    told = any(not any(character.isdigit() or character == "_" for character in word) for word in telling)
    return "en" if told or len(words) >= _SENTENCE else before


def _is_product_word(word: str) -> bool:
    return any(map(str.isdigit, word)) or word.lower() in _PRODUCT_WORDS
