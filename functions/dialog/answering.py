"""The answerer of a release: extractive, or a model server in front of it where one is set."""

from shared.adapters.extractive.answerer import ExtractiveAnswerer
from shared.ports import ReplyModel
from shared.use_cases.answer_question import AnswerQuestion


def build_answerer(model_url: str, model_name: str, model_key: str) -> AnswerQuestion:
    """Return the ladder's upper rungs. Without a model's URL no model is called at all."""
    model = _model(model_url, model_name, model_key) if model_url else None
    return AnswerQuestion(extractive=ExtractiveAnswerer(), model=model)


def _model(url: str, name: str, key: str) -> ReplyModel:
    # Imported here: without a model server no HTTP client is needed.
    import httpx

    from shared.adapters.openai.endpoints import Endpoint
    from shared.adapters.openai.reply_model import OpenAIReplyModel

    return OpenAIReplyModel(endpoints=(Endpoint(base_url=url, model=name, api_key=key),), client=httpx.Client())
