"""What a deployed function searches or writes vectors with: the e5 of its zip, or Bedrock. What is not chosen is not imported."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import InvalidInputError
from shared.domain.model_choice import EmbedderChoice
from shared.ports import Embedder, PassageReader, Reranker

_IN_ZIP = Path(__file__).resolve().parents[2] / "models" / "e5"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchModels:
    """`candidates` makes what looks at candidates more closely. That takes the embedder's own word vectors, which e5 alone gives:
    with another embedder there is neither, and the fused order stands.
    """

    embedder: Embedder
    candidates: Callable[[], tuple[Reranker | None, PassageReader | None]]


def open_search_models(choice: EmbedderChoice, folder: str) -> SearchModels:
    """Return the models; `folder` is where the e5 weights are, empty for the zip's own.

    Raises InvalidInputError for a kind, model or number of dimensions that functions do not embed with.
    """
    if choice.kind == "e5":
        return _e5(Path(folder) if folder else _IN_ZIP)
    if choice.kind == "bedrock":
        from shared.adapters.bedrock.opening import open_embedder

        return SearchModels(embedder=open_embedder(choice), candidates=lambda: (None, None))
    raise InvalidInputError("embedder", "functions embed with e5 or bedrock")


def _e5(folder: Path) -> SearchModels:
    from shared.adapters.e5.alignment import load_alignment
    from shared.adapters.e5.embedder import E5Embedder

    embedder = E5Embedder(folder, load_alignment())

    def candidates() -> tuple[Reranker, PassageReader]:
        from shared.adapters.e5.opening import look_closely

        e5 = look_closely(folder, embedder)
        return e5.reranker, e5.reader

    return SearchModels(embedder=embedder, candidates=candidates)
