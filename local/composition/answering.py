"""The answerer of a single machine: extractive, or the chosen model in front of it."""

from local.settings import LocalSettings
from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.adapters.reply_models import reply_model
from shared.ports import ReplyModel
from shared.prompts.loader import load_prompt
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(settings: LocalSettings, model: ReplyModel | None = None) -> AnswerQuestion:
    """Return the ladder's upper rungs. Without a chosen model none is called at all, unless one is given.

    The guard knows the prompt, so that a model that was talked into telling it is not heard.
    """
    key = settings.model_key.get_secret_value() if settings.model_key else ""
    asked = model or reply_model(settings.model_choice(key))
    return AnswerQuestion(extractive=ExtractiveAnswerer(), model=asked, secrets=(load_prompt().system,))
