"""Names that customers use for a row beside those the company wrote: parts, the other language, a place within, a typo."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from shared.domain.fact_fillers import FILLERS_EN, FILLERS_ZH
from shared.domain.fact_places import TWINS, WITHIN
from shared.domain.fact_words import compact, core_name, fold

Positions = frozenset[int]
Names = Mapping[str, Positions]
_WORD = re.compile(r"[a-z0-9][a-z0-9'.+-]*")
_HAN_LEAD = re.compile(r"^[\u3400-\u9fff]{2,4}(?=[a-z0-9])")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{3,12}")
_FIGURES = {han: str(at) for at, han in enumerate("一二三四五六七八九", 1)} | {
    str(at): han for at, han in enumerate("一二三四五六七八九", 1)
}
_COUNTED = re.compile(
    r"(?<![\d一二三四五六七八九十.])[1-9一二三四五六七八九](?=个月|年期?$|天|周|区|级|星|号线|人间|居|室|档|期|阶|班|年级|楼|层)"
)
_SHORTEST_TYPO = 5
_LONGEST_TYPO = 24
_MOST_FOR_A_PART = 8


def widened(names: Names, things: Mapping[str, Collection[int]], known: Collection[str]) -> Mapping[str, Positions]:
    """Return further names. `things`: what the rows are called, to their positions; `known`: words with another meaning.

    A part of a name counts when it does not mean every row: "Kestrel" for two of twelve, "豪华房" for "双人豪华房".
    """
    found: dict[str, set[int]] = {}
    for source in (_parts(things, known), _twins(names), _places_within(names), _numerals(names)):
        for name, rows in source.items():
            if name not in names:
                found.setdefault(name, set()).update(rows)
    return {name: frozenset(rows) for name, rows in found.items()}


def led_names(rows: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[str, set[int]]]:
    """Yield names led by another word for the maker. `rows`: the maker, as the name's first word, and all names of a row.

    Where "海登H6" and "H6" are one thing of Halden's, "海登" is Halden, and "海登C70" its C70.
    """
    leads: defaultdict[str, set[str]] = defaultdict(set)
    shorts = [{compact(name) for name in names} for _, names in rows]
    for (maker, _), own in zip(rows, shorts, strict=True):
        for name in own if maker else ():
            lead = _HAN_LEAD.match(name)
            if lead and name[lead.end() :] in own:
                leads[maker].add(lead.group())
    for position, ((maker, _), own) in enumerate(zip(rows, shorts, strict=True)):
        for lead in leads.get(maker, ()):
            yield from ((lead + name, {position}) for name in own if not name.startswith(lead))


def _parts(things: Mapping[str, Collection[int]], known: Collection[str]) -> Mapping[str, set[int]]:
    parts: defaultdict[str, set[str]] = defaultdict(set)
    for thing in things:
        for part in _parts_of(thing):
            parts[part].add(thing)
    few = {part: called for part, called in parts.items() if len(called) <= _MOST_FOR_A_PART}
    return {
        part: {row for thing in called for row in things[thing]}
        for part, called in few.items()
        if len(called) < max(2, len(things)) and part not in known
    }


def _parts_of(thing: str) -> Iterator[str]:
    bare = fold(core_name(thing))
    words = _WORD.findall(bare)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            part = "".join(words[start:end])
            if (end - start < len(words) or part != compact(bare)) and _tells(words[start:end], part):
                yield part
    for run in _HAN_RUN.findall(bare):
        if len(run) > 3:
            yield run[:2] + run[-1]
        for start in range(len(run) - 1):
            for end in range(start + 2, len(run) + 1):
                if end - start < len(run) and run[start:end] not in FILLERS_ZH and run[start] != "个":
                    yield run[start:end]


def _tells(words: list[str], part: str) -> bool:
    """Whether a part can stand for the whole: a word of four letters, a code with a digit; no common word alone."""
    if all(word in FILLERS_EN for word in words) or part.isdecimal():
        return False
    return len(part) >= 4 or (any(character.isdigit() for character in part) and part[0].isalpha() and len(part) >= 2)


def _numerals(names: Names) -> Mapping[str, Positions]:
    """Return names with the other figures: "三个月" is also "3个月", and "1区" is "一区"."""
    found: dict[str, Positions] = {}
    for name, rows in names.items():
        counted = _COUNTED.search(name)
        if counted:
            found[name[: counted.start()] + _FIGURES[counted[0]] + name[counted.end() :]] = rows
    return found


def _twins(names: Names) -> Mapping[str, Positions]:
    return {twin: names[name] for name in names if name in TWINS for twin in TWINS[name]}


def _places_within(names: Names) -> Mapping[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for region, places in WITHIN.items():
        rows = {row for name, at in names.items() if name == region or (len(name) > 2 and region in name) for row in at}
        if not rows:
            continue
        for place in places:
            if place not in names:
                found[place] |= rows
            for twin in TWINS.get(place, ()):
                if twin not in names and place not in names:
                    found[twin] |= rows
    return found


class Misspelt:
    """Finds the name that a word one letter off must mean: a letter missing, too many, wrong, or two swapped.

    Only Latin words of five letters or more, with the same digits: "S3" and "S5" are two things. Source of the index:
    symmetric delete spelling correction (W. Garbe, 2012).
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        for name in names:
            if name.isascii() and _SHORTEST_TYPO <= len(name) <= _LONGEST_TYPO and any(map(str.isalpha, name)):
                for form in _shortened(name):
                    self._names[form].add(name)

    def __call__(self, word: str) -> str:
        """Return the one name that the compact word is a misspelling of, else ""."""
        if not (word.isascii() and _SHORTEST_TYPO <= len(word) <= _LONGEST_TYPO and word[0].isalpha()):
            return ""
        near = {name for form in _shortened(word) for name in self._names.get(form, ()) if _one_off(word, name)}
        return near.pop() if len(near) == 1 else ""


def _shortened(word: str) -> Iterator[str]:
    yield word
    yield from (word[:at] + word[at + 1 :] for at in range(len(word)))


def _one_off(word: str, name: str) -> bool:
    """Whether one letter tells them apart, or the order of two neighbours; never a digit, never the first letter alone."""
    if (
        word == name
        or word[0] != name[0]
        or _digits(word) != _digits(name)
        or word in (f"{name}s", name[:-1] if name[-1] == "s" else "")
    ):
        return False
    if len(word) != len(name):
        shorter, longer = sorted((word, name), key=len)
        return len(longer) - len(shorter) == 1 and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    differing = [at for at in range(len(word)) if word[at] != name[at]]
    if len(differing) == 1:
        return True
    swapped = len(differing) == 2 and differing[1] - differing[0] == 1
    return swapped and word[differing[0]] == name[differing[1]] and word[differing[1]] == name[differing[0]]


def _digits(word: str) -> str:
    return "".join(character for character in word if character.isdigit())
