"""A chat completion read from its stream of events, or from one JSON body where the server does not stream."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from shared.domain.errors import DependencyUnavailableError

_MAX_CHARS = 20_000
_GOOD_ENDINGS = ("stop", "eos", "end_turn")


@dataclass(slots=True, kw_only=True)
class Completion:
    """What has arrived so far. `finish` is empty until the model has said that it is done."""

    text: str = ""
    finish: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    done: bool = False
    _size: int = field(default=0)

    def take(self, event: Mapping[str, object]) -> str:
        """Add one event and return its piece of text. Raises DependencyUnavailableError for what is no completion."""
        if event.get("error"):
            raise DependencyUnavailableError("model", "the stream reported an error")
        self._count(event.get("usage"))
        choices = event.get("choices")
        if not isinstance(choices, list):
            raise DependencyUnavailableError("model", "an event without choices")
        piece = ""
        for choice in cast("list[object]", choices)[:1]:
            piece = self._choice(choice)
        self.text += piece
        if len(self.text) > _MAX_CHARS:
            raise DependencyUnavailableError("model", "the reply is too long")
        return piece

    def _choice(self, choice: object) -> str:
        if not isinstance(choice, Mapping):
            raise DependencyUnavailableError("model", "a malformed choice")
        fields = cast("Mapping[str, object]", choice)
        self.finish = str(fields.get("finish_reason") or self.finish)
        message = fields.get("delta") or fields.get("message") or {}
        content = cast("Mapping[str, object]", message).get("content") if isinstance(message, Mapping) else None
        return content if isinstance(content, str) else ""

    def _count(self, usage: object) -> None:
        if isinstance(usage, Mapping):
            counts = cast("Mapping[str, object]", usage)
            self.tokens_in = _count(counts.get("prompt_tokens"), self.tokens_in)
            self.tokens_out = _count(counts.get("completion_tokens"), self.tokens_out)

    def checked(self) -> "Completion":
        """Return itself when it is whole. Raises DependencyUnavailableError when it is cut off or empty."""
        if not (self.finish or self.done):
            raise DependencyUnavailableError("model", "the stream broke off")
        if self.finish and self.finish not in _GOOD_ENDINGS:
            raise DependencyUnavailableError("model", f"the model stopped early: {self.finish[:40]}")
        if not self.text.strip():
            raise DependencyUnavailableError("model", "an empty reply")
        return self


def _count(value: object, before: int) -> int:
    return value if isinstance(value, int) and value >= 0 else before


def read_stream(lines: Iterable[str], on_text: Callable[[str], None]) -> Completion:
    """Read server-sent events up to "[DONE]". Raises DependencyUnavailableError for a malformed or broken-off stream."""
    completion = Completion()
    data: list[str] = []
    for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            _take_event("\n".join(data), completion, on_text)
            data = []
        if completion.done:
            break
    if data and not completion.done:
        _take_event("\n".join(data), completion, on_text)
    return completion.checked()


def _take_event(data: str, completion: Completion, on_text: Callable[[str], None]) -> None:
    if data.strip() == "[DONE]":
        completion.done = True
        return
    piece = completion.take(parse_object(data))
    if piece:
        on_text(piece)


def read_body(body: str, on_text: Callable[[str], None]) -> Completion:
    """Read a completion that came as one JSON object."""
    completion = Completion(done=True)
    piece = completion.take(parse_object(body))
    if piece:
        on_text(piece)
    return completion.checked()


def parse_object(text: str) -> Mapping[str, object]:
    """Return a JSON object. Raises DependencyUnavailableError for anything else."""
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DependencyUnavailableError("model", "malformed JSON") from error
    if not isinstance(parsed, dict):
        raise DependencyUnavailableError("model", "a reply that is no object")
    return cast("dict[str, object]", parsed)
