"""Chosen units as blocks: paragraphs, lists, table rows; a quotation where the document is in the other language."""

import re
from collections.abc import Iterable
from itertools import groupby

from shared.adapters.extractive.selection import Choice
from shared.domain.answer_phrases import answer_phrase
from shared.domain.answering import language_note, plain_heading
from shared.domain.blocks import Block, CitationBlock, ListBlock, TextBlock
from shared.domain.language import Language, detect_language
from shared.domain.units import Unit, UnitKind

_HEADING_MARK = re.compile(r"^#{1,6}\s+")


def blocks_of(choice: Choice, number: int, question: Language) -> tuple[Block, ...]:
    """Return the choice's units as blocks citing `number`."""
    chunk = choice.view.passage.chunk
    if choice.view.same_language:
        return _own_language(choice, number)
    note = TextBlock(text=language_note(question, chunk.language), citations=(number,))
    runs = (_verbatim(chunk.text, run) for run in _runs(choice.units))
    return (note, *(CitationBlock(quote=quote, citation=number, language=chunk.language) for quote in runs))


def quote_of(choice: Choice) -> str:
    """Return the longest run of chosen units, word for word as it stands in the passage."""
    text = choice.view.passage.chunk.text
    return max((_verbatim(text, run) for run in _runs(choice.units)), key=len)


def _verbatim(text: str, run: list[Unit]) -> str:
    return text[run[0].start : run[-1].end]


def _runs(units: Iterable[Unit]) -> list[list[Unit]]:
    runs: list[list[Unit]] = []
    for unit in units:
        if runs and runs[-1][-1].index + 1 == unit.index:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return runs


def _own_language(choice: Choice, number: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for run in _runs(choice.units):
        for group, grouped in groupby(run, key=lambda unit: (unit.group, unit.kind)):
            units = list(grouped)
            if group[1] is UnitKind.SENTENCE:
                blocks.append(TextBlock(text=_joined(units), citations=(number,)))
                continue
            if not _announced(units, choice.units):
                blocks.extend(_heading(choice, number))
            if group[1] is UnitKind.ROW:
                blocks.extend(_rows(units, choice, number))
            elif group[1] is UnitKind.RECORD and len(units) == 1:
                blocks.append(TextBlock(text=_one_line(units[0].text), citations=(number,)))
            else:
                items = tuple(_one_line(unit.text) for unit in units)
                blocks.append(ListBlock(items=items, ordered=group[1] is UnitKind.STEP and len(items) > 1, citations=(number,)))
    return tuple(blocks)


def _announced(units: list[Unit], chosen: tuple[Unit, ...]) -> bool:
    return units[0].lead_in >= 0 and any(unit.index == units[0].lead_in for unit in chosen)


def _heading(choice: Choice, number: int) -> Iterable[TextBlock]:
    """A list without a line that announces it means nothing without its heading; a FAQ's heading is the question itself."""
    chunk = choice.view.passage.chunk
    heading = plain_heading(chunk.heading_path[-1] if chunk.heading_path else chunk.title)
    if heading and not chunk.questions:
        yield TextBlock(text=answer_phrase(chunk.language, "heading_lead_in", heading=heading), citations=(number,))


def _joined(units: list[Unit]) -> str:
    text = ""
    for unit in units:
        piece = _HEADING_MARK.sub("", _one_line(unit.text))
        text += (" " if text and detect_language(text) == "en" else "") + piece
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _rows(units: list[Unit], choice: Choice, number: int) -> Iterable[Block]:
    group = [entry.unit for entry in choice.view.units if entry.unit.group == units[0].group]
    labels = _cells(group[0].text)
    rows = [unit for unit in units if unit is not group[0]]
    zh = choice.view.passage.chunk.language == "zh"
    lines = (_row_line(labels, _cells(unit.text), zh=zh) for unit in rows)
    items = tuple(line for line in lines if line)
    if len(items) == 1:
        yield TextBlock(text=items[0], citations=(number,))
    elif items:
        yield ListBlock(items=items, citations=(number,))


def _cells(row: str) -> list[str]:
    separator = "\t" if "\t" in row and "|" not in row else "|"
    return [cell.strip() for cell in row.strip().strip("|").split(separator)]


def _row_line(labels: list[str], cells: list[str], *, zh: bool) -> str:
    colon, comma = ("：", "；") if zh else (": ", "; ")
    if len(labels) != len(cells):
        return comma.join(cell for cell in cells if cell)
    return comma.join(f"{label}{colon}{cell}" if label else cell for label, cell in zip(labels, cells, strict=True) if cell)
