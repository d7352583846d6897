"""An answer as typed blocks: channels and pages render them; nothing becomes HTML from a string (invariant 8)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A paragraph of plain text. `citations` are 1-based numbers into the message's citations."""

    text: str
    citations: tuple[int, ...] = ()
    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListBlock:
    """Items in order; `ordered` asks for numbers."""

    items: tuple[str, ...]
    ordered: bool = False
    citations: tuple[int, ...] = ()
    type: Literal["list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationBlock:
    """A word-for-word quotation, in the document's own language; `citation` is its 1-based number."""

    quote: str
    citation: int
    language: str
    type: Literal["citation"] = "citation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One offered reply: `label` is shown, `value` is sent as the customer's next message."""

    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceBlock:
    """Buttons under a prompt ("did you mean")."""

    prompt: str
    choices: tuple[Choice, ...]
    type: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardBlock:
    """A titled set of label/value rows: a ticket, a row of a price table."""

    title: str
    rows: tuple[tuple[str, str], ...]
    citations: tuple[int, ...] = ()
    type: Literal["card"] = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of a form. `kind`: text | phone | email | contact | long_text."""

    name: str
    label: str
    kind: str = "text"
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBlock:
    """Asks for values; the page sends them as one ordinary message, so that every channel can do without forms."""

    form: str
    prompt: str
    fields: tuple[FormField, ...]
    type: Literal["form"] = "form"


Block = TextBlock | ListBlock | CitationBlock | ChoiceBlock | CardBlock | FormBlock


def rewritten(block: Block, rewrite: Callable[[str], str]) -> Block:
    """Return the block with `rewrite` applied to every text in it that is shown, or sent as the customer's next message."""
    match block:
        case TextBlock():
            return replace(block, text=rewrite(block.text))
        case ListBlock():
            return replace(block, items=tuple(map(rewrite, block.items)))
        case CitationBlock():
            return replace(block, quote=rewrite(block.quote))
        case ChoiceBlock():
            choices = tuple(Choice(label=rewrite(choice.label), value=rewrite(choice.value)) for choice in block.choices)
            return replace(block, prompt=rewrite(block.prompt), choices=choices)
        case CardBlock():
            rows = tuple((rewrite(label), rewrite(value)) for label, value in block.rows)
            return replace(block, title=rewrite(block.title), rows=rows)
        case FormBlock():
            return replace(block, prompt=rewrite(block.prompt))


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an answer comes from: enough to open the source and find the words.

    `source` is the document's own address or path, `locator` the place in it ("第 3 页", "价格表!R4", a heading path).
    `above`: what stands above the words, for whoever judges the answer; it is not kept with a message.
    """

    title: str
    source: str
    quote: str
    locator: str
    document_id: str
    chunk_id: str
    language: str
    score: float = 0.0
    above: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot says, before it is committed as a message. `text` is the plain form of `blocks`."""

    text: str
    blocks: tuple[Block, ...]
    rung: str
    citations: tuple[Citation, ...] = ()
    confidence: float = 0.0
    degraded: tuple[str, ...] = ()
    snapshot: int = 0
    model: str = ""
