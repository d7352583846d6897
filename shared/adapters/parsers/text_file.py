"""Plain text: short lines that look like headings become headings."""

import re

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.outline import Outline

# As in: 一、渔火台灯; 第三章 保修; （二）退款; 3.2 Refunds; Chapter 4 Repairs.
_NUMBERED = (
    (1, re.compile(r"^(?:第[一二三四五六七八九十百\d]+[章节篇部]|Chapter\s+\d+|Part\s+\d+)[\s：:、.]*\S")),
    (2, re.compile(r"^[一二三四五六七八九十]{1,3}[、．.]\s*\S")),
    (3, re.compile(r"^[（(][一二三四五六七八九十]{1,3}[)）]\s*\S")),
    (2, re.compile(r"^\d{1,2}\.\s+[A-Z][^.!?。；;]*$")),
    (3, re.compile(r"^\d{1,2}\.\d{1,2}\.?\s+\S[^.!?。；;]*$")),
)
SENTENCE_END = re.compile(r"[。！？；，、：.!?;,:…”\")）]$")
_CAPITALS = re.compile(r"^[A-Z0-9][A-Z0-9 &/,'()-]{3,60}$")
_UNDERLINE = re.compile(r"^\s*(?:={3,}|-{3,}|\*{3,}|~{3,})\s*$")
# As in: Q: Can I return it? / A: Yes.   问：能退吗？ / 答：能。
_QUESTION = re.compile(r"^(?:Q|问|问题)\s*\d{0,3}\s*[:：.、]\s*\S", re.IGNORECASE)
_ANSWER = re.compile(r"^(?:A|答|答案|回答)\s*\d{0,3}\s*[:：.、]\s*\S", re.IGNORECASE)
_QUESTION_LEVEL = 5
_MAX_HEADING = 40
_MAX_TITLE = 60


def parse_text(text: str, limits: Limits) -> Outline:
    """Return the outline of a plain text."""
    outline = Outline(limits.characters)
    paragraph: list[str] = []
    asked = False
    lines = text.expandtabs(4).split("\n")
    for number, raw in enumerate(lines):
        line = raw.strip()
        level = _heading_level(lines, number)
        if _UNDERLINE.match(raw) or not line or level:
            outline.block("\n".join(paragraph))
            paragraph = []
        if level:
            asked = level == _QUESTION_LEVEL
            outline.heading(level, _said(line) if asked else line, guessed=True)
        elif line and not _UNDERLINE.match(raw):
            answers = asked and _ANSWER.match(line)
            asked = asked and not answers
            paragraph.append(_said(line) if answers else raw.rstrip())
    outline.block("\n".join(paragraph))
    return outline


def _heading_level(lines: list[str], number: int) -> int:
    line = lines[number].strip()
    if not line or len(line) > _MAX_TITLE:
        return 0
    after = lines[number + 1] if number + 1 < len(lines) else ""
    before = lines[number - 1].strip() if number else ""
    if number == 0 and not after.strip() and not SENTENCE_END.search(line):
        return 1
    # A line of signs also parts paragraphs: what it underlines is short and stands alone.
    underlined = re.match(r"^\s*(={3,}|-{3,})\s*$", after) if not SENTENCE_END.search(line) else None
    if underlined and (not before or _UNDERLINE.match(before)):
        return 1 if underlined.group(1).startswith("=") else 2
    if _QUESTION.match(line) and _answer_follows(lines, number):
        return _QUESTION_LEVEL
    if len(line) > _MAX_HEADING or SENTENCE_END.search(line):
        return 0
    return numbered_level(line) or (2 if not before and _CAPITALS.match(line) else 0)


def _answer_follows(lines: list[str], number: int) -> bool:
    following = (line.strip() for line in lines[number + 1 : number + 3])
    return any(_ANSWER.match(line) for line in following)


def _said(line: str) -> str:
    """Return a question or an answer without the letter before it."""
    return re.split(r"[:：.、]\s*", line, maxsplit=1)[1]


def numbered_level(line: str) -> int:
    """Return the level of a heading by the number before it, 0 for none. Whether it is short enough is not looked at."""
    return next((level for level, pattern in _NUMBERED if pattern.match(line)), 0)
