"""Fact tables made ready to be asked: which words name which rows and columns."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.domain.fact_fillers import TRADES
from shared.domain.fact_headings import DELIVERS, LANGUAGES, heading_parts, heading_words, price_modifiers, row_stems, unhyphened
from shared.domain.fact_names import Misspelt, led_names, widened
from shared.domain.fact_question import EVERY_DAY, days_covered
from shared.domain.fact_ranges import Range, read_range, read_ranges
from shared.domain.fact_shown import given_names, title, translated
from shared.domain.fact_words import (
    compact,
    core_name,
    derived_names,
    fold,
)
from shared.domain.knowledge import ColumnType, FactColumn, FactRow, FactTable
from shared.domain.language import Language

Synonyms = Sequence[Sequence[str]]
Positions = frozenset[int]
_CODE = re.compile(r"^[A-Z0-9]+(?:-[A-Z0-9]+)+$")
_DAYS_KEPT = 16
_DURATION = re.compile(r"\d\s*(?:天|日|个?月|年|小时|分钟|周|days?|hours?|minutes?|weeks?|months?|years?)", re.IGNORECASE)
_HOW_LONG = frozenset("多久 多长 多长时间 long".split())
_VALUE_TWINS = {
    "有货": ("in stock", "available", "现货"),
    "缺货": ("out of stock", "sold out", "没货", "断货", "无货"),
    "instock": ("有货", "现货", "available"),
    "outofstock": ("缺货", "没货", "断货", "sold out"),
}
_WITH_WORDS = (ColumnType.TEXT, ColumnType.BOOLEAN, ColumnType.NUMBER, ColumnType.MONEY)
_LONGEST_VALUE = 16
_TABLE_WORDS = "表 清单 一览 一览表 列表 信息 list table"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedTable:
    """A table with its vocabularies, all compact: names to row positions, words to column positions.

    `keys`: of which thing each row tells, and `things`: the rows of each; `telling`: the key columns that it takes to
    tell all things apart; `called`: words for the table as a whole, `stems`: for what its rows are; `about`: words that
    say nothing new beside it, `fillers`: those of its trade. `modifiers`: what tells columns of prices apart ("off-peak", "周末"). `days`: the weekdays of columns that are for some days; `ranges`: columns of ranges, by row, and
    `headed`: the ranges that columns are for; `dated`: whether
    rows hold for some days only; `delivers`: it is for sending things; `values`: for columns of texts the cells by the words for them, with the words' lengths.
    """

    table: FactTable
    names: Mapping[str, Positions]
    name_lengths: tuple[int, ...]
    columns: Mapping[str, Positions]
    column_lengths: tuple[int, ...]
    parts: Mapping[str, Positions]
    modifiers: Mapping[str, Positions]
    days: Mapping[int, Positions]
    keys: tuple[tuple[str, ...], ...]
    things: Mapping[tuple[str, ...], tuple[int, ...]]
    telling: tuple[str, ...]
    called: tuple[str, ...]
    stems: tuple[str, ...]
    about: str
    ranges: Mapping[int, Mapping[int, Range]]
    headed: Mapping[int, Range]
    misspelt: Misspelt
    fillers: frozenset[str]
    dated: bool
    delivers: bool
    values: Mapping[int, tuple[Mapping[str, str], tuple[int, ...]]]
    _held: dict[date, Positions] = field(default_factory=dict, repr=False, compare=False)

    def valid_rows(self, today: date, among: Positions | None = None) -> Positions:
        """Return the rows (of `among`) that hold today. Of several for one thing, the one that began last counts."""
        if not self.dated:
            return frozenset(range(len(self.table.rows))) if among is None else among
        held = self._held.get(today)
        if held is None:
            held = frozenset(at for at in range(len(self.table.rows)) if self._counts(at, today))
            if len(self._held) >= _DAYS_KEPT:
                self._held.clear()
            self._held[today] = held
        return held if among is None else held & among

    def _counts(self, position: int, today: date) -> bool:
        row = self.table.rows[position]
        if not _holds(row, today):
            return False
        rivals = (self.table.rows[other] for other in self.things[self.keys[position]] if other != position)
        return not any(_holds(rival, today) and _rank(rival) > _rank(row) for rival in rivals)

    def named_once(self, alias: str) -> bool:
        """Whether a name is that of one thing only."""
        return len({self.keys[position] for position in self.names.get(alias, ())}) == 1

    def called_in(self, text: str) -> bool:
        """Whether a question speaks of what the table's rows are: "最贵的卡" of one whose names are 卡种."""
        return any(word in text for word in (*self.called, *self.stems))

    def column(self, position: int) -> FactColumn:
        return self.table.columns[position]

    def words_about(self, columns: Positions) -> str:
        """Return what the table and the columns are called: in a question about them, these words add nothing."""
        words = (word for at in columns for word in (self.column(at).name, *self.column(at).synonyms))
        return f"{self.about} {' '.join(map(fold, words))}"

    def hours(self) -> Positions:
        """Return the columns of opening hours."""
        return frozenset(at for at, column in enumerate(self.table.columns) if column.type is ColumnType.TIME_RANGE)

    def letters(self, columns: Positions) -> frozenset[str]:
        """Return what adds nothing to the columns: the characters of Chinese headings, "how long" for a duration.

        "数据留多久" asks for "数据保留", where that is a number of days.
        """
        letters = frozenset(letter for at in columns for letter in core_name(self.column(at).name) if not letter.isascii())
        return letters | (_HOW_LONG if any(self._is_duration(at) for at in columns) else frozenset())

    def _is_duration(self, position: int) -> bool:
        column = self.column(position)
        cells = (row.cells.get(column.name, "") for row in self.table.rows)
        return bool(_DURATION.match(f"1{column.unit}") or _DURATION.search(next(filter(None, cells), "")))

    def by_day(self) -> Positions:
        """Return the columns that answer for a weekday: hours, and what is for some days by its name ("周末价")."""
        return frozenset(self.days)


def prepare(tables: Sequence[FactTable], synonyms: Synonyms = ()) -> tuple[PreparedTable, ...]:
    """Return the tables ready for `look_up`. `synonyms`: groups of words that mean the same to the company."""
    groups = [frozenset(compact(word) for word in group) for group in synonyms]
    return tuple(_prepare(table, groups) for table in tables)


def _prepare(table: FactTable, groups: Sequence[frozenset[str]]) -> PreparedTable:
    words = heading_words(table)
    keys = tuple(
        tuple(row.cells.get(name, "") for name in table.key_columns) or (str(position),)
        for position, row in enumerate(table.rows)
    )
    things: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        things[key].append(position)
    telling = _telling_keys(table, things)
    names = _names(table, groups, telling, words)
    return PreparedTable(
        table=table,
        names=names,
        name_lengths=tuple(sorted({len(name) for name in names}, reverse=True)),
        columns=words,
        column_lengths=tuple(sorted({len(word) for word in words}, reverse=True)),
        modifiers=price_modifiers(table),
        parts=heading_parts(table, words, names),
        days=_days(table),
        keys=keys,
        things={key: tuple(rows) for key, rows in things.items()},
        telling=telling,
        called=_called(table),
        stems=row_stems(table),
        about=_about(table),
        ranges=_ranges(table),
        headed=_headed(table),
        misspelt=Misspelt(names),
        fillers=_trade_fillers(table),
        values=_values(table),
        delivers=bool(DELIVERS.search(f"{table.sheet} {table.title}")),
        dated=any(row.valid_from or row.valid_to for row in table.rows),
    )


def _about(table: FactTable) -> str:
    titles = (fold(title(table, language)) for language in LANGUAGES)
    return " ".join((*titles, fold(table.sheet), *(fold(core_name(name)) for name in table.key_columns), _TABLE_WORDS))


def _names(
    table: FactTable, groups: Sequence[frozenset[str]], telling: Sequence[str], words: Collection[str]
) -> Mapping[str, Positions]:
    names: defaultdict[str, set[int]] = defaultdict(set)
    for position, row in enumerate(table.rows):
        for name in (*row.aliases, *_category_names(table, row)):
            names[compact(name)].add(position)
    for group in groups:
        meant = {position for word in group if word in names for position in names[word]}
        for word in group if meant else ():
            names[word] |= meant
    called: defaultdict[str, list[int]] = defaultdict(list)
    for position, row in enumerate(table.rows):
        for name in (*(row.cells.get(key, "") for key in telling), *given_names(table).get(str(row.row), ())):
            called[name].append(position)
    for name, rows in led_names(
        [(called_by, row.aliases) for called_by, row in zip(_first_words(table), table.rows, strict=True)]
    ):
        names[name] |= rows
    fixed = {name: frozenset(rows) for name, rows in names.items()}
    return unhyphened({**widened(fixed, called, words), **fixed})


def _first_words(table: FactTable) -> Iterator[str]:
    for row in table.rows:
        name = fold(row.cells.get(table.key_columns[0], "")) if table.key_columns else ""
        yield name.split(" ")[0]


def _values(table: FactTable) -> Mapping[int, tuple[Mapping[str, str], tuple[int, ...]]]:
    """Return the short texts in the columns that are no names, by the words for them."""
    names = {*table.key_columns, table.options.get("category")}
    found: dict[int, tuple[Mapping[str, str], tuple[int, ...]]] = {}
    for position, column in enumerate(table.columns):
        if column.type in _WITH_WORDS and column.name not in names:
            cells = list(dict.fromkeys(row.cells.get(column.name, "") for row in table.rows))
            if column.type in (ColumnType.NUMBER, ColumnType.MONEY):
                # "哪些不收费": the words among the numbers.
                cells = [cell for cell in cells if not any(map(str.isdigit, cell))]
            words = {compact(word): cell for cell in cells for word in _value_words(table, column.name, cell)}
            kept = {word: cell for word, cell in words.items() if 1 < len(word) <= _LONGEST_VALUE}
            found[position] = kept, tuple(sorted({len(word) for word in kept}, reverse=True))
    return found


def _value_words(table: FactTable, column: str, cell: str) -> tuple[str, ...]:
    given = (translated(table, column, cell, language) for language in LANGUAGES)
    return (cell, *_VALUE_TWINS.get(compact(cell), ()), *given)


def _days(table: FactTable) -> Mapping[int, Positions]:
    """Return the weekdays of the columns of hours, and of those whose names say for which days they are."""
    covered = {at: days_covered(column.name) for at, column in enumerate(table.columns)}
    return {
        at: days
        for at, days in covered.items()
        if table.columns[at].type is ColumnType.TIME_RANGE
        or (days != EVERY_DAY and table.columns[at].name not in table.key_columns)
    }


def _ranges(table: FactTable) -> Mapping[int, Mapping[int, Range]]:
    """Return the columns whose cells are ranges of amounts, by row."""
    found = {
        at: read_ranges([fold(row.cells.get(column.name, "")) for row in table.rows], column.unit)
        for at, column in enumerate(table.columns)
        if column.type is ColumnType.TEXT or column.name in table.key_columns
    }
    return {at: ranges for at, ranges in found.items() if ranges}


def _headed(table: FactTable) -> Mapping[int, Range]:
    """Return the columns whose headings are ranges of amounts: "1-5kg"."""
    headings = [fold(column.name) for column in table.columns]
    found = read_ranges([heading if read_range(heading) else "" for heading in headings])
    return found if all(one.unit for one in found.values()) else {}


def _trade_fillers(table: FactTable) -> frozenset[str]:
    own = (table.sheet, *(title(table, language) for language in LANGUAGES), *(column.name for column in table.columns))
    spoken = fold(" ".join(own))
    own_letters = (letter for stem in row_stems(table) if len(stem) < 3 for letter in stem if not letter.isascii())
    return frozenset((*own_letters, *(word for trade, words in TRADES if re.search(trade, spoken) for word in words.split())))


def _called(table: FactTable) -> tuple[str, ...]:
    """Return the words by which people mean the table as a whole: what its rows are, and the words of its title."""
    words = [fold(core_name(name)) for name in table.key_columns[:1]]
    for language in LANGUAGES:
        name = fold(title(table, language))
        words += (
            [name[at : at + 2] for at in range(len(name) - 1)]
            if not name.isascii()
            else [word for word in name.split() if len(word) > 4]
        )
    return tuple(dict.fromkeys(word for word in words if len(word) > 1 and word not in _TABLE_WORDS))


def _category_names(table: FactTable, row: FactRow) -> Iterator[str]:
    """Yield what a row's keys and category are called in any language: "扫地机器人" is "robot vacuum" too."""
    category = table.options.get("category")
    for name in (*table.key_columns, *([category] if isinstance(category, str) else [])):
        cell = row.cells.get(name, "")
        shown = (*([cell] if name == category else []), *(translated(table, name, cell, language) for language in LANGUAGES))
        yield from derived_names(part for part in shown if part)


def shown_name(prepared: PreparedTable, rows: Sequence[FactRow], language: Language, asked: Collection[str] = ()) -> str:
    """Return what the rows, which share an answer, are called: as much of their names as they have in common.

    `asked`: the names in the question, compact. Where a row is known in this language only by aliases, the one that
    the customer used is shown: who asks about Tibet is not told about "Xinjiang".
    """
    names = [_name_parts(prepared, row, language) for row in rows]
    common = [parts[0] for parts in zip(*names, strict=False) if len(set(parts)) == 1]
    shown = " ".join(part for part in common or names[0] if part)
    if language != "en" or not asked:
        return shown
    own = [
        alias for alias in rows[0].aliases if alias.isascii() and compact(alias) in asked and prepared.named_once(compact(alias))
    ]
    return shown if not own or any(compact(alias) in compact(shown) for alias in own) else own[0]


def _name_parts(prepared: PreparedTable, row: FactRow, language: Language) -> tuple[str, ...]:
    table, telling = prepared.table, prepared.telling
    own = tuple(row.cells.get(name, "") for name in telling)
    if language == "en":
        given = dict(zip(table.key_columns, given_names(table).get(str(row.row), ()), strict=False))
        english = tuple(str(given.get(name) or translated(table, name, row.cells.get(name, ""), "en")) for name in telling)
        cells = (row.cells.get(name, "") for name in table.key_columns)
        other = tuple(cell for cell in cells if cell.isascii() and len(cell) > 2 and not _CODE.match(cell))
        return english if all(english) else (other[:1] if len(telling) == 1 else ()) or own
    return own if any(own) else row.aliases[:1]


def _telling_keys(table: FactTable, things: Collection[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first key columns that suffice to tell all things apart: model, or model and colour; no SKU besides."""
    for size in range(1, len(table.key_columns)):
        if len({thing[:size] for thing in things}) == len(things):
            return table.key_columns[:size]
    return table.key_columns


def _rank(row: FactRow) -> tuple[date, int]:
    """Return what decides between rows that hold: the later start, then (a promotion from the same day) the nearer end."""
    return row.valid_from or date.min, -(row.valid_to or date.max).toordinal()


def _holds(row: FactRow, today: date) -> bool:
    return (row.valid_from is None or row.valid_from <= today) and (row.valid_to is None or today <= row.valid_to)
