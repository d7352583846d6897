"""The reply model that needs no model: it quotes the sentences that answer, and knows how sure it may be."""

from collections.abc import Callable
from dataclasses import dataclass, field

from shared.adapters.extractive.calibration import Calibration, Features, features_of, fitted
from shared.adapters.extractive.evidence import Asked, View, read
from shared.adapters.extractive.rendering import blocks_of, quote_of
from shared.adapters.extractive.selection import Choice, choose, rank
from shared.adapters.extractive.vocabulary import vocabulary
from shared.domain.answering import plain_text
from shared.domain.blocks import Block
from shared.domain.reply import ReplyDraft, ReplyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was chosen for a request, and what speaks for it."""

    asked: Asked
    ranked: list[View]
    chosen: tuple[Choice, ...]
    features: Features


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractiveAnswerer:
    """Picks and joins sentences, list steps and table rows of the passages; every quotation is word for word.

    Abstains only where there is no text to quote: whether to say it is for the probability's reader to decide.
    """

    calibration: Calibration = field(default_factory=fitted)

    @property
    def name(self) -> str:
        return f"extractive-{self.calibration.version}"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft at once; takes milliseconds, raises nothing."""
        found = extract(request)
        if found is None:
            return ReplyDraft(text="", blocks=(), cited=(), quotes=(), probability=0.0, abstained=True, model=self.name)
        blocks: tuple[Block, ...] = ()
        for number, choice in enumerate(found.chosen, 1):
            blocks += blocks_of(choice, number, request.language)
        text = plain_text(blocks)
        on_text(text)
        return ReplyDraft(
            text=text,
            blocks=blocks,
            cited=tuple(choice.view.index for choice in found.chosen),
            quotes=tuple(quote_of(choice) for choice in found.chosen),
            probability=self.calibration.probability(found.features),
            abstained=False,
            model=self.name,
        )


def extract(request: ReplyRequest) -> Extraction | None:
    """Choose what answers the request; None when no passage has a sentence that may be quoted."""
    asked, views = read(request.question, request.language, request.passages, vocabulary(request.synonyms))
    ranked = rank(views)
    if not ranked:
        return None
    chosen = choose(asked, ranked)
    return Extraction(asked=asked, ranked=ranked, chosen=chosen, features=features_of(asked, ranked, chosen))
