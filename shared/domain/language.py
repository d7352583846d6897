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
