"""The reply model that a deployment has chosen; what it does not use is not imported."""

from shared.domain.errors import InvalidInputError
from shared.domain.model_choice import ReplyModelChoice
from shared.ports import ReplyModel


def reply_model(choice: ReplyModelChoice) -> ReplyModel | None:
    """Return the chosen model, or None for "none". No connection is opened. Raises InvalidInputError for an unknown kind.

    Make it once per process: it holds the client with its connections.
    """
    if choice.kind == "none":
        return None
    if choice.kind == "openai":
        return _openai(choice)
    if choice.kind == "bedrock":
        return _bedrock(choice)
    raise InvalidInputError("model", "use none, openai or bedrock")


def _openai(choice: ReplyModelChoice) -> ReplyModel:
    import httpx

    from shared.adapters.openai.endpoints import Endpoint
    from shared.adapters.openai.reply_model import OpenAIReplyModel

    return OpenAIReplyModel(
        endpoints=(Endpoint(base_url=choice.url, model=choice.name, api_key=choice.key),),
        client=httpx.Client(),
        timeout_s=choice.timeout_s,
        temperature=choice.temperature,
        max_tokens=choice.max_tokens,
    )


def _bedrock(choice: ReplyModelChoice) -> ReplyModel:
    import boto3

    from shared.adapters.bedrock.client import reply_client
    from shared.adapters.bedrock.reply_model import BedrockReplyModel, Guardrail

    guardrail = Guardrail(identifier=choice.guardrail, version=choice.guardrail_version) if choice.guardrail else None
    return BedrockReplyModel(
        client=reply_client(boto3.Session(), timeout_s=choice.timeout_s, region=choice.region),
        model_id=choice.name,
        timeout_s=choice.timeout_s,
        temperature=choice.temperature,
        max_tokens=choice.max_tokens,
        guardrail=guardrail,
    )
