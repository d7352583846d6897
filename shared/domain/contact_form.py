"""The form by which the bot asks how a customer can be reached: one shape, for whoever asks."""

from datetime import datetime

from shared.domain.blocks import FormBlock, FormField
from shared.domain.business_hours import promised_time, spoken_time
from shared.domain.company import Company
from shared.domain.language import Language
from shared.domain.phrases import say


def contact_form(company: Company, language: Language, now: datetime, phrase: str, **values: object) -> FormBlock:
    """Return the form; its prompt is the phrase, which may say `values`, and `promise`: by when somebody will answer."""
    prompt = say(language, phrase, promise=spoken_time(promised_time(company, now), company, language), **values)
    field = FormField(name="contact", label=say(language, "contact_label"), kind="contact")
    return FormBlock(form="contact", prompt=prompt, fields=(field,))
