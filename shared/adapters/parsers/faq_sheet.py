"""A sheet of questions and answers: one entry a row, a column per way of asking."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from shared.adapters.parsers.grid import GridRow, Sheet, body_after, header_position
from shared.domain.knowledge import FaqEntry

_QUESTION = re.compile(
    r"^(?:标准|用户|客户|常见|主)?(?:问题|问句|问法|提问|问)(?:内容|标题)?$"
    r"|^(?:main |standard |user |customer )?questions?$|^q$|^faq$",
    re.I,
)
_VARIANT = re.compile(
    r"^(?:相似|扩展|同义|其他|其它|别的|更多|变体|备选)(?:的)?(?:问题|问法|问句|提问|说法|问)?.*$|^(?:标准)?(?:问题|问法|问)\s*[_-]?\d+$"
    r"|^(?:question\s*)?variants?.*$|^(?:similar|alternative|alternate|other|related|extra)\b.*$"
    r"|^(?:question|q)\s*[_-]?\s*\d+$|^paraphrases?.*$",
    re.I,
)
_ANSWER = re.compile(
    r"^(?:标准|参考|回复)?(?:答案|回答|答复|答)(?:内容)?$|^(?:标准)?回复(?:内容)?$"
    r"|^(?:standard )?answers?$|^a$|^reply$|^response$",
    re.I,
)
_LINK = re.compile(
    r"^(?:参考|来源|详情)?(?:链接|网址|地址链接|来源)(?:地址)?$|^(?:source[_ ]?)?(?:link|url)s?$|^source$|^reference$", re.I
)
_SEVERAL = re.compile(r"\n+|\s*[|｜]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Positions of the columns; `link` is -1 when absent."""

    questions: tuple[int, ...]
    answer: int
    link: int


def looks_like_faq(sheet: Sheet, settings: Mapping[str, Any]) -> bool:
    """Whether the header has a question and an answer column."""
    header = header_position(sheet.rows, settings.get("header_row"))
    return header is not None and _columns(sheet.rows[header].cells, settings) is not None


def read_faq(sheet: Sheet, settings: Mapping[str, Any]) -> tuple[tuple[FaqEntry, ...], tuple[str, ...]]:
    """Return the entries and one warning per row that cannot be used. A sheet without the columns gives one warning."""
    header = header_position(sheet.rows, settings.get("header_row"))
    columns = _columns(sheet.rows[header].cells, settings) if header is not None else None
    if header is None or columns is None:
        return (), (
            f"sheet {sheet.name!r} has no question and answer columns; name them in kefu.yaml (question_columns, answer_column)",
        )
    entries: list[FaqEntry] = []
    warnings: list[str] = []
    seen: dict[str, int] = {}
    for row in body_after(sheet.rows, header):
        problem = _problem(row, columns)
        if problem:
            warnings.append(f"{sheet.name}!{row.number}: {problem}")
            continue
        entry = _entry(sheet.name, row, columns)
        twin = seen.setdefault(entry.questions[0], row.number)
        if twin != row.number:
            warnings.append(f"{sheet.name}!{row.number}: the same question as in row {twin}; both are kept")
        entries.append(entry)
    return tuple(entries), tuple(warnings)


def _columns(names: Sequence[str], settings: Mapping[str, Any]) -> _Columns | None:
    asked = [at for name in settings.get("question_columns", ()) for at in _declared(names, name)]
    asked = asked or [*_matching(names, _QUESTION), *_matching(names, _VARIANT)]
    answers = _declared(names, settings.get("answer_column")) or _matching(names, _ANSWER)
    if not asked or not answers:
        return None
    links = _declared(names, settings.get("link_column")) or _matching(names, _LINK)
    return _Columns(
        questions=tuple(dict.fromkeys(at for at in asked if at != answers[0])),
        answer=answers[0],
        link=links[0] if links else -1,
    )


def _declared(names: Sequence[str], wanted: object) -> list[int]:
    return [position for position, name in enumerate(names) if wanted is not None and name.strip() == str(wanted).strip()]


def _matching(names: Sequence[str], pattern: re.Pattern[str]) -> list[int]:
    # "问题（必填）", "Question *": what stands in brackets or is a mark does not name the column.
    cleaned = [" ".join(re.sub(r"[(（\[【].*?[)）\]】]|[*＊:：]", "", name).split()) for name in names]
    return [position for position, name in enumerate(cleaned) if name and pattern.match(name)]


def _problem(row: GridRow, columns: _Columns) -> str:
    if not any(row.cells[position].strip() for position in columns.questions):
        return "the question is missing; the row was left out"
    if not row.cells[columns.answer].strip():
        return "the answer is missing; the row was left out"
    return ""


def _entry(sheet: str, row: GridRow, columns: _Columns) -> FaqEntry:
    first, *others = columns.questions
    asked = [row.cells[first], *(part for position in others for part in _SEVERAL.split(row.cells[position]))]
    link = row.cells[columns.link].strip() if columns.link >= 0 else ""
    return FaqEntry(
        questions=tuple(dict.fromkeys(" ".join(text.split()) for text in asked if text.strip())),
        answer=row.cells[columns.answer].strip(),
        row=f"{sheet}!{row.number}",
        link=link if urlsplit(link).scheme in ("http", "https") else "",
    )
