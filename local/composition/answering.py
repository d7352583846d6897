"""The answerer of a single machine: extractive, or a model server in front of it where one is set."""

from local.settings import LocalSettings
from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.ports import ReplyModel
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(settings: LocalSettings) -> AnswerQuestion:
    """Return the ladder's upper rungs. Without KEFU_MODEL_URL no model is called at all."""
    model = _model(settings) if settings.model_url else None
    return AnswerQuestion(extractive=ExtractiveAnswerer(), model=model)


def _model(settings: LocalSettings) -> ReplyModel:
    # Imported here: a machine without a model server needs no HTTP client.
    import httpx

    from shared.adapters.openai.endpoints import Endpoint
    from shared.adapters.openai.reply_model import OpenAIReplyModel

    key = settings.model_key.get_secret_value() if settings.model_key else ""
    endpoint = Endpoint(base_url=settings.model_url, model=settings.model_name, api_key=key)
    return OpenAIReplyModel(endpoints=(endpoint,), client=httpx.Client())
