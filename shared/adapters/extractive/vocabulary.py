"""Words that count as the same: a lexicon of customer-service words in both languages, and the tenant's own synonyms."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from shared.domain.wording import fold, han_bigrams, han_content, is_stop_word, stem, terms, tokens

_LEXICON = Path(__file__).with_name("lexicon-v1.json")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LONGEST_PHRASE = 4
Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks about. A text has it when the two share an alternative.

    `size` is how much of the question it is: 1 for a pair of Han characters or a word, less for a single character.
    """

    word: str
    alternatives: frozenset[str]
    size: float


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Members of synonym groups by folded Han string and by tuple of English stems; values are concept names.

    Made once per set of groups, and equal to itself alone.
    """

    han: Mapping[str, frozenset[str]]
    han_pattern: re.Pattern[str]
    stems: Mapping[tuple[str, ...], frozenset[str]]

    def features(self, text: str) -> frozenset[str]:
        """Return every term and concept of a text."""
        folded = fold(text)
        concepts: set[str] = set()
        for member in self.han_members(folded):
            concepts |= self.han[member]
        for _, _, names in self._phrases(_latin(folded)):
            concepts |= names
        return terms(text) | concepts

    def parts(self, question: str) -> tuple[Part, ...]:
        """Return what a question asks about, in order, once each: concepts first, what is left as terms."""
        found: dict[str, Part] = {}
        for token in tokens(question):
            if not _HAN.match(token):
                continue
            for part in self._han_parts(token):
                found.setdefault(part.word, part)
        words = _latin(fold(question))
        taken: set[int] = set()
        for start, end, names in self._phrases(words):
            taken.update(range(start, end))
            word = " ".join(words[start:end])
            found.setdefault(word, Part(word, names | {stem(w) for w in words[start:end] if not is_stop_word(w)}, 1.0))
        for index, word in enumerate(words):
            if index not in taken and not is_stop_word(word):
                term = word if word[-1].isdigit() else stem(word)
                found.setdefault(term, Part(term, frozenset({term}), 1.0))
        return tuple(found.values())

    def han_members(self, text: str) -> list[str]:
        """Return the members found in a folded text, the longest at each place, overlapping ones too."""
        return [match.group(1) for match in self.han_pattern.finditer(text) if match.group(1)]

    def _han_parts(self, run: str) -> Iterable[Part]:
        end = 0
        for match in self.han_pattern.finditer(run):
            if match.start() < end:
                continue
            yield from _loose_parts(run[end : match.start()])
            member = match.group(1)
            end = match.start() + len(member)
            # The plain pairs are alternatives too: "门锁" in a question is met by a text that has just these words.
            yield Part(member, self.han[member] | {member if len(member) <= 2 else "\0"}, 1.0 if len(member) > 1 else 0.6)
        yield from _loose_parts(run[end:])

    def _phrases(self, words: list[str]) -> list[tuple[int, int, frozenset[str]]]:
        stems = [stem(word) for word in words]
        found: list[tuple[int, int, frozenset[str]]] = []
        index = 0
        while index < len(stems):
            for size in range(min(_LONGEST_PHRASE, len(stems) - index), 0, -1):
                names = self.stems.get(tuple(stems[index : index + size]))
                if names:
                    found.append((index, index + size, names))
                    index += size - 1
                    break
            index += 1
        return found


def _loose_parts(run: str) -> Iterable[Part]:
    for piece in han_content(run):
        for pair in han_bigrams(piece):
            yield Part(pair, frozenset({pair}), 1.0 if len(pair) > 1 else 0.5)


def _latin(folded: str) -> list[str]:
    return [token for token in tokens(folded) if not _HAN.match(token)]


@lru_cache(maxsize=64)
def vocabulary(own: Groups = ()) -> Vocabulary:
    """Return the built-in lexicon joined with a tenant's own groups. Made once per set of groups."""
    han: dict[str, set[str]] = {}
    stems: dict[tuple[str, ...], set[str]] = {}
    for number, group in enumerate((*_built_in(), *own)):
        for member in group:
            folded = fold(member)
            if _HAN.search(folded):
                han.setdefault(folded.replace(" ", ""), set()).add(f"={number}")
            elif words := tuple(stem(token) for token in tokens(folded)):
                stems.setdefault(words, set()).add(f"={number}")
    longest_first = sorted(han, key=len, reverse=True)
    return Vocabulary(
        han={member: frozenset(names) for member, names in han.items()},
        # A look-ahead, so that members that overlap ("上门", "门锁") are both found.
        han_pattern=re.compile(f"(?=({'|'.join(map(re.escape, longest_first))}))"),
        stems={words: frozenset(names) for words, names in stems.items()},
    )


@lru_cache(maxsize=1)
def _built_in() -> Groups:
    raw = json.loads(_LEXICON.read_text(encoding="utf-8"))
    return tuple(tuple(group) for group in raw["groups"])
