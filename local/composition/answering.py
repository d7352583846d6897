"""The answerer of a single machine."""

from functions.dialog.answering import build_answerer as build
from local.settings import LocalSettings
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(settings: LocalSettings) -> AnswerQuestion:
    """Return the ladder's upper rungs, as KEFU_MODEL_URL, _NAME and _KEY say."""
    key = settings.model_key.get_secret_value() if settings.model_key else ""
    return build(settings.model_url, settings.model_name, key)
