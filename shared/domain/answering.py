"""What the company says to a question: which band a probability falls into, and the blocks of each kind of answer. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.domain.answer_phrases import answer_phrase
from shared.domain.blocks import (
    Answer,
    Block,
    CardBlock,
    Choice,
    ChoiceBlock,
    Citation,
    CitationBlock,
    ListBlock,
    TextBlock,
)
from shared.domain.conversation import Rung
from shared.domain.knowledge import FactAnswer, FactHit, Passage
from shared.domain.language import Language
from shared.domain.reply import ReplyDraft

MAX_OPTIONS = 3
MAX_ROWS_TO_ASK = 8
# Of so few rows each choice says what it would answer, where it fits on a button.
MAX_ROWS_TO_TELL, MAX_CHARS_OF_CHOICE = 4, 60
_STOPS = "。."
_NUMBERING = re.compile(r"^\s*(?:#+\s*)?(?:第?[一二三四五六七八九十百\d]+(?:[.．]\d+)*[、.．)）章节条]?\s*)?(?=\D)")
_UNIT = re.compile(
    r"\s*[(（]\s*(元|天|台|人|次|件|个月|年|小时|分钟|千克|公斤|克|毫米|厘米|米|升|毫升|瓦|"
    r"CNY|RMB|USD|days?|months?|years?|hours?|minutes?|people|devices|pieces|kg|g|mm|cm|m|l|ml|W)\s*[)）]$"
)
_BARE_NUMBER = re.compile(r"^\d[\d,]*(?:\.\d+)?$")


class Band(StrEnum):
    """ANSWER; CLARIFY: offer what it may have meant; REFUSE: an honest no."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCosts:
    """What each way of being unhelpful costs, in units of one needless "I don't know".

    A wrong quotation costs less than that: it is shown with its source, and the customer sees what it is about.

    `wrong`: a wrong answer. `missed`: a no where the answer was there. `asked`: asking "did you mean" where one of the
    offers is right. `asked_in_vain`: the same where none is.
    """

    wrong: float = 0.8
    missed: float = 1.0
    asked: float = 0.58
    asked_in_vain: float = 0.22


def decide_band(probability: float, costs: ErrorCosts) -> Band:
    """Return the band with the least expected cost, given the chance that the answer is right."""
    wrong = 1.0 - probability
    expected = {
        Band.ANSWER: wrong * costs.wrong,
        Band.CLARIFY: probability * costs.asked + wrong * costs.asked_in_vain,
        Band.REFUSE: probability * costs.missed,
    }
    return min(expected, key=lambda band: expected[band])


def plain_heading(heading: str) -> str:
    """Return a heading without its marks and its number ("## 2.1 保修期限" -> "保修期限")."""
    return _NUMBERING.sub("", heading).strip() or heading.strip()


# ---------------------------------------------------------------- from passages


def from_draft(draft: ReplyDraft, passages: Sequence[Passage], rung: Rung, degraded: tuple[str, ...] = ()) -> Answer:
    """Return a draft as an answer with its citations, numbered as in its blocks."""
    citations = tuple(passage_citation(passages[index], quote) for index, quote in zip(draft.cited, draft.quotes, strict=True))
    return Answer(
        text=draft.text,
        blocks=draft.blocks,
        rung=rung,
        citations=citations,
        confidence=draft.probability,
        degraded=degraded,
        model=draft.model,
    )


def passage_citation(passage: Passage, quote: str) -> Citation:
    """Return where a quotation stands."""
    chunk = passage.chunk
    return Citation(
        title=chunk.document_title or chunk.title,
        source=chunk.source_url or chunk.source,
        quote=quote,
        locator=chunk.locator,
        document_id=chunk.document_id,
        chunk_id=chunk.chunk_id,
        language=chunk.language,
        score=passage.probability,
        above=chunk.above,
    )


def told_of_kind(answer: Answer, kind: str, language: Language) -> Answer:
    """Return an answer about a kind of thing as one to a question on a thing of that kind."""
    note = answer_phrase(language, "of_its_kind", kind=kind)
    return replace(answer, text=f"{note}\n{answer.text}", blocks=(TextBlock(text=note), *answer.blocks))


def language_note(question: Language, document: Language) -> str:
    """Return the sentence that says in which language the document is; empty where it is the question's own."""
    return "" if question == document else answer_phrase(question, f"language_note_{document}")


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the blocks as plain text: what a channel without blocks shows."""
    return "\n".join(filter(None, (_plain_block(block) for block in blocks)))


def _plain_block(block: Block) -> str:
    match block:
        case TextBlock():
            return block.text
        case ListBlock():
            marks = [f"{number}. " if block.ordered else "- " for number in range(1, len(block.items) + 1)]
            return "\n".join(mark + item for mark, item in zip(marks, block.items, strict=True))
        case CitationBlock():
            return block.quote
        case ChoiceBlock():
            labels = [f"{number}. {choice.label}" for number, choice in enumerate(block.choices, 1)]
            return "\n".join((block.prompt, *labels))
        case CardBlock():
            return "\n".join((block.title, *(f"{label}: {value}" for label, value in block.rows)))
        case _:
            return block.prompt


# ---------------------------------------------------------------- when the answer is not sure


def did_you_mean(passages: Sequence[Passage], language: Language, confidence: float, degraded: tuple[str, ...] = ()) -> Answer:
    """Offer up to three topics of different documents; picking one asks that question."""
    labels: dict[str, None] = {}
    for passage in passages:
        labels.setdefault(topic(passage), None)
    choices = tuple(Choice(label=label, value=label) for label in list(labels)[:MAX_OPTIONS])
    block = ChoiceBlock(prompt=answer_phrase(language, "did_you_mean"), choices=choices)
    return Answer(text=plain_text((block,)), blocks=(block,), rung=Rung.CLARIFY, confidence=confidence, degraded=degraded)


def topic(passage: Passage) -> str:
    """Return what a passage is about, as a customer would ask for it: the FAQ's question, or document and heading."""
    chunk = passage.chunk
    if chunk.questions:
        return chunk.questions[0]
    headings = [plain_heading(heading) for heading in (chunk.document_title, *chunk.heading_path, chunk.title) if heading]
    distinct = list(dict.fromkeys(headings))
    return (
        distinct[0]
        if len(distinct) == 1
        else f"{distinct[0]}：{distinct[-1]}"
        if chunk.language == "zh"
        else f"{distinct[0]}: {distinct[-1]}"
    )


class Refusal(StrEnum):
    """Why there is no answer: none was found; it is no question but an order; it asks for a record that only a person can look up."""

    NOT_FOUND = "refusal"
    REQUEST = "refusal_request"
    OWN_RECORD = "refusal_record"


def refuse(
    language: Language, *, confidence: float = 0.0, degraded: tuple[str, ...] = (), why: Refusal = Refusal.NOT_FOUND
) -> Answer:
    """Say honestly that there is no answer, and what to do next."""
    text = answer_phrase(language, why)
    return Answer(text=text, blocks=(TextBlock(text=text),), rung=Rung.REFUSAL, confidence=confidence, degraded=degraded)


# ---------------------------------------------------------------- from fact tables


EXACT, AMBIGUOUS = "exact", "ambiguous"


def from_facts(facts: FactAnswer, question: str, language: Language, degraded: tuple[str, ...] = ()) -> Answer | None:
    """Answer from tables, or ask back which row is meant; None when they say nothing."""
    if not facts.hits or facts.status not in (EXACT, AMBIGUOUS):
        return None
    if facts.status == EXACT:
        return _rows_answer(facts.hits, language, degraded)
    if len({hit.name for hit in facts.hits}) == 1:
        # Choices that look alike resolve nothing: show what each table says instead.
        return _rows_answer(facts.hits, language, degraded)
    return _ask_back(facts.hits, question, language, degraded)


def _rows_answer(hits: Sequence[FactHit], language: Language, degraded: tuple[str, ...]) -> Answer:
    """Say each row in a sentence, with a card for a single one; cited by sheet and row."""
    sentences = [_row_sentence(hit, language) for hit in hits]
    blocks: tuple[Block, ...]
    if len(hits) == 1:
        card = CardBlock(title=hits[0].name, rows=hits[0].cells, citations=(1,))
        blocks = (TextBlock(text=sentences[0], citations=(1,)), card)
    else:
        blocks = (ListBlock(items=tuple(sentences), citations=tuple(range(1, len(hits) + 1))),)
    return Answer(
        text=plain_text(blocks[:1]),
        blocks=blocks,
        rung=Rung.FACT,
        citations=tuple(fact_citation(hit) for hit in hits),
        confidence=1.0,
        degraded=degraded,
    )


def _row_sentence(hit: FactHit, language: Language) -> str:
    cells = answer_phrase(language, "cell_join").join(
        answer_phrase(language, "fact_cell", label=label, value=value) for label, value in map(_with_unit, hit.cells)
    )
    return answer_phrase(language, "fact", name=hit.name, cells=cells)


def _with_unit(cell: tuple[str, str]) -> tuple[str, str]:
    """Say a number with the unit of its heading, as people do: ("价格(元)", "2,499") -> ("价格", "2,499 元")."""
    label, value = cell
    unit = _UNIT.search(label)
    if not unit or not _BARE_NUMBER.match(value):
        return cell
    return label[: unit.start()].strip(), f"{value} {unit.group(1)}"


def fact_citation(hit: FactHit) -> Citation:
    """Return where a row stands: "sheet!Rrow"."""
    return Citation(
        title=hit.title,
        source=hit.source_url or hit.source,
        quote="；".join([hit.name, *(f"{label}：{value}" for label, value in hit.cells)]),
        locator=f"{hit.sheet}!R{hit.row}",
        document_id=hit.document_id,
        chunk_id=f"{hit.table_id}:{hit.row}",
        language=hit.language,
        score=1.0,
    )


def _ask_back(hits: Sequence[FactHit], question: str, language: Language, degraded: tuple[str, ...]) -> Answer:
    """Ask which row is meant; each choice is the question again with the row's name, so that it resolves.

    Where the rows are few and short, each choice says already what it would answer, and its row is cited.
    """
    names = list(dict.fromkeys(hit.name for hit in hits))[:MAX_ROWS_TO_ASK]
    told = _told(hits, language) if len(names) <= MAX_ROWS_TO_TELL else {}
    choices = tuple(
        Choice(label=told.get(name, name), value=answer_phrase(language, "resolve", name=name, question=question))
        for name in names
    )
    block = ChoiceBlock(prompt=answer_phrase(language, "which_row"), choices=choices)
    return Answer(
        text=plain_text((block,)),
        blocks=(block,),
        rung=Rung.CLARIFY,
        citations=tuple(fact_citation(hit) for hit in hits) if told else (),
        confidence=0.5,
        degraded=degraded,
    )


def _told(hits: Sequence[FactHit], language: Language) -> dict[str, str]:
    """Each row's name with its cells; nothing where one name stands in two rows or a row is too long for a button."""
    told = {hit.name: _row_sentence(hit, language).rstrip(_STOPS) for hit in hits}
    return told if len(told) == len(hits) and all(len(label) <= MAX_CHARS_OF_CHOICE for label in told.values()) else {}
