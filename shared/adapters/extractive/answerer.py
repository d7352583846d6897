"""The reply model that needs no model: it quotes the sentences that answer, and knows how sure it may be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from shared.adapters.extractive.calibration import Calibration, fitted
from shared.adapters.extractive.evidence import Asked, View, read
from shared.adapters.extractive.features import Features, measure, wanted_by
from shared.adapters.extractive.reading import Readings
from shared.adapters.extractive.rendering import blocks_of, quote_of
from shared.adapters.extractive.selection import Choice, choose, contradict, newest_first, second
from shared.adapters.extractive.subject import narrows, said_of
from shared.adapters.extractive.vocabulary import vocabulary
from shared.domain.answer_phrases import answer_phrase
from shared.domain.answering import plain_text
from shared.domain.blocks import Block, TextBlock
from shared.domain.reply import ReplyDraft, ReplyRequest

_LARGEST_LEAD = 6.0
# From this chance on an answer stands alone; a second place is worth its length where it adds so much.
_SURE, _WORTH = 0.75, 0.05
# Log-odds; a runner-up that is a fiftieth as likely, or less, is no second place to look.
_FAR_BEHIND = 4.0
# So many entries that answer for one thing each are told together.
_TOLD_OF_EACH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An answer from one passage, with what speaks for it; `rank` is set once all are compared."""

    choice: Choice
    features: Features
    rank: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractiveAnswerer:
    """Picks and joins sentences, list steps and table rows of the passages; every quotation is word for word.

    Abstains only where there is no text to quote: whether to say it is for the probability's reader to decide.
    `readings` keeps what was read of passages for the questions after.
    """

    calibration: Calibration = field(default_factory=fitted)
    readings: Readings = field(default_factory=Readings)

    @property
    def name(self) -> str:
        return f"extractive-{self.calibration.version}"

    def reply(self, request: ReplyRequest, on_text: Callable[[str], None]) -> ReplyDraft:
        """Return the draft at once; takes milliseconds, raises nothing."""
        asked, candidates = candidates_for(request, self.readings)
        if not candidates:
            return ReplyDraft(text="", blocks=(), cited=(), quotes=(), probability=0.0, abstained=True, model=self.name)
        ordered = in_order(candidates, self.calibration)
        chosen = self._chosen(asked, ordered)
        blocks: tuple[Block, ...] = ()
        for number, choice in enumerate(chosen.choices, 1):
            subject = said_of(asked, choice, sure=chosen.probability >= _SURE)
            if subject:
                blocks += (TextBlock(text=subject),)
            blocks += blocks_of(choice, number, request.language)
        if chosen.unsure:
            blocks = (TextBlock(text=answer_phrase(request.language, "closest_places")), *blocks)
        text = plain_text(blocks)
        on_text(text)
        return ReplyDraft(
            text=text,
            blocks=blocks,
            cited=tuple(choice.view.index for choice in chosen.choices),
            quotes=tuple(quote_of(choice) for choice in chosen.choices),
            probability=chosen.probability,
            abstained=False,
            model=self.name,
        )

    def _chosen(self, asked: Asked, ordered: list[Candidate]) -> "_Chosen":
        """The first answer; with what its question's other half needs, or with the runner-up where that makes it surer."""
        first, others = ordered[0], [one.choice for one in ordered[1:]]
        ahead = lead(ordered)
        probability = self.calibration.probability(first.features, ahead)
        alike = _of_each(asked, ordered)
        if len(alike) > 1:
            either = self.calibration.probability_of_either(first.features, ahead, [one.rank for one in ordered])
            return _Chosen(choices=alike, probability=max(probability, either))
        more = second(asked, first.choice, others)
        if more:
            return _Chosen(choices=(first.choice, more), probability=probability)
        # Two places that say the same with other numbers would leave the customer with neither.
        if probability < _SURE and _has_runner_up(ordered) and not contradict(first.choice.units, others[0].units):
            either = self.calibration.probability_of_either(first.features, ahead, [one.rank for one in ordered])
            if either >= probability + _WORTH:
                return _Chosen(choices=(first.choice, others[0]), probability=either, unsure=True)
        return _Chosen(choices=(first.choice,), probability=probability)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What is said, and the chance that it answers; `unsure`: of two places one may, and the customer is told so."""

    choices: tuple[Choice, ...]
    probability: float
    unsure: bool = False


def candidates_for(request: ReplyRequest, readings: Readings) -> tuple[Asked, list[Candidate]]:
    """Return the question taken apart, and an answer from each passage that has one, in the request's order."""
    asked, views = read(request.question, request.language, request.passages, vocabulary(request.synonyms), readings)
    wanted = wanted_by(request.question)
    choices = (choose(asked, view) for view in views)
    return asked, [Candidate(choice=one, features=measure(asked, wanted, views, one)) for one in choices if one]


def in_order(candidates: list[Candidate], calibration: Calibration) -> list[Candidate]:
    """Return the candidates with their ranks, best first; of two that contradict each other the newer document's first."""
    ranks = calibration.ranks([one.features for one in candidates])
    ranked = sorted((replace(one, rank=rank) for one, rank in zip(candidates, ranks, strict=True)), key=lambda one: -one.rank)
    by_choice = {id(one.choice): one for one in ranked}
    return [by_choice[id(choice)] for choice in newest_first([one.choice for one in ranked])]


def lead(ordered: list[Candidate]) -> float:
    """Return by how much (log-odds, at most 6 either way) the first is above the best of another document in its language."""
    first = ordered[0]
    others = [one.rank for one in ordered[1:] if _is_rival(one.choice.view, first.choice.view)]
    return max(-_LARGEST_LEAD, min(_LARGEST_LEAD, first.rank - max(others, default=-_LARGEST_LEAD)))


def _of_each(asked: Asked, ordered: list[Candidate]) -> tuple[Choice, ...]:
    """Return the entries that answer for one thing each, where the first one does; who named no thing is told of each."""
    first, *others = ordered
    if not narrows(asked, first.choice):
        return ()
    near = [one.choice for one in others if first.rank - one.rank < _FAR_BEHIND and narrows(asked, one.choice)]
    return (first.choice, *near[: _TOLD_OF_EACH - 1])


def _has_runner_up(ordered: list[Candidate]) -> bool:
    """Whether a second place is worth a look: near behind, and not without the code whose own line the first one says.

    A place about a sibling of what was asked about is no place to look at.
    """
    if len(ordered) < 2 or ordered[0].rank - ordered[1].rank >= _FAR_BEHIND:
        return False
    first, other = ordered[0].features, ordered[1].features
    return not (first.other_code or other.other_code or (first.code_told and other.lacks_code))


def _is_rival(other: View, first: View) -> bool:
    one, two = other.passage.chunk, first.passage.chunk
    return one.document_id != two.document_id and one.language == two.language
