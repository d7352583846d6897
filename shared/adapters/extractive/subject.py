"""What an answer is about, where the customer named nothing: of which thing an entry is asked, which model a document is for."""

from shared.adapters.extractive.evidence import Asked
from shared.adapters.extractive.selection import Choice
from shared.domain.answer_phrases import answer_phrase
from shared.domain.answering import plain_heading
from shared.domain.wording import codes, content_terms, things_named


def narrows(asked: Asked, choice: Choice) -> bool:
    """Say whether an entry asks all that the customer asks, and however it is put, something more: of a lock, of a vacuum cleaner."""
    questions = choice.view.passage.chunk.questions
    if not questions or not choice.view.same_language:
        return False
    wanted = frozenset(content_terms(asked.text))
    own = [frozenset(content_terms(question)) for question in questions]
    return bool(wanted) and wanted <= frozenset().union(*own) and not any(one <= wanted for one in own)


def said_of(asked: Asked, choice: Choice) -> str:
    """Return whose answer it is, where the customer could not tell: an entry's question, or which model's document; else ""."""
    chunk = choice.view.passage.chunk
    if narrows(asked, choice):
        return chunk.questions[0]
    if asked.codes or chunk.questions or any(codes(unit.text) for unit in choice.units) or not things_named(chunk.document_title):
        return ""
    return answer_phrase(asked.language, "heading_lead_in", heading=plain_heading(chunk.document_title))
