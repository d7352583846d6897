"""A reply model behind Amazon Bedrock's Converse and ConverseStream, the same for every vendor's models there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from shared.adapters.bedrock.deadline import items_until
from shared.adapters.bedrock.errors import translated
from shared.adapters.model_calls.completion import Completion
from shared.adapters.model_calls.drafting import Call, Place, draft
from shared.domain.prompting import Prompt, PromptTemplate
from shared.domain.reply import ReplyDraft, ReplyRequest
from shared.prompts.loader import load_prompt

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """A guardrail of the account: what it stops is no answer, and the next rung of the ladder speaks."""

    identifier: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockReplyModel:
    """Drafts answers; `client` comes from `reply_client`, one for the life of the process.

    `model_id`: a model, an inference profile (which also spreads load over regions), or an ARN. A call ends within
    `timeout_s` and within the request's deadline, whichever is sooner; what failed in passing before any text came is
    asked once more. `temperature` None leaves it out, for models that take none; `streams` False uses Converse.
    """

    client: Any
    model_id: str
    template: PromptTemplate = field(default_factory=load_prompt)
    timeout_s: float = 15.0
    temperature: float | None = 0.1
    max_tokens: int = 500
    streams: bool = True
    guardrail: Guardrail | None = None

    @property
    def name(self) -> str:
        return f"{self.model_id}/{self.template.version}"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        place = Place(self.model_id, self._ask)
        return draft((place,), self.template, request, self.timeout_s, on_text)

    def _ask(self, call: Call) -> Completion:
        call.left_s()
        asked = self._request(call.prompt)
        completion = Completion()
        with translated():
            for event in items_until(call.ends_at, lambda is_left: self._events(asked, is_left)):
                piece = _take(event, completion)
                if piece:
                    call.heard(piece)
        return completion.checked()

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        inference: dict[str, Any] = {"maxTokens": self.max_tokens}
        if self.temperature is not None:
            inference["temperature"] = self.temperature
        asked: dict[str, Any] = {
            "modelId": self.model_id,
            "system": [{"text": prompt.system}],
            "messages": [{"role": "user", "content": [{"text": prompt.user}]}],
            "inferenceConfig": inference,
        }
        if self.guardrail is not None:
            names = {"guardrailIdentifier": self.guardrail.identifier, "guardrailVersion": self.guardrail.version}
            asked["guardrailConfig"] = names
        return asked

    def _events(self, asked: Fields, is_left: Callable[[], bool]) -> Iterator[Fields]:
        if not self.streams:
            yield from _as_events(self.client.converse(**asked))
            return
        stream = self.client.converse_stream(**asked)["stream"]
        try:
            for event in stream:
                yield event
                if is_left():
                    return
        finally:
            stream.close()


def _take(event: Fields, completion: Completion) -> str:
    """Add one event of the stream and return its piece of text; kinds that are not for us change nothing."""
    if "contentBlockDelta" in event:
        piece = event["contentBlockDelta"].get("delta", {}).get("text", "")
        completion.add(piece)
        return piece
    if "messageStop" in event:
        completion.finish = str(event["messageStop"].get("stopReason", ""))
    if "metadata" in event:
        usage = event["metadata"].get("usage", {})
        completion.count(usage.get("inputTokens"), usage.get("outputTokens"))
    return ""


def _as_events(response: Fields) -> Iterator[Fields]:
    """Read Converse's one answer as the events that a stream would have had."""
    content = cast("list[Fields]", response.get("output", {}).get("message", {}).get("content", []))
    yield {"contentBlockDelta": {"delta": {"text": "".join(str(block.get("text", "")) for block in content)}}}
    yield {"messageStop": {"stopReason": response.get("stopReason", "")}}
    yield {"metadata": {"usage": response.get("usage", {})}}
