"""What a model has said, however it was transported."""

from dataclasses import dataclass

from shared.domain.errors import DependencyUnavailableError

_MAX_CHARS = 20_000
# By vendor: OpenAI and its imitators, Amazon Bedrock.
_GOOD_ENDINGS = ("stop", "eos", "end_turn", "stop_sequence")


@dataclass(slots=True, kw_only=True)
class Completion:
    """What has arrived so far. `finish` is empty until the model has said why it stopped; `done`: no more will come."""

    text: str = ""
    finish: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    done: bool = False

    def add(self, piece: str) -> None:
        """Append text. Raises DependencyUnavailableError when it becomes too long."""
        self.text += piece
        if len(self.text) > _MAX_CHARS:
            raise DependencyUnavailableError("model", "the reply is too long")

    def count(self, tokens_in: object, tokens_out: object) -> None:
        """Keep token counts; what is no count changes nothing."""
        self.tokens_in = _count(tokens_in, self.tokens_in)
        self.tokens_out = _count(tokens_out, self.tokens_out)

    def checked(self) -> "Completion":
        """Return itself when it is whole. Raises DependencyUnavailableError when it is cut off, stopped early or empty."""
        if not (self.finish or self.done):
            raise DependencyUnavailableError("model", "the stream broke off")
        if self.finish and self.finish not in _GOOD_ENDINGS:
            raise DependencyUnavailableError("model", f"the model stopped early: {self.finish[:40]}")
        if not self.text.strip():
            raise DependencyUnavailableError("model", "an empty reply")
        return self


def _count(value: object, before: int) -> int:
    return value if isinstance(value, int) and value >= 0 else before
