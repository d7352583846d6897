"""What a fact answer says once the tables have been read: exact rows, a choice of rows, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.domain.fact_book import PreparedTable, shown_name
from shared.domain.fact_shown import in_language, label, shown_cell, title
from shared.domain.knowledge import FactAnswer, FactHit
from shared.domain.language import Language, detect_language

EXACT, AMBIGUOUS, NONE = "exact", "ambiguous", "none"
NOTHING = FactAnswer(status=NONE)
# More choices than this are no help to anybody.
MAX_CHOICES = 8
MAX_LISTED = 20

Positions = frozenset[int]
Place = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one table understands the question.

    `names`: where it names rows, and `called`: by which (compact) words; `places`: all that is explained.
    `several`: the question itself asks for more than one row.
    """

    prepared: PreparedTable
    rows: Positions
    columns: Positions
    names: tuple[Place, ...]
    places: tuple[Place, ...]
    called: frozenset[str]
    several: bool

    @property
    def explained(self) -> int:
        return len({at for start, end in self.places for at in range(start, end)})


def answer_from(readings: Sequence[Reading], language: Language) -> FactAnswer:
    answers = [_answer_of(reading, language) for reading in readings]
    if not answers or any(answer.status == NONE for answer in answers):
        return NOTHING
    # Two tables that say the same are one answer; two that contradict each other are none that we may choose.
    hits = tuple({(hit.name, hit.cells): hit for answer in reversed(answers) for hit in reversed(answer.hits)}.values())[::-1]
    said = {(hit.name, column): value for hit in hits for column, value in hit.cells}
    contradict = any(said[hit.name, column] != value for hit in hits for column, value in hit.cells) and len(answers) > 1
    ambiguous = contradict or any(answer.status == AMBIGUOUS for answer in answers)
    return FactAnswer(status=AMBIGUOUS if ambiguous else EXACT, hits=hits)


def _answer_of(reading: Reading, language: Language) -> FactAnswer:
    if len(reading.rows) > MAX_LISTED and len(_distinct(reading)) != 1:
        return NOTHING
    hits = _hits(reading, language)
    if not hits:
        return NOTHING
    several = reading.several or _asks_for_keys(reading)
    if len({hit.cells for hit in hits}) == 1 and not several:
        # Every row says the same, so there is nothing to ask back.
        rows = [reading.prepared.table.rows[at] for at in sorted(reading.rows)]
        return FactAnswer(
            status=EXACT, hits=(replace(hits[0], name=shown_name(reading.prepared, rows, language, reading.called)),)
        )
    if len(hits) > (MAX_LISTED if several else MAX_CHOICES):
        return NOTHING
    return FactAnswer(status=EXACT if several else AMBIGUOUS, hits=tuple(hits))


def _distinct(reading: Reading) -> set[tuple[str, ...]]:
    """Return the different things that the rows say in the columns asked for."""
    names = [reading.prepared.column(at).name for at in sorted(reading.columns)]
    said = (tuple(reading.prepared.table.rows[at].cells.get(name, "") for name in names) for at in reading.rows)
    return {cells for cells in said if any(cells)}


def _asks_for_keys(reading: Reading) -> bool:
    """Whether what is asked for is itself a name: "S3 有什么颜色" wants them all."""
    keys = set(reading.prepared.table.key_columns)
    return bool(reading.columns) and all(reading.prepared.column(at).name in keys for at in reading.columns)


def _hits(reading: Reading, language: Language) -> list[FactHit]:
    """Return a hit per row that has a cell asked for."""
    found = [_hit(reading, row, language) for row in sorted(reading.rows)]
    return [hit for hit in found if hit.cells]


def _hit(reading: Reading, position: int, language: Language) -> FactHit:
    table, row = reading.prepared.table, reading.prepared.table.rows[position]
    wanted = [in_language(table, reading.prepared.column(at), language) for at in sorted(reading.columns)] or [
        one for one in table.columns if one.name not in table.key_columns
    ]
    cells = tuple(
        (label(table, column, language), shown_cell(table, column, row.cells[column.name], language))
        for column in wanted
        if row.cells.get(column.name)
    )
    return FactHit(
        table_id=table.table_id,
        document_id=table.document_id,
        title=title(table, language),
        sheet=table.sheet,
        row=row.row,
        source=str(table.options.get("source", "")),
        source_url=table.source_url,
        language=_language_of(cells, table.language),
        name=shown_name(reading.prepared, [row], language, reading.called),
        cells=cells,
    )


def _language_of(cells: Sequence[tuple[str, str]], default: Language) -> Language:
    return detect_language(" ".join(f"{name} {value}" for name, value in cells), default)
