"""Several questions in one message: taken apart, and their answers put together. Linear-time patterns only."""

import re
from collections.abc import Sequence
from dataclasses import replace

from shared.domain.blocks import Answer, Block, CardBlock, CitationBlock, ListBlock, TextBlock
from shared.domain.conversation import Rung

# More than this is a story, not a list of questions.
MOST_QUESTIONS = 3
_ASKED_IN_ENGLISH = r"how|what|when|where|which|who|why|can|could|do|does|did|is|are|was|will|would|should|may|must"
_BETWEEN = re.compile(
    r"(?<=[？?！!。；;，、\n])"
    r"|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    rf"|,?\s+(?:and|also|plus)\s+(?=(?:{_ASKED_IN_ENGLISH})\b)"
    rf"|(?<=,)\s+(?=(?:{_ASKED_IN_ENGLISH})\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[？?]|吗|么$|呢|怎么|怎样|咋|如何|多少|多久|多长|多大|几[^乎]|什么|啥|哪|谁|为何|是否|能否|可否|([\u4e00-\u9fff])不\1|有没有"
    r"|\b(?:how|what|when|where|which|who|why)\b|^(?:and |so |but )?(?:can|could|do|does|did|is|are|was|will|would|should|may|must)\b",
    re.IGNORECASE,
)
_EDGES = " ，、,；;。\n"


def questions_in(message: str) -> tuple[str, ...]:
    """Return the questions of a message, each with the clauses that lead to it; the message itself where it asks one thing."""
    questions: list[str] = []
    told = ""
    for clause in _BETWEEN.split(message):
        told += clause or ""
        if _ASKS.search((clause or "").strip(_EDGES)):
            questions.append(told.strip(_EDGES))
            told = ""
    if not questions or len(questions) > MOST_QUESTIONS:
        return (message,)
    if told.strip(_EDGES):
        questions[-1] = f"{questions[-1]}，{told.strip(_EDGES)}"
    return tuple(questions) if len(questions) > 1 else (message,)


def says_more(parts: Sequence[Answer], whole: Answer) -> bool:
    """Whether the answers to the single questions come from a place that the answer to all of them leaves out."""
    return not {citation.chunk_id for part in parts for citation in part.citations} <= {one.chunk_id for one in whole.citations}


def joined(parts: Sequence[Answer]) -> Answer:
    """Return one answer that says them in turn: as sure as the least sure of them, and a model's where it drafted any."""
    least = min(parts, key=lambda part: part.confidence)
    drafted = next((part for part in parts if part.rung == Rung.MODEL), least)
    blocks: list[Block] = []
    before = 0
    for part in parts:
        blocks += [_renumbered(block, before) for block in part.blocks]
        before += len(part.citations)
    return replace(
        least,
        text="\n".join(part.text for part in parts),
        blocks=tuple(blocks),
        citations=tuple(citation for part in parts for citation in part.citations),
        rung=drafted.rung,
        model=drafted.model,
        degraded=tuple(dict.fromkeys(name for part in parts for name in part.degraded)),
    )


def _renumbered(block: Block, before: int) -> Block:
    if isinstance(block, CitationBlock):
        return replace(block, citation=block.citation + before)
    if isinstance(block, TextBlock | ListBlock | CardBlock):
        return replace(block, citations=tuple(number + before for number in block.citations))
    return block
