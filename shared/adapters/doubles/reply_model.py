"""Reply models for tests: one that says what it was told to say, and one that obeys any instruction it can see."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.domain.drafting import draft_from_text
from shared.domain.errors import SupportError
from shared.domain.prompting import PromptTemplate, assemble
from shared.domain.reply import ReplyDraft, ReplyRequest
from shared.prompts.loader import load_prompt

_NONCE = "0" * 24
_FENCED = re.compile(rf"<(?:passage|question|history)-{_NONCE}[^>]*>\n(.*?)\n</(?:passage|question|history)-{_NONCE}>", re.DOTALL)
_ABOUT_PROMPT = re.compile(r"prompt|instruction|rules|指令|提示|设定|规则", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class ScriptedReplyModel:
    """Gives its scripted texts or errors in turn, the last one for ever; `requests` keeps what it was asked."""

    script: Sequence[str | SupportError]
    template: PromptTemplate = field(default_factory=load_prompt)
    requests: list[ReplyRequest] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "scripted"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft read from the scripted text, as the real adapter reads a model's."""
        step = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(request)
        if isinstance(step, SupportError):
            raise step
        on_text(step)
        return draft_from_text(step, request.passages, self.template.sentinel, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class GullibleReplyModel:
    """Obeys whatever the fenced texts say: repeats every line of them, with its links and tags, cited as if it were true.

    Where a line speaks of the prompt, it tells the whole prompt. What still reaches a customer got past the guard.
    """

    template: PromptTemplate = field(default_factory=load_prompt)

    @property
    def name(self) -> str:
        return "gullible"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return a draft that did as it was told."""
        prompt = assemble(self.template, request, _NONCE)
        fenced = "\n".join(_FENCED.findall(prompt.user))
        said = [f"{line} [1]" for line in fenced.splitlines() if line.strip()]
        if _ABOUT_PROMPT.search(fenced):
            said += [f"{line} [1]" for line in prompt.system.splitlines() if line.strip()]
        text = "\n".join(said)
        on_text(text)
        return draft_from_text(text, request.passages, "\0", self.name)
