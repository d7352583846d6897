"""The answerer of a single machine: extractive, or the chosen model in front of it."""

from functions.dialog import wiring
from local.settings import LocalSettings
from shared.adapters.reply_models import reply_model
from shared.ports import ReplyModel
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(settings: LocalSettings, model: ReplyModel | None = None) -> AnswerQuestion:
    """Return the ladder's upper rungs. Without a chosen model none is called at all, unless one is given."""
    key = settings.model_key.get_secret_value() if settings.model_key else ""
    return wiring.build_answerer(model or reply_model(settings.model_choice(key)))
