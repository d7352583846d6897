"""Questions with passages that answer them, and with passages that look as if they did: what a reader learns from."""

import json
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from shared.adapters.e5.embedder import E5Embedder, WordStates
from shared.domain.language import Language, detect_language
from shared.domain.units import cut
from training.texts import Span, Tagged, passage_pieces, question_pieces

# Of the passages that are nearest to a question, those that a wrong one is taken from.
NEAREST = 6
# Passages of public sets are windows of whole sentences of at most so many characters.
WINDOW = {"zh": 230, "en": 560}
_TITLED = 0.7
# Wrong passages for a question that has an answer. One that its own passage does not answer gets no other: a neighbour may.
_WRONG = 3
# And for one in another language than its passage, of another group in its own: words in common are no answer.
_STRANGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A passage of a group: a company, or a data set. Wrong passages for its questions come from the same group."""

    group: str
    above: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about the passage `place`; `answer` is a span of its text, None where the passage does not say."""

    text: str
    place: int
    answer: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Places of a question and a passage among the texts, whether one answers the other, and which pieces do."""

    question: int
    passage: int
    answers: bool
    said: tuple[bool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Examples, with the middle states (marks and pieces, 384; float16) of what they are made of."""

    questions: Sequence[WordStates]
    passages: Sequence[WordStates]
    examples: Sequence[Example]


def written(files: Iterable[Path]) -> tuple[list[Source], list[Asked]]:
    """Read our own companies: a passage a line, with questions in people's own words and near misses."""
    sources: list[Source] = []
    asked: list[Asked] = []
    for row in (row for file in files for row in _rows(file)):
        for question in row["questions"]:
            answer = question["answer"]
            begin = row["passage"].index(answer) if answer else 0
            asked.append(
                Asked(text=question["text"], place=len(sources), answer=(begin, begin + len(answer)) if answer else None)
            )
        sources.append(Source(group=row["company"], above=row["title"], text=row["passage"]))
    return sources, asked


def only(sources: Sequence[Source], asked: Sequence[Asked], groups: Collection[str]) -> tuple[list[Source], list[Asked]]:
    """Keep the passages of `groups`, and the questions about them."""
    kept = [place for place, one in enumerate(sources) if one.group in groups]
    places = {place: number for number, place in enumerate(kept)}
    return [sources[place] for place in kept], [replace(one, place=places[one.place]) for one in asked if one.place in places]


def without(sources: Sequence[Source], asked: Sequence[Asked], groups: Collection[str]) -> tuple[list[Source], list[Asked]]:
    """Leave out the passages of `groups`, and the questions about them."""
    return only(sources, asked, {one.group for one in sources} - set(groups))


def squad(file: Path, language: str, chance: random.Random, questions_in: Path | None = None) -> tuple[list[Source], list[Asked]]:
    """Read a file in the form of SQuAD 2.0; `questions_in`: the same ids with questions in another language."""
    other = {one["id"]: one["question"] for _, _, one in _squad_questions(questions_in)} if questions_in else {}
    sources: list[Source] = []
    asked: list[Asked] = []
    places: dict[str, list[tuple[int, int, int]]] = {}
    for title, context, one in _squad_questions(file):
        if context not in places:
            above = title if chance.random() < _TITLED else ""
            places[context] = []
            for begin, end in windows(context, WINDOW[language]):
                places[context].append((begin, end, len(sources)))
                sources.append(Source(group=file.stem, above=above, text=context[begin:end]))
        text = other.get(one["id"], one["question"])
        if one.get("is_impossible"):
            asked += [Asked(text=text, place=place, answer=None) for _, _, place in places[context][:2]]
        elif one["answers"] and context[(at := one["answers"][0]["answer_start"]) :].startswith(one["answers"][0]["text"]):
            end = at + len(one["answers"][0]["text"])
            hits = [(b, place) for b, e, place in places[context] if b <= at and end <= e]
            asked += [Asked(text=text, place=place, answer=(at - b, end - b)) for b, place in hits[:1]]
    return sources, asked


def windows(text: str, most: int) -> Iterator[Span]:
    """Whole units together, as many as fit."""
    begin = last = 0
    for end in (*(unit.end for unit in cut(text)), len(text)):
        if end - begin > most and last > begin:
            yield begin, last
            begin = last
        last = end
    if begin < len(text):
        yield begin, len(text)


def material(
    sources: Sequence[Source], asked: Sequence[Asked], embedder: E5Embedder, chance: random.Random, *, all_near: bool = False
) -> Material:
    """Read all texts, and give each question its passage first, then, if that answers it, near ones that do not.

    With `all_near` it gets every near one of its group and no other, as a measurement wants it.
    """
    plain = [passage_pieces(embedder, one.above, one.text) for one in sources]
    near = _Nearness(sources, asked, embedder)
    examples: list[Example] = []
    for number, one in enumerate(asked):
        source = sources[one.place]
        spans = [one.answer] if one.answer else []
        said = passage_pieces(embedder, source.above, source.text, spans).said
        examples.append(Example(question=number, passage=one.place, answers=bool(one.answer), said=said))
        if not one.answer:
            continue
        answer = source.text[slice(*one.answer)]
        own = near.of_group(number, source.group, NEAREST + 1)
        wrong = [place for place in own if place != one.place and answer not in sources[place].text][:NEAREST]
        if not all_near:
            wrong = [*chance.sample(wrong, min(len(wrong), _WRONG)), *near.strange(number, _STRANGE, chance)]
        for place in wrong:
            examples.append(Example(question=number, passage=place, answers=False, said=_silent(plain[place])))
    return Material(
        questions=[embedder.states("query", question_pieces(embedder, one.text)) for one in asked],
        passages=[embedder.states("passage", one.pieces) for one in plain],
        examples=examples,
    )


class _Nearness:
    """Which passages are near to which questions, by their vectors."""

    def __init__(self, sources: Sequence[Source], asked: Sequence[Asked], embedder: E5Embedder) -> None:
        self._sources, self._asked = sources, asked
        bodies = np.array(embedder.embed_passages([one.text for one in sources]))
        self._vectors = np.array(embedder.embed_queries([one.text for one in asked]))
        self._members: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(sources):
            self._members[one.group].append(place)
        self._tables = {group: bodies[places] for group, places in self._members.items()}
        self._speaking: dict[Language, list[str]] = defaultdict(list)
        for group, places in self._members.items():
            self._speaking[detect_language(sources[places[0]].text)].append(group)

    def of_group(self, number: int, group: str, most: int) -> list[int]:
        """Return the places of a group's passages that are nearest to a question, nearest first."""
        order = np.argsort(-(self._tables[group] @ self._vectors[number]))[:most]
        return [self._members[group][i] for i in order]

    def strange(self, number: int, most: int, chance: random.Random) -> list[int]:
        """Of a question in another language than its passage, the nearest of some group in its own; else nothing."""
        one = self._asked[number]
        language = detect_language(one.text)
        groups = self._speaking[language]
        if not groups or language == detect_language(self._sources[one.place].text):
            return []
        return self.of_group(number, chance.choice(groups), most)


def _silent(tagged: Tagged) -> tuple[bool, ...]:
    return (False,) * len(tagged.pieces)


def _rows(file: Path) -> Iterator[Mapping[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _squad_questions(file: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield from ((article.get("title", ""), paragraph["context"], one) for one in paragraph["qas"])
