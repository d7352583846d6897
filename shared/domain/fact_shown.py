"""How a table's headings, cells and names read in the customer's language, as far as the company has said so."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from shared.domain.fact_words import core_name
from shared.domain.knowledge import FactColumn, FactTable
from shared.domain.language import Language


def translated(table: FactTable, column: str, cell: str, language: str) -> str:
    """Return the cell's text in a language where the company has given one, else ""."""
    return str(_option(table, "values", column, language).get(cell, ""))


def label(table: FactTable, column: FactColumn, language: Language) -> str:
    """Return a column's heading in a language: the company's, or its own name without the unit."""
    labels = cast("Mapping[str, Any]", table.options.get("labels") or {})
    return str(labels.get(column.name, {}).get(language) or core_name(column.name))


def in_language(table: FactTable, column: FactColumn, language: Language) -> FactColumn:
    """Return the column that says the same in the reader's language, where the table has one: 地址 and 英文地址."""
    if language != "en":
        return column
    core = core_name(column.name)
    twins = {f"英文{core}", f"{core}英文", f"{core}_en", f"{core} en"}
    return next((one for one in table.columns if core_name(one.name).casefold() in twins), column)


def title(table: FactTable, language: Language) -> str:
    """Return what the table's document is called in a language."""
    titles = cast("Mapping[str, Any]", table.options.get("titles") or {})
    return str(titles.get(language) or table.title)


def shown_cell(table: FactTable, column: FactColumn, cell: str, language: Language) -> str:
    """Return a cell as a sentence can hold it: translated if the company has done so, numbers with their unit."""
    text = translated(table, column.name, cell, language)
    if text:
        return text
    bare = column.unit and cell.replace(",", "").replace(".", "", 1).isdecimal()
    # "Price (CNY)" says its unit itself, and beside an English label a Chinese unit helps nobody.
    name = label(table, column, language)
    foreign = language == "en" and ("(" in name or (name.isascii() and not column.unit.isascii()))
    return f"{cell} {column.unit}" if bare and not foreign else cell


def given_names(table: FactTable) -> Mapping[str, Sequence[str]]:
    """Return the English names of rows, by row number: one for each key column, "" where there is none."""
    return cast("Mapping[str, Any]", table.options.get("names") or {}).get("en", {})


def _option(table: FactTable, kind: str, column: str, language: str) -> Mapping[str, Any]:
    found = cast("Mapping[str, Any]", table.options.get(kind) or {})
    return found.get(column, {}).get(language, {})
