"""Who may see the rows and columns of a sheet, where the sheet itself says it: 可见范围, 是否公开, 内部备注."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.adapters.parsers.grid import GridRow, Sheet, header_position

_Says = Callable[[str], bool]
_PUBLIC_WORDS = {"", "public", "公开", "对外", "所有人", "全部", "客户", "customer", "customers", "everyone", "all"}
_YES = {"是", "公开", "对外", "可以", "√", "✓", "y", "yes", "true", "1", "public"}
_NO = {"", "否", "公开", "对外", "不是", "×", "✗", "n", "no", "false", "0", "public"}
_OUTSIDE = {"外", "外部", "对外", "公开", "external", "public"}


def _one_of(words: set[str]) -> _Says:
    return lambda cell: cell in words


# What a column is called, and which of its cells let a customer see the row. Where ticks mark yes, an empty cell is a no.
_ANYWHERE: tuple[tuple[re.Pattern[str], _Says], ...] = (
    (re.compile(r"^(?:可见范围|公开范围|可见性|audience|visibility)$"), _one_of(_PUBLIC_WORDS)),
    (re.compile(r"^(?:是否|可否)(?:对客户?)?(?:公开|对外|可见)$|^(?:客户可见|is public|customer[- ]facing)$"), _one_of(_YES)),
    (re.compile(r"^是否(?:内部|保密|机密)\w{0,4}$|^(?:仅限?内部|is internal|(?:internal|staff) only)$"), _one_of(_NO)),
    (re.compile(r"^(?:内部?[/或、]外部?|对内[/或、]对外|internal ?/ ?external)$"), _one_of(_OUTSIDE)),
)
# In a table of things these may be one of their properties; in a list of questions they are not.
_IN_QUESTIONS: tuple[tuple[re.Pattern[str], _Says], ...] = (
    (re.compile(r"^(?:受众|适用对象|权限|查看权限)$"), _one_of(_PUBLIC_WORDS)),
    (re.compile(r"^(?:公开|对外|public)$"), _one_of(_YES)),
    (re.compile(r"^(?:内部|保密|机密|internal|confidential)$"), _one_of(_NO)),
)
_INTERNAL_COLUMN = re.compile(
    r"^内部(?:备注|说明|资料|价格?|成本|信息|使用|编号)$|[(（](?:仅?供?内部(?:使用|参考|可见)?|(?:internal|staff)(?: only)?)[)）]$"
    r"|^internal (?:notes?|remarks?|comments?|costs?|prices?)$"
)


def for_customers(sheet: Sheet, settings: Mapping[str, Any], questions: bool) -> Sheet:
    """Return the sheet without the rows and columns that it keeps from customers itself, each named in a warning.

    `questions`: it holds questions and answers.
    """
    header = header_position(sheet.rows, settings.get("header_row"))
    if header is None:
        return sheet
    names = [" ".join(name.split()).casefold() for name in sheet.rows[header].cells]
    deciding = _deciding(names, (*_ANYWHERE, *_IN_QUESTIONS) if questions else _ANYWHERE)
    internal = [at for at, name in enumerate(names) if _INTERNAL_COLUMN.search(name)]
    kept: list[GridRow] = []
    # Of questions and answers no other column is read, so that none is missed.
    missed = () if questions else internal
    warnings = [f"{sheet.name}: the column {sheet.rows[header].cells[at]!r} is marked internal and was left out" for at in missed]
    for position, row in enumerate(sheet.rows):
        if position > header and not all(says(row.cells[at].strip().casefold()) for at, says in deciding):
            warnings.append(
                f"{sheet.name}!{row.number}: the row is not marked public and was left out; "
                "keep such rows in a file with audience: staff"
            )
            continue
        kept.append(_without(row, {*internal, *(at for at, _ in deciding)}) if position >= header else row)
    return replace(sheet, rows=tuple(kept), warnings=(*sheet.warnings, *warnings))


def _deciding(names: Sequence[str], known: Sequence[tuple[re.Pattern[str], _Says]]) -> list[tuple[int, _Says]]:
    # "可见范围（必填）", "Audience *": what stands in brackets or is a mark does not name the column.
    cleaned = [" ".join(re.sub(r"[(（\[【].*?[)）\]】]|[*＊:：?？]", "", name).split()) for name in names]
    return [(at, says) for at, name in enumerate(cleaned) for pattern, says in known if name and pattern.match(name)]


def _without(row: GridRow, columns: set[int]) -> GridRow:
    """Empty the cells: the others keep their places."""
    return replace(row, cells=tuple("" if at in columns else cell for at, cell in enumerate(row.cells)))
