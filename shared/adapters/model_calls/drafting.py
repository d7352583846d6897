"""How every reply model is asked: under one deadline, once more where nothing was heard yet, its text read as a draft."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.adapters.model_calls.completion import Completion
from shared.adapters.model_calls.permission import require_permission
from shared.domain.drafting import draft_from_text
from shared.domain.errors import DeadlineExceededError, DependencyUnavailableError, RateLimitedError
from shared.domain.prompting import Prompt, PromptTemplate, assemble
from shared.domain.reply import ReplyDraft, ReplyRequest

_NONCE_BYTES = 12
_LEAST_S = 0.05
_ATTEMPTS = 2


class ModelRefusedError(DependencyUnavailableError):
    """The same call to the same place can never succeed: a wrong key, an unknown model, a request it does not take."""

    retryable = False


@dataclass(slots=True)
class Heard:
    """Passes text on and remembers that there was some."""

    on_text: Callable[[str], None]
    any: bool = False

    def __call__(self, piece: str) -> None:
        self.any = True
        self.on_text(piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question on its way: `ends_at` in seconds of the monotonic clock."""

    prompt: Prompt
    ends_at: float
    heard: Heard

    def left_s(self) -> float:
        """Return the seconds left. Raises DeadlineExceededError where they would not do."""
        left_s = self.ends_at - time.monotonic()
        if left_s < _LEAST_S:
            raise DeadlineExceededError("no time left to ask the model")
        return left_s


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a model can be asked. `ask` raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""

    model: str
    ask: Callable[[Call], Completion]


def draft(
    places: Sequence[Place], template: PromptTemplate, request: ReplyRequest, timeout_s: float, on_text: Callable[[str], None]
) -> ReplyDraft:
    """Ask the first place, or the second (the same, if there is no other) where the first failed before any text came."""
    require_permission()
    left_s = min(timeout_s, request.deadline_at_ms / 1000 - time.time())
    prompt = assemble(template, request, secrets.token_hex(_NONCE_BYTES))
    call = Call(prompt=prompt, ends_at=time.monotonic() + left_s, heard=Heard(on_text))
    completion, model = _asked(places, call)
    tokens = (completion.tokens_in, completion.tokens_out)
    return draft_from_text(completion.text, request.passages, template.sentinel, f"{model}/{template.version}", tokens)


def _asked(places: Sequence[Place], call: Call) -> tuple[Completion, str]:
    for attempt in range(_ATTEMPTS):
        place = places[attempt % len(places)]
        try:
            return place.ask(call), place.model
        except (DependencyUnavailableError, RateLimitedError) as error:
            if attempt + 1 == _ATTEMPTS or call.heard.any or (len(places) == 1 and not _worth_asking_again(error)):
                raise
    raise DependencyUnavailableError("model", "no endpoint answered")


def _worth_asking_again(error: DependencyUnavailableError | RateLimitedError) -> bool:
    """Whether the very same place may answer at once. One that is busy has just said when to come back."""
    return isinstance(error, DependencyUnavailableError) and error.retryable
