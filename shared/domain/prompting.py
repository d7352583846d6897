"""A prompt from its parts: evidence fenced as data under a random nonce, user text put in once and never read again. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.knowledge import Passage
from shared.domain.reply import ReplyRequest

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptTemplate:
    """One version of the prompt. `sentinel` is the line by which a model says that the passages do not answer."""

    version: str
    sentinel: str
    system: str
    user: str
    passage: str
    history: str
    languages: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What is sent: two texts, and the nonce of their fences."""

    system: str
    user: str
    nonce: str


def assemble(template: PromptTemplate, request: ReplyRequest, nonce: str) -> Prompt:
    """Return the prompt. `nonce` is random hex of 16 characters or more, new for each call, so that no text can close a fence."""
    system = fill(
        template.system,
        company=request.company_name,
        nonce=nonce,
        sentinel=template.sentinel,
        language=template.languages[request.language],
    )
    passages = "\n".join(_passage(template, passage, number, nonce) for number, passage in enumerate(request.passages, 1))
    user = fill(
        template.user, history=_history(template, request, nonce), passages=passages, question=request.question, nonce=nonce
    )
    return Prompt(system=system, user=user, nonce=nonce)


def fill(template: str, **values: str) -> str:
    """Replace each {{name}} by its value in one pass. Raises KeyError for a name without a value."""
    return _PLACEHOLDER.sub(lambda match: values[match.group(1)], template)


def _passage(template: PromptTemplate, passage: Passage, number: int, nonce: str) -> str:
    chunk = passage.chunk
    titles = dict.fromkeys((chunk.document_title, *chunk.heading_path, chunk.title))
    # The title stands in an attribute: what could end it is left out.
    title = re.sub(r'["<>\s]+', " ", " / ".join(filter(None, titles)))[:200]
    return fill(template.passage, nonce=nonce, number=str(number), title=title, text=chunk.text)


def _history(template: PromptTemplate, request: ReplyRequest, nonce: str) -> str:
    if not request.history:
        return ""
    lines = "\n".join(f"{line.speaker}: {line.text}" for line in request.history)
    return fill(template.history, nonce=nonce, lines=lines) + "\n"
