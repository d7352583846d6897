"""Blocks, citations and answers as JSON data, and back. Version 1: a new field must have a default here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.adapters.records.values import from_json_bytes, to_json_bytes
from shared.domain.blocks import (
    Answer,
    Block,
    CardBlock,
    Choice,
    ChoiceBlock,
    Citation,
    CitationBlock,
    FormBlock,
    FormField,
    ListBlock,
    TextBlock,
)

Data = dict[str, Any]
Source = Mapping[str, Any]
# 2: with the snapshot that is quoted, and the model.
_ANSWER_VERSION = 2


def block_to_data(block: Block) -> Data:
    """Return the JSON form of a block, marked with its type."""
    return _TO_DATA[type(block)](block)


def block_from_data(data: Source) -> Block:
    """Return the block. Raises KeyError for a type that is not known here."""
    return _FROM_DATA[data["type"]](data)


def citation_to_data(citation: Citation) -> Data:
    """Return the JSON form of a citation."""
    return {
        "title": citation.title,
        "source": citation.source,
        "quote": citation.quote,
        "locator": citation.locator,
        "document_id": citation.document_id,
        "chunk_id": citation.chunk_id,
        "language": citation.language,
        "score": citation.score,
    }


def citation_from_data(data: Source) -> Citation:
    """Return the citation."""
    return Citation(**data)


def blocks_from_data(items: Sequence[Source]) -> tuple[Block, ...]:
    """Return all blocks."""
    return tuple(block_from_data(item) for item in items)


def citations_from_data(items: Sequence[Source]) -> tuple[Citation, ...]:
    """Return all citations."""
    return tuple(citation_from_data(item) for item in items)


def answer_to_bytes(answer: Answer) -> bytes:
    """Return an answer as versioned JSON."""
    return to_json_bytes(
        {
            "v": _ANSWER_VERSION,
            "text": answer.text,
            "blocks": [block_to_data(block) for block in answer.blocks],
            "rung": answer.rung,
            "citations": [citation_to_data(citation) for citation in answer.citations],
            "confidence": answer.confidence,
            "degraded": answer.degraded,
            "snapshot": answer.snapshot,
            "model": answer.model,
        }
    )


def answer_from_bytes(data: bytes) -> Answer:
    """Return the answer."""
    raw = from_json_bytes(data)
    return Answer(
        text=raw["text"],
        blocks=blocks_from_data(raw["blocks"]),
        rung=raw["rung"],
        citations=citations_from_data(raw["citations"]),
        confidence=raw["confidence"],
        degraded=tuple(raw["degraded"]),
        snapshot=raw.get("snapshot", 0),
        model=raw.get("model", ""),
    )


def _text_to_data(block: TextBlock) -> Data:
    return {"type": "text", "text": block.text, "citations": block.citations}


def _text_from_data(data: Source) -> TextBlock:
    return TextBlock(text=data["text"], citations=tuple(data["citations"]))


def _list_to_data(block: ListBlock) -> Data:
    return {"type": "list", "items": block.items, "ordered": block.ordered, "citations": block.citations}


def _list_from_data(data: Source) -> ListBlock:
    return ListBlock(items=tuple(data["items"]), ordered=data["ordered"], citations=tuple(data["citations"]))


def _citation_block_to_data(block: CitationBlock) -> Data:
    return {"type": "citation", "quote": block.quote, "citation": block.citation, "language": block.language}


def _citation_block_from_data(data: Source) -> CitationBlock:
    return CitationBlock(quote=data["quote"], citation=data["citation"], language=data["language"])


def _choice_to_data(block: ChoiceBlock) -> Data:
    choices = [{"label": choice.label, "value": choice.value} for choice in block.choices]
    return {"type": "choice", "prompt": block.prompt, "choices": choices}


def _choice_from_data(data: Source) -> ChoiceBlock:
    return ChoiceBlock(prompt=data["prompt"], choices=tuple(Choice(**choice) for choice in data["choices"]))


def _card_to_data(block: CardBlock) -> Data:
    return {"type": "card", "title": block.title, "rows": block.rows, "citations": block.citations}


def _card_from_data(data: Source) -> CardBlock:
    rows = tuple((label, value) for label, value in data["rows"])
    return CardBlock(title=data["title"], rows=rows, citations=tuple(data["citations"]))


def _form_to_data(block: FormBlock) -> Data:
    fields = [
        {"name": field.name, "label": field.label, "kind": field.kind, "required": field.required} for field in block.fields
    ]
    return {"type": "form", "form": block.form, "prompt": block.prompt, "fields": fields}


def _form_from_data(data: Source) -> FormBlock:
    return FormBlock(form=data["form"], prompt=data["prompt"], fields=tuple(FormField(**field) for field in data["fields"]))


_TO_DATA: dict[type, Callable[[Any], Data]] = {
    TextBlock: _text_to_data,
    ListBlock: _list_to_data,
    CitationBlock: _citation_block_to_data,
    ChoiceBlock: _choice_to_data,
    CardBlock: _card_to_data,
    FormBlock: _form_to_data,
}
_FROM_DATA: dict[str, Callable[[Source], Block]] = {
    "text": _text_from_data,
    "list": _list_from_data,
    "citation": _citation_block_from_data,
    "choice": _choice_from_data,
    "card": _card_from_data,
    "form": _form_from_data,
}
