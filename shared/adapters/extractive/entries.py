"""Entries of a question-and-answer list that answer the customer's question for one thing, where the customer named none."""

from shared.adapters.extractive.evidence import Asked
from shared.adapters.extractive.selection import Choice
from shared.domain.wording import content_terms


def narrows(asked: Asked, choice: Choice) -> bool:
    """Say whether an entry asks all that the customer asks, and however it is put, something more: of a lock, of a vacuum cleaner."""
    questions = choice.view.passage.chunk.questions
    if not questions or not choice.view.same_language:
        return False
    wanted = frozenset(content_terms(asked.text))
    own = [frozenset(content_terms(question)) for question in questions]
    return bool(wanted) and wanted <= frozenset().union(*own) and not any(one <= wanted for one in own)
