"""What kind of thing a question names, by the categories of the fact tables: "云雀 S3" is one of "扫地机器人"."""

from collections.abc import Sequence

from shared.domain.fact_answers import Place, Positions
from shared.domain.fact_book import PreparedTable
from shared.domain.fact_question import Found, Question
from shared.domain.fact_shown import translated
from shared.domain.knowledge import OfKind
from shared.domain.language import Language, detect_language


def of_kind(text: str, asked: Question, prepared: PreparedTable, names: Sequence[Found[Positions]]) -> OfKind | None:
    """Return the question (`text`; `asked`, where it is read) as one about the kind of what it names in a table.

    "云雀 S3 保修几年" is "扫地机器人 保修几年". None where the table tells no kinds, or several things are named, or all
    of a kind.
    """
    category = prepared.table.options.get("category")
    if not isinstance(category, str) or not names or len(text) != len(asked.text):
        return None
    rows = [row.cells.get(category, "") for row in prepared.table.rows]
    named = frozenset.intersection(*(one.value for one in names))
    cells = {rows[at] for at in named}
    if len(cells) != 1:
        return None
    (cell,) = cells
    things = {prepared.keys[at] for at in named}
    kind = _in_language(prepared, category, cell, detect_language(text))
    if not kind or things == {prepared.keys[at] for at, other in enumerate(rows) if other == cell}:
        return None
    return OfKind(kind=kind, question=_put(kind, text, _places(names)))


def _places(names: Sequence[Found[Positions]]) -> list[Place]:
    """Where names stand: one place for those that share letters, as "云雀 S3" and "S3" do."""
    places: list[Place] = []
    for start, end in sorted((one.start, one.end) for one in names):
        if places and start <= places[-1][1]:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
        else:
            places.append((start, end))
    return places


def _put(kind: str, text: str, places: Sequence[Place]) -> str:
    """Return the text with the kind in the first place and nothing in the others."""
    first, *others = places
    for start, end in reversed(others):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(f"{text[: first[0]]} {kind} {text[first[1] :]}".split())


def _in_language(prepared: PreparedTable, category: str, cell: str, language: Language) -> str:
    """What a kind is called in a language; "" where the company has not said so."""
    return translated(prepared.table, category, cell, language) or (cell if prepared.table.language == language else "")
