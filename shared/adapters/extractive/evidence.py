"""Passages read against a question: how much of it each unit meets, and how much the passage as a whole."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from shared.adapters.extractive.question import Kind, kinds_of
from shared.adapters.extractive.reading import Reading, Readings, ReadUnit
from shared.adapters.extractive.vocabulary import Part, Vocabulary
from shared.domain.fusion import sigmoid
from shared.domain.knowledge import Passage
from shared.domain.language import Language, detect_language
from shared.domain.units import Unit, UnitKind
from shared.domain.wording import asked_codes, host

# What stands in a heading, or in the line that announces a list, is said of the unit, but less than what it says itself.
_HEADING_SHARE = 0.8
_TITLE_SHARE = 0.8
_LEAD_IN_SHARE = 0.8
# Where a reranker read the unit: how much of its merit is shared wording, and how much nearness in meaning above the
# nearness that any two sentences have.
_WORDING_SHARE, _MEANING_SHARE, _UNRELATED = 0.5, 1.5, 0.2
# Where a reader read it: how much its verdict weighs that the unit is part of the answer.
_VERDICT_SHARE = 0.6
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

    def weight_of(self, indexes: frozenset[int]) -> float:
        """Return the share of the question that these parts make up, 0..1."""
        return sum(map(self.weights.__getitem__, indexes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A unit with the parts of the question it meets itself (`own`) or with its context.

    `score` compares it with units of other passages; `inner` with those of its own, for which the headings say the same.
    """

    read: ReadUnit
    own: frozenset[int]
    met: frozenset[int]
    score: float
    inner: float

    @property
    def unit(self) -> Unit:
        """The unit itself."""
        return self.read.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A passage read against the question. `index` is its place in the request; `met` what it meets anywhere, headings too.

    `own_hosts`: where the company's documents are served, by all that was found.
    """

    index: int
    passage: Passage
    reading: Reading
    units: tuple[Scored, ...]
    met: frozenset[int]
    heading_met: frozenset[int]
    same_language: bool
    own_hosts: frozenset[str]

    @property
    def best(self) -> Scored:
        """The unit that meets most."""
        return max(self.units, key=lambda scored: scored.score)


def read(
    question: str, language: Language, passages: Sequence[Passage], words: Vocabulary, readings: Readings
) -> tuple[Asked, tuple[View, ...]]:
    """Take the question apart and read every passage that has any text against it."""
    parts = words.parts(question)
    known = [readings.of(passage.chunk, words) for passage in passages]
    met = [_met(parts, reading) for reading in known]
    asked = Asked(
        text=question,
        language=language,
        kinds=kinds_of(question),
        parts=parts,
        weights=_weights(parts, [indexes for one in met for indexes in (*one.units, one.heading)]),
        codes=asked_codes(question),
    )
    own_hosts = frozenset(host(passage.chunk.source_url) for passage in passages if passage.chunk.source_url)
    views = [
        _view(asked, own_hosts, index, passage, known[index], met[index])
        for index, passage in enumerate(passages)
        if known[index].units
    ]
    return asked, tuple(views)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Met:
    """The indexes of the question's parts that each unit, what stands above, and the document's title have."""

    units: tuple[frozenset[int], ...]
    heading: frozenset[int]
    title: frozenset[int]


def _met(parts: tuple[Part, ...], reading: Reading) -> _Met:
    def by(features: frozenset[str]) -> frozenset[int]:
        return frozenset(i for i, part in enumerate(parts) if not part.alternatives.isdisjoint(features))

    return _Met(
        units=tuple(by(one.features) for one in reading.units),
        heading=by(reading.heading_features),
        title=by(reading.title_features),
    )


def _weights(parts: tuple[Part, ...], texts: Sequence[frozenset[int]]) -> tuple[float, ...]:
    """Inverse document frequency over the units at hand, times the part's size, scaled to a sum of 1."""
    total = len(texts)
    held = Counter(index for text in texts for index in text)
    raw = [part.size * math.log(1 + (total - held[i] + 0.5) / (held[i] + 0.5)) for i, part in enumerate(parts)]
    whole = sum(raw)
    return tuple(weight / whole for weight in raw) if whole else ()


def _view(asked: Asked, own_hosts: frozenset[str], index: int, passage: Passage, reading: Reading, met: _Met) -> View:
    above = met.heading | met.title
    scored = tuple(_scored(asked, one, len(reading.units), met, passage) for one in reading.units)
    language = passage.chunk.language or detect_language(passage.chunk.text)
    return View(
        index=index,
        passage=passage,
        reading=reading,
        units=scored,
        met=above.union(*met.units),
        heading_met=above,
        same_language=language == asked.language,
        own_hosts=own_hosts,
    )


def _scored(asked: Asked, read_unit: ReadUnit, units: int, met: _Met, passage: Passage) -> Scored:
    unit = read_unit.unit
    own = met.units[unit.index]
    lead_in = met.units[unit.lead_in] if unit.lead_in >= 0 else frozenset[int]()
    before = frozenset[int]()
    if unit.points_back or unit.qualifies:
        before = met.units[unit.index - 1]
    near = (lead_in | before) - own
    heading = met.heading - own - near
    title = met.title - own - near - heading
    inner = asked.weight_of(own) + _LEAD_IN_SHARE * asked.weight_of(near)
    closeness = passage.closeness.of_unit(unit.index) if passage.closeness else None
    if closeness is not None:
        inner = _WORDING_SHARE * inner + _MEANING_SHARE * max(0.0, closeness - _UNRELATED)
    verdict = passage.verdict.of_unit(unit.index) if passage.verdict else None
    if verdict is not None:
        inner += _VERDICT_SHARE * sigmoid(verdict)
    inner += _form(asked, read_unit) - _heading_penalty(unit)
    inner += _EARLY_BONUS * (1 - unit.index / units)
    score = inner + _HEADING_SHARE * asked.weight_of(heading) + _TITLE_SHARE * asked.weight_of(title)
    return Scored(read=read_unit, own=own, met=own | near | heading | title, score=score, inner=inner)


def _form(asked: Asked, read_unit: ReadUnit) -> float:
    first, *rest = asked.kinds
    bonus = _KIND_BONUS if first is not Kind.OTHER and first in read_unit.kinds else 0.0
    return bonus + sum(_SECOND_KIND_BONUS for kind in rest if kind in read_unit.kinds)


def _heading_penalty(unit: Unit) -> float:
    """A line without an end, or with a question mark, announces an answer and is none."""
    if unit.kind is not UnitKind.SENTENCE:
        return 0.0
    if unit.text.startswith("#") or unit.text.rstrip('”’」』）)"*').endswith(("？", "?")):
        return 0.5
    return 0.12 if unit.announces else 0.0
