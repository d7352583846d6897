"""How a ticket, or a person, is offered: one shape, for whoever offers."""

from shared.domain.blocks import Choice, ChoiceBlock
from shared.domain.language import Language
from shared.domain.phrases import say


def ticket_offer(language: Language, phrase: str = "offer_ticket") -> ChoiceBlock:
    """Return the two choices, after the phrase."""
    labels = (say(language, "offer_yes"), say(language, "offer_person"))
    return ChoiceBlock(prompt=say(language, phrase), choices=tuple(Choice(label=text, value=text) for text in labels))
