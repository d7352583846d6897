"""A chat completion read from its stream of events, or from one JSON body where the server does not stream."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import cast

from shared.adapters.model_calls.completion import Completion
from shared.domain.errors import DependencyUnavailableError


def take(event: Mapping[str, object], completion: Completion) -> str:
    """Add one event and return its piece of text. Raises DependencyUnavailableError for what is no completion."""
    if event.get("error"):
        raise DependencyUnavailableError("model", "the stream reported an error")
    usage = event.get("usage")
    if isinstance(usage, Mapping):
        counts = cast("Mapping[str, object]", usage)
        completion.count(counts.get("prompt_tokens"), counts.get("completion_tokens"))
    choices = event.get("choices")
    if not isinstance(choices, list):
        raise DependencyUnavailableError("model", "an event without choices")
    piece = ""
    for choice in cast("list[object]", choices)[:1]:
        piece = _piece(choice, completion)
    completion.add(piece)
    return piece


def _piece(choice: object, completion: Completion) -> str:
    if not isinstance(choice, Mapping):
        raise DependencyUnavailableError("model", "a malformed choice")
    fields = cast("Mapping[str, object]", choice)
    completion.finish = str(fields.get("finish_reason") or completion.finish)
    message = fields.get("delta") or fields.get("message") or {}
    content = cast("Mapping[str, object]", message).get("content") if isinstance(message, Mapping) else None
    return content if isinstance(content, str) else ""


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
    piece = take(parse_object(data), completion)
    if piece:
        on_text(piece)


def read_body(body: str, on_text: Callable[[str], None]) -> Completion:
    """Read a completion that came as one JSON object."""
    completion = Completion(done=True)
    piece = take(parse_object(body), completion)
    if piece:
        on_text(piece)
    return completion.checked()


def parse_object(text: str, dependency: str = "model") -> Mapping[str, object]:
    """Return a JSON object. Raises DependencyUnavailableError for anything else."""
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DependencyUnavailableError(dependency, "malformed JSON") from error
    if not isinstance(parsed, dict):
        raise DependencyUnavailableError(dependency, "a reply that is no object")
    return cast("dict[str, object]", parsed)
