"""How the bot asks by what number or address a customer can be reached: one shape, for whoever asks."""

from datetime import datetime

from shared.domain.blocks import Choice, ChoiceBlock, FormBlock, FormField
from shared.domain.business_hours import promised_time, spoken_time
from shared.domain.company import Company
from shared.domain.language import Language
from shared.domain.phrases import say


def contact_form(company: Company, language: Language, now: datetime, phrase: str, **values: object) -> FormBlock:
    """Return the form; before it says what to fill in comes the phrase, with `values`, and `promise`: by when somebody will answer."""
    lead = say(language, phrase, promise=spoken_time(promised_time(company, now), company, language), **values)
    return _form(_after(lead, say(language, "leave_contact"), language), language)


def contact_form_again(language: Language, phrase: str) -> FormBlock:
    """Return the form for who was asked before; the phrase is all that is said."""
    return _form(say(language, phrase), language)


def known_contact(company: Company, language: Language, now: datetime, phrase: str, contact: str) -> ChoiceBlock:
    """Ask whether the contact that was left before still holds. `contact` is its masked form."""
    lead = say(language, phrase, promise=spoken_time(promised_time(company, now), company, language))
    labels = (say(language, "known_contact_yes"), say(language, "known_contact_no"))
    return ChoiceBlock(
        prompt=_after(lead, say(language, "known_contact", contact=contact), language),
        choices=tuple(Choice(label=text, value=text) for text in labels),
    )


def _form(prompt: str, language: Language) -> FormBlock:
    field = FormField(name="contact", label=say(language, "contact_label"), kind="contact")
    return FormBlock(form="contact", prompt=prompt, fields=(field,))


def _after(lead: str, sentence: str, language: Language) -> str:
    return f"{lead}{sentence}" if language == "zh" else f"{lead} {sentence}"
