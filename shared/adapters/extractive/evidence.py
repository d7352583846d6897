"""Passages read against a question: how much of it each unit meets, and how much the passage as a whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.extractive.question import Kind, kinds_of, satisfies
from shared.adapters.extractive.vocabulary import Part, Vocabulary
from shared.domain.knowledge import Passage
from shared.domain.language import Language, detect_language
from shared.domain.units import Unit, UnitKind, cut
from shared.domain.wording import asked_codes, host

# What stands in a heading, or in the line that announces a list, is said of the unit, but less than what it says itself.
_HEADING_SHARE = 0.8
_TITLE_SHARE = 0.8
_LEAD_IN_SHARE = 0.8
# Where a reranker read the unit: how much of its merit is shared wording, and how much nearness in meaning above the
# nearness that any two sentences have.
_WORDING_SHARE, _MEANING_SHARE, _UNRELATED = 0.5, 1.5, 0.2
_KIND_BONUS = 0.22
_SECOND_KIND_BONUS = 0.08
_EARLY_BONUS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question taken apart. `weights` belong to `parts`, one each, and are positive; their sum is 1 unless there are none."""

    text: str
    language: Language
    kinds: tuple[Kind, ...]
    parts: tuple[Part, ...]
    weights: tuple[float, ...]
    codes: frozenset[str]

    def met_by(self, features: frozenset[str]) -> frozenset[int]:
        """Return the indexes of the parts that a text with these features has."""
        return frozenset(i for i, part in enumerate(self.parts) if part.alternatives & features)

    def weight_of(self, indexes: frozenset[int]) -> float:
        """Return the share of the question that these parts make up, 0..1."""
        return sum(self.weights[i] for i in indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A unit with the parts of the question it meets itself (`own`) or with its context.

    `score` compares it with units of other passages; `inner` with those of its own, for which the headings say the same.
    """

    unit: Unit
    own: frozenset[int]
    met: frozenset[int]
    score: float
    inner: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A passage read against the question. `index` is its place in the request; `met` what it meets anywhere, headings too.

    `own_hosts`: where the company's documents are served, by all that was found.
    """

    index: int
    passage: Passage
    units: tuple[Scored, ...]
    met: frozenset[int]
    heading_met: frozenset[int]
    same_language: bool
    own_hosts: frozenset[str]

    @property
    def best(self) -> Scored:
        """The unit that meets most."""
        return max(self.units, key=lambda scored: scored.score)


def read(question: str, language: Language, passages: Sequence[Passage], words: Vocabulary) -> tuple[Asked, tuple[View, ...]]:
    """Take the question apart and read every passage that has any text against it."""
    parts = words.parts(question)
    cuts = [cut(passage.chunk.text) for passage in passages]
    unit_features = [[words.features(unit.text) for unit in units] for units in cuts]
    headings = [words.features(heading_text(passage)) for passage in passages]
    titles = [words.features(passage.chunk.document_title) for passage in passages]
    weights = _weights(parts, [features for row in unit_features for features in row] + headings)
    asked = Asked(
        text=question, language=language, kinds=kinds_of(question), parts=parts, weights=weights, codes=asked_codes(question)
    )
    own_hosts = frozenset(host(passage.chunk.source_url) for passage in passages if passage.chunk.source_url)
    views = [
        _view(asked, own_hosts, index, passage, cuts[index], unit_features[index], (headings[index], titles[index]))
        for index, passage in enumerate(passages)
        if cuts[index]
    ]
    return asked, tuple(views)


def heading_text(passage: Passage) -> str:
    """Return what stands above a passage: its title, questions and headings."""
    chunk = passage.chunk
    return "\n".join(dict.fromkeys((chunk.title, *chunk.questions, *chunk.heading_path)))


def _weights(parts: tuple[Part, ...], texts: Sequence[frozenset[str]]) -> tuple[float, ...]:
    """Inverse document frequency over the units at hand, times the part's size, scaled to a sum of 1."""
    total = len(texts)
    raw: list[float] = []
    for part in parts:
        holding = sum(1 for features in texts if part.alternatives & features)
        raw.append(part.size * math.log(1 + (total - holding + 0.5) / (holding + 0.5)))
    whole = sum(raw)
    return tuple(weight / whole for weight in raw) if whole else ()


def _view(
    asked: Asked,
    own_hosts: frozenset[str],
    index: int,
    passage: Passage,
    units: tuple[Unit, ...],
    features: list[frozenset[str]],
    above_it: tuple[frozenset[str], frozenset[str]],
) -> View:
    heading, title = (asked.met_by(text) for text in above_it)
    above = heading | title
    close = passage.closeness
    scored = tuple(
        _scored(asked, unit, units, features, (heading, title), close.of_unit(unit.index) if close else None) for unit in units
    )
    language = passage.chunk.language or detect_language(passage.chunk.text)
    met = above.union(*(entry.own for entry in scored))
    return View(
        index=index,
        passage=passage,
        units=scored,
        met=met,
        heading_met=above,
        same_language=language == asked.language,
        own_hosts=own_hosts,
    )


def _scored(
    asked: Asked,
    unit: Unit,
    units: tuple[Unit, ...],
    features: list[frozenset[str]],
    above: tuple[frozenset[int], frozenset[int]],
    closeness: float | None,
) -> Scored:
    own = asked.met_by(features[unit.index])
    lead_in = asked.met_by(features[unit.lead_in]) if unit.lead_in >= 0 else frozenset[int]()
    before = frozenset[int]()
    if unit.points_back or unit.qualifies:
        before = asked.met_by(features[unit.index - 1])
    near = (lead_in | before) - own
    heading = above[0] - own - near
    title = above[1] - own - near - heading
    inner = asked.weight_of(own) + _LEAD_IN_SHARE * asked.weight_of(near)
    if closeness is not None:
        inner = _WORDING_SHARE * inner + _MEANING_SHARE * max(0.0, closeness - _UNRELATED)
    inner += _form(asked, unit) - _heading_penalty(unit)
    inner += _EARLY_BONUS * (1 - unit.index / len(units))
    score = inner + _HEADING_SHARE * asked.weight_of(heading) + _TITLE_SHARE * asked.weight_of(title)
    return Scored(unit=unit, own=own, met=own | near | heading | title, score=score, inner=inner)


def _form(asked: Asked, unit: Unit) -> float:
    first, *rest = asked.kinds
    bonus = _KIND_BONUS if first is not Kind.OTHER and satisfies(first, unit.text) else 0.0
    return bonus + sum(_SECOND_KIND_BONUS for kind in rest if satisfies(kind, unit.text))


def _heading_penalty(unit: Unit) -> float:
    """A line without an end, or with a question mark, announces an answer and is none."""
    if unit.kind is not UnitKind.SENTENCE:
        return 0.0
    if unit.text.startswith("#") or unit.text.rstrip('”’」』）)"*').endswith(("？", "?")):
        return 0.5
    return 0.12 if unit.announces else 0.0
