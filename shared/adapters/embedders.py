"""The embedder that a deployment has chosen; what it does not use is not imported."""

from collections.abc import Callable

from shared.domain.errors import InvalidInputError
from shared.domain.model_choice import EmbedderChoice
from shared.ports import Embedder


def embedder(choice: EmbedderChoice, embedded: Callable[[], Embedder]) -> Embedder:
    """Return the chosen embedder; `embedded` loads the e5 model, which needs its folder.

    Make it once per process. Raises InvalidInputError for a kind, model or number of dimensions that is not known, and
    what `embedded` raises. Whatever writes vectors and whatever searches them must have the same choice.
    """
    if choice.kind == "e5":
        return embedded()
    if choice.kind == "openai":
        return _openai(choice)
    if choice.kind == "bedrock":
        return _bedrock(choice)
    raise InvalidInputError("embedder", "use e5, openai or bedrock")


def _openai(choice: EmbedderChoice) -> Embedder:
    import httpx

    from shared.adapters.openai.embedder import OpenAIEmbedder
    from shared.adapters.openai.endpoints import Endpoint

    return OpenAIEmbedder(
        endpoint=Endpoint(base_url=choice.url, model=choice.name, api_key=choice.key),
        client=httpx.Client(),
        dimensions=choice.dimensions,
        query_prefix=choice.query_prefix,
        passage_prefix=choice.passage_prefix,
        timeout_s=choice.timeout_s,
    )


def _bedrock(choice: EmbedderChoice) -> Embedder:
    from shared.adapters.bedrock.opening import open_embedder

    return open_embedder(choice)
