"""A reply model behind any OpenAI-compatible chat-completions API."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from shared.adapters.model_calls.completion import Completion
from shared.adapters.model_calls.drafting import Call, Place, draft
from shared.adapters.openai.completion import read_body, read_stream
from shared.adapters.openai.endpoints import Endpoint, headers_for, in_order_for
from shared.adapters.openai.transport import CONNECT_S, cut_off_at, raise_for_status, translated
from shared.domain.errors import DeadlineExceededError
from shared.domain.prompting import Prompt, PromptTemplate
from shared.domain.reply import ReplyDraft, ReplyRequest
from shared.prompts.loader import load_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIReplyModel:
    """Drafts answers by streaming chat completions; one client for the life of the process.

    A call ends within `timeout_s` and within the request's deadline, whichever is sooner. A user's calls go to one
    endpoint; where it fails before any text came, the next one (or the same, if there is no other) is tried once.
    `temperature` None leaves it out, for models that take none.
    """

    endpoints: Sequence[Endpoint]
    client: httpx.Client
    template: PromptTemplate = field(default_factory=load_prompt)
    timeout_s: float = 15.0
    temperature: float | None = 0.1
    max_tokens: int = 500

    @property
    def name(self) -> str:
        return f"{self.endpoints[0].model}/{self.template.version}"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft. Raises DeadlineExceededError, RateLimitedError or DependencyUnavailableError."""
        order = in_order_for(request.user_key, self.endpoints)
        places = [Place(endpoint.model, partial(self._ask, endpoint)) for endpoint in order]
        return draft(places, self.template, request, self.timeout_s, on_text)

    def _ask(self, endpoint: Endpoint, call: Call) -> Completion:
        body = json.dumps(self._body(endpoint, call.prompt), ensure_ascii=False).encode()
        left_s = call.left_s()
        timeout = httpx.Timeout(left_s, connect=min(CONNECT_S, left_s))
        headers = dict(headers_for(endpoint, endpoint.url, body, int(time.time())))
        with (
            translated(call.ends_at),
            self.client.stream("POST", endpoint.url, content=body, headers=headers, timeout=timeout) as response,
            cut_off_at(call.ends_at, response),
        ):
            raise_for_status(response)
            if "text/event-stream" not in response.headers.get("content-type", ""):
                return read_body(response.read().decode("utf-8", "replace"), call.heard)
            return read_stream(_lines(response, call.ends_at), call.heard)

    def _body(self, endpoint: Endpoint, prompt: Prompt) -> dict[str, object]:
        asked: dict[str, object] = {
            "model": endpoint.model,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "max_tokens": self.max_tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        return asked if self.temperature is None else {**asked, "temperature": self.temperature}


def _lines(response: httpx.Response, ends_at: float) -> Iterator[str]:
    for line in response.iter_lines():
        if time.monotonic() > ends_at:
            raise DeadlineExceededError("the model did not finish in time")
        yield line
