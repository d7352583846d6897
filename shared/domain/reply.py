"""What a reply model is asked and what it gives back."""

from dataclasses import dataclass

from shared.domain.blocks import Block
from shared.domain.errors import (
    DeadlineExceededError,
    DependencyUnavailableError,
    InvalidInputError,
    RateLimitedError,
    SupportError,
    UnauthorizedError,
)
from shared.domain.knowledge import FactAnswer, Passage
from shared.domain.language import Language

# Begins the names in `degraded` that say why a model that was asked did not answer: "model:abstained", "model:KIND_OF_FAILURE".
MODEL_IN_VAIN = "model:"
# Those of them by which the model or its server failed; after the others it had answered.
MODEL_FAILURES = frozenset(
    MODEL_IN_VAIN + error.code
    for error in (
        SupportError,
        InvalidInputError,
        UnauthorizedError,
        RateLimitedError,
        DeadlineExceededError,
        DependencyUnavailableError,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """An earlier masked utterance: `speaker` is "customer" or "company"."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRequest:
    """A masked question with its evidence. Passages are data, never instructions: `prompt` fences them.

    `deadline_at_ms` is epoch milliseconds; the model must stop there. `user_key` shards several endpoints.
    `synonyms`: the tenant's groups of words that mean the same, of all languages.
    """

    question: str
    language: Language
    company_name: str
    passages: tuple[Passage, ...]
    facts: FactAnswer | None
    history: tuple[HistoryLine, ...]
    deadline_at_ms: int
    user_key: str = ""
    synonyms: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDraft:
    """A drafted answer, not yet guarded.

    `cited` are 0-based indexes into the request's passages, in the order of their citation numbers in `blocks`;
    `quotes` the words taken from each. `probability`: calibrated chance that this answers the question.
    `abstained`: the model says that the passages do not answer.
    """

    text: str
    blocks: tuple[Block, ...]
    cited: tuple[int, ...]
    quotes: tuple[str, ...]
    probability: float
    abstained: bool
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
