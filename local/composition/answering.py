"""The answerer of a single machine: extractive, with a reply model in front of it where one is chosen."""

from local.settings import LocalSettings
from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.adapters.reply_models import reply_model
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(settings: LocalSettings) -> AnswerQuestion:
    """Return the ladder's upper rungs. Without a chosen model none is called at all."""
    key = settings.model_key.get_secret_value() if settings.model_key else ""
    return AnswerQuestion(extractive=ExtractiveAnswerer(), model=reply_model(settings.model_choice(key)))
