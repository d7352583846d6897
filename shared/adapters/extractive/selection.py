"""Which units of which passages make the answer: as short as it can be, with what belongs to it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.adapters.extractive.evidence import Asked, Scored, View
from shared.adapters.extractive.question import Kind
from shared.adapters.extractive.reading import size
from shared.domain.units import Unit, UnitKind
from shared.domain.wording import fold, is_own_host, numbers, terms

# Sizes are those of `reading.size`.
_SHORT = 170
_SOFT = 170
_HARD = 300
_CLOSE = 0.72
_TOLD_APART = 0.3
# So many rows are a table: of it only what is asked for is said, however short it is.
_TABLE = 3
_GAIN, _GAIN_OF_MISSING = 0.12, 0.2
_JOINS = re.compile(
    r"[，,；;].{0,40}(?:还|也|另外|同时|多少|多久|几|怎么|吗|哪|什么|谁|能|可以)|以及|和.{0,12}(?:分别|各)|\?.+\?|？.+？|\band\b|\balso\b|\bas well as\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The units taken from one passage, in its order."""

    view: View
    units: tuple[Unit, ...]


def safe_units(view: View) -> tuple[Scored, ...]:
    """Return the units without those that speak to a machine instead of to a customer, or lead to somebody else's site.

    The source is cited: who needs that address finds it there. Where no document has an address of its own, all pass.
    """
    return tuple(entry for entry in view.units if not entry.read.orders and not _leads_away(entry.read.links, view.own_hosts))


def _leads_away(links: tuple[str, ...], own_hosts: frozenset[str]) -> bool:
    return bool(own_hosts) and any(not is_own_host(link, own_hosts) for link in links)


def newest_first(ordered: list[Choice]) -> list[Choice]:
    """Where a later document contradicts the best one in its numbers, the later one goes first. Nothing else moves."""
    for place in range(1, len(ordered)):
        if _supersedes(ordered[place].view, ordered[0].view):
            return [ordered[place], *ordered[:place], *ordered[place + 1 :]]
    return ordered


def _supersedes(later: View, earlier: View) -> bool:
    since, before = later.passage.chunk.valid_from, earlier.passage.chunk.valid_from
    if not since or not before or since <= before or later.passage.chunk.document_id == earlier.passage.chunk.document_id:
        return False
    return contradict([later.best.unit], [earlier.best.unit])


def contradict(ones: Iterable[Unit], others: Iterable[Unit]) -> bool:
    """Say whether a sentence of one side and a sentence of the other are about the same with different numbers."""
    mine, yours = _claims(ones), _claims(others)
    return any(one.numbers != other.numbers and one.is_about(other) for one in mine for other in yours)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a sentence with numbers says."""

    terms: frozenset[str]
    numbers: frozenset[str]

    def is_about(self, other: "_Claim") -> bool:
        return len(self.terms & other.terms) / max(1, min(len(self.terms), len(other.terms))) >= 0.5


def _claims(units: Iterable[Unit]) -> list[_Claim]:
    return [_Claim(terms=terms(unit.text), numbers=stated) for unit in units if (stated := numbers(unit.text))]


def choose(asked: Asked, view: View) -> Choice | None:
    """Return what to take from a passage; None when there is nothing that may be quoted."""
    entries = safe_units(view)
    if not entries:
        return None
    units = tuple(entry.unit for entry in entries)
    # A short passage is its own best answer, and so is an entry of a question-and-answer list. Where no sentence stands out,
    # because the words or the language differ, a choice among them would be a guess: the passage is given as far as it may.
    told_apart = view.same_language and max(asked.weight_of(entry.own) for entry in entries) >= _TOLD_APART
    limit = _SHORT if told_apart and view.passage.chunk.kind != "faq" else _HARD
    records = sum(unit.kind in (UnitKind.ROW, UnitKind.RECORD) for unit in units)
    if sum(entry.read.size for entry in entries) <= limit and records < _TABLE:
        return Choice(view=view, units=units)
    ordered = sorted(entries, key=lambda entry: entry.inner, reverse=True)
    best = ordered[0]
    taken = _with_companions(asked, best, units)
    covered = set(best.met)
    for entry in ordered[1:]:
        if entry.unit.index in taken or entry.inner < _CLOSE * best.inner:
            continue
        more = taken | _with_companions(asked, entry, units)
        if _total(entries, more) <= (_HARD if entry.own - covered or not told_apart else _SOFT):
            taken, covered = more, covered | entry.met
    return Choice(view=view, units=tuple(unit for unit in units if unit.index in taken))


def _total(entries: tuple[Scored, ...], taken: frozenset[int]) -> float:
    return sum(entry.read.size for entry in entries if entry.unit.index in taken)


def _with_companions(asked: Asked, entry: Scored, units: tuple[Unit, ...]) -> frozenset[int]:
    """The unit with what it cannot be understood, or would mislead, without."""
    unit = entry.unit
    by_index = {other.index: other for other in units}
    taken = {unit.index}
    if unit.announces:
        taken |= _announced(unit, units)
    if unit.kind is UnitKind.STEP:
        taken |= {other.index for other in units if other.group == unit.group}
    if unit.kind is UnitKind.ITEM:
        taken |= _items(asked, entry, units)
    if unit.kind is UnitKind.RECORD and not entry.own:
        taken |= {other.index for other in units if other.group == unit.group}
    if unit.kind is UnitKind.ROW:
        taken |= {min(other.index for other in units if other.group == unit.group)}
    if unit.lead_in >= 0:
        taken.add(unit.lead_in)
    _take_neighbours(taken, by_index)
    return frozenset(index for index in taken if index in by_index)


def _announced(unit: Unit, units: tuple[Unit, ...]) -> set[int]:
    """What a lead-in announces: a list whole, of a paragraph as much as an answer may hold."""
    taken: set[int] = set()
    room = _SOFT
    for other in units:
        if other.lead_in == unit.index:
            room -= size(other.text)
            if taken and room < 0 and other.kind is UnitKind.SENTENCE:
                break
            taken.add(other.index)
    return taken


def _items(asked: Asked, entry: Scored, units: tuple[Unit, ...]) -> set[int]:
    group = [other for other in units if other.group == entry.unit.group]
    # One bullet answers a question about an amount; for steps, or an open question, the list is the answer.
    pointed = bool(entry.own) and asked.kinds[0] not in (Kind.STEPS, Kind.OTHER)
    whole = sum(size(other.text) for other in group)
    return {entry.unit.index} if pointed or whole > _HARD else {other.index for other in group}


def _take_neighbours(taken: set[int], by_index: dict[int, Unit]) -> None:
    """Bring along the sentence before one that leans on it, and the qualifiers after one."""
    for index in sorted(taken):
        back = index
        while back in by_index and (by_index[back].points_back or by_index[back].qualifies) and back - 1 in by_index:
            back -= 1
            taken.add(back)
    for index in sorted(taken):
        after = index + 1
        while after in by_index and _belongs(by_index[after]):
            taken.add(after)
            after += 1


def _belongs(unit: Unit) -> bool:
    return unit.qualifies or fold(unit.text).endswith(("不受此限。", "除外。", "另有规定的除外。"))


def second(asked: Asked, first: Choice, others: list[Choice]) -> Choice | None:
    """Return what to add from another passage: only where the question asks two things and `first` has one of them."""
    if not _JOINS.search(asked.text):
        return None
    have = frozenset[int]().union(*(entry.met for entry in first.view.units if entry.unit in first.units))
    for other in others:
        best = other.view.best
        gain = asked.weight_of(best.own - have)
        enough = max(_GAIN, _GAIN_OF_MISSING * (1 - asked.weight_of(have)))
        if gain >= enough and other.view.same_language and not contradict([best.unit], first.units):
            units = tuple(entry.unit for entry in safe_units(other.view))
            taken = _with_companions(asked, best, units)
            return Choice(view=other.view, units=tuple(unit for unit in units if unit.index in taken))
    return None
