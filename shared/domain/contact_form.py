"""How the bot asks by what number or address a customer can be reached: one shape, for whoever asks, and how it is read."""

from datetime import datetime

from shared.domain.blocks import Choice, ChoiceBlock, FormBlock, FormField
from shared.domain.business_hours import promised_time, spoken_time
from shared.domain.company import Company
from shared.domain.language import Language
from shared.domain.matter import says_more
from shared.domain.phrases import CATALOGUES, say


def contact_form(company: Company, language: Language, now: datetime, phrase: str, summary: str, **values: object) -> FormBlock:
    """Return the form for a ticket about `summary`; where that does not say what it is about, the form asks that, too.

    Before it says what to fill in comes the phrase, with `values`, and `promise`: by when somebody will answer.
    """
    told = says_more(summary)
    lead = say(language, phrase, promise=spoken_time(promised_time(company, now), company, language), **values)
    wanted = say(language, "leave_contact" if told else "leave_contact_and_matter")
    return _form(_after(lead, wanted, language), language, () if told else (_matter_field(language),))


def contact_form_again(language: Language, phrase: str, before: str = "") -> FormBlock:
    """Return the form for who was asked before; the phrase is all that is said, after what comes `before` it."""
    text = say(language, phrase)
    return _form(_after(before, text, language) if before else text, language)


def known_contact(company: Company, language: Language, now: datetime, phrase: str, contact: str) -> ChoiceBlock:
    """Ask whether the contact that was left before still holds. `contact` is its masked form."""
    lead = say(language, phrase, promise=spoken_time(promised_time(company, now), company, language))
    return known_contact_again(language, contact, lead)


def known_contact_again(language: Language, contact: str, before: str = "") -> ChoiceBlock:
    """Ask the same of who was asked before, after what comes `before` it."""
    labels = (say(language, "known_contact_yes"), say(language, "known_contact_no"))
    question = say(language, "known_contact", contact=contact)
    return ChoiceBlock(
        prompt=_after(before, question, language) if before else question,
        choices=tuple(Choice(label=text, value=text) for text in labels),
    )


def read_contact_form(text: str) -> tuple[str, str] | None:
    """Return what was filled in as contact and as matter; None for a message that is not the form's.

    A page sends a form as lines of `label: value`, in the language that it was shown in.
    """
    filled: dict[str, list[str]] = {}
    field = ""
    for line in text.splitlines():
        label, colon, value = line.partition(": ")
        if colon and label in _LABELS:
            field, line = _LABELS[label], value
        filled.setdefault(field, []).append(line)
    if "" in filled or "contact" not in filled:
        return None
    return "\n".join(filled["contact"]).strip(), "\n".join(filled.get("matter", ())).strip()


_LABELS = {catalogue[f"{field}_label"]: field for catalogue in CATALOGUES.values() for field in ("contact", "matter")}


def _form(prompt: str, language: Language, more: tuple[FormField, ...] = ()) -> FormBlock:
    field = FormField(name="contact", label=say(language, "contact_label"), kind="contact")
    return FormBlock(form="contact", prompt=prompt, fields=(*more, field))


def _matter_field(language: Language) -> FormField:
    return FormField(name="matter", label=say(language, "matter_label"), kind="long_text", required=False)


def _after(lead: str, sentence: str, language: Language) -> str:
    return f"{lead}{sentence}" if language == "zh" else f"{lead} {sentence}"
