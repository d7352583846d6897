"""What an answer is about, where the customer named nothing: of which thing an entry is asked, which model a document is for."""

import re

from shared.adapters.extractive.evidence import Asked
from shared.adapters.extractive.selection import Choice
from shared.domain.answer_phrases import answer_phrase
from shared.domain.answering import plain_heading
from shared.domain.wording import codes, content_terms, things_named

# What makes a question no narrower: "多久换一次" asks what "多久换" asks.
_EMPTY = re.compile("一[次下般]|大概|大约|通常|平均|到底|究竟|具体|能够?|可以|需要")


def narrows(asked: Asked, choice: Choice) -> bool:
    """Say whether an entry asks all that the customer asks, and however it is put, something more: of a lock, of a vacuum cleaner."""
    wanted, own = _content(asked.text), _ways_to_ask(choice)
    return bool(wanted and own) and wanted <= frozenset().union(*own) and not _is_asked(wanted, own)


def said_of(asked: Asked, choice: Choice, *, sure: bool) -> str:
    """Return whose answer it is, where the customer could not tell: an entry's question, or which model's document; else "".

    Of an entry that is not `sure` to answer, the customer sees what it does answer.
    """
    chunk = choice.view.passage.chunk
    own = _ways_to_ask(choice)
    if own and (narrows(asked, choice) if sure else not _is_asked(_content(asked.text), own)):
        return chunk.questions[0]
    if asked.codes or chunk.questions or any(codes(unit.text) for unit in choice.units) or not things_named(chunk.document_title):
        return ""
    return answer_phrase(asked.language, "heading_lead_in", heading=plain_heading(chunk.document_title))


def _is_asked(wanted: frozenset[str], own: list[frozenset[str]]) -> bool:
    """Whether the customer asks all that an entry asks, in one of the ways to put it."""
    return any(one <= wanted for one in own)


def _ways_to_ask(choice: Choice) -> list[frozenset[str]]:
    """The content of each way to put an entry's question; none of an entry in the other language."""
    return [_content(one) for one in choice.view.passage.chunk.questions] if choice.view.same_language else []


def _content(question: str) -> frozenset[str]:
    return frozenset(content_terms(_EMPTY.sub(" ", question)))
