"""The corpus that all contestants are given: a deterministic FAQ, half Chinese, half English, with vectors and questions.

Made once and read from a file, so that no contestant computes a vector. Standard library and numpy only: it is
imported in the peers' environments too.
"""

import hashlib
import json
import random
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import vocabulary

DIMENSIONS = 384
QUESTIONS = 1000
# Changed with the generator: a file of another version is made again.
VERSION = "1"

Floats = npt.NDArray[np.float32]

_SLOT = re.compile(r"\{(\w+)\}")
_MARKS = frozenset("，。.,:")
# Words that every entry has say little; a sentence encoder weighs them down as well.
_COMMON_WEIGHT = 0.2
_TITLE_WEIGHT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An FAQ entry. `words` is title and text as words separated by spaces, without marks: what the peers index."""

    title: str
    text: str
    words: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to which entry number `gold` is the answer. `words` is `text` as words separated by spaces."""

    text: str
    words: str
    language: str
    gold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Unit-length float32 vectors: one a row. `whole` is of title and text together, for contestants with one vector."""

    entries: tuple[Entry, ...]
    questions: tuple[Question, ...]
    titles: Floats
    bodies: Floats
    whole: Floats
    question_vectors: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """Words in order; `filled` are the positions that a slot filled."""

    words: tuple[str, ...]
    filled: frozenset[int]

    @property
    def telling(self) -> tuple[str, ...]:
        return tuple(word for place, word in enumerate(self.words) if place in self.filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    language: str
    title: _Sentence
    body: tuple[_Sentence, ...]
    code: str
    model: str


def load(size: int, folder: Path) -> Corpus:
    """Read the corpus of `size` entries from `folder`, made first if it is not there."""
    path = folder / f"corpus-{VERSION}-{size}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _write(build(size), path)
    return _read(path)


def build(size: int, questions: int = QUESTIONS) -> Corpus:
    """Make `size` entries and `questions` questions about them: the same on every machine."""
    drafts = [_draft(number) for number in range(size)]
    chance = random.Random(7)  # noqa: S311 a reproducible corpus, no secret
    asked = [_ask(chance, drafts, chance.randrange(size)) for _ in range(questions)]
    title_sums = np.stack([_sum([draft.title]) for draft in drafts])
    body_sums = np.stack([_sum(draft.body) for draft in drafts])
    return Corpus(
        entries=tuple(_entry(draft) for draft in drafts),
        questions=tuple(question for question, _ in asked),
        titles=_unit(title_sums),
        bodies=_unit(body_sums),
        whole=_unit(_TITLE_WEIGHT * title_sums + body_sums),
        question_vectors=_unit(np.stack([vector for _, vector in asked])),
    )


def _draft(number: int) -> _Draft:
    chance = random.Random(number)  # noqa: S311 a reproducible corpus, no secret
    chinese = number % 2 == 0
    slots = vocabulary.ZH_SLOTS if chinese else vocabulary.EN_SLOTS
    titles = vocabulary.ZH_TITLES if chinese else vocabulary.EN_TITLES
    sentences = vocabulary.ZH_SENTENCES if chinese else vocabulary.EN_SENTENCES
    model = f"{chance.choice('ABCDEFGHKMNPRTX')}{chance.randint(10, 999)}"
    code = f"E{chance.randint(100, 999)}"
    given = {"MODEL": model, "CODE": code, "product": chance.choice(slots["product"])}
    # The sentence with the error code is in every entry, in any place.
    coded = next(sentence for sentence in sentences if "{CODE}" in sentence)
    others = [sentence for sentence in sentences if sentence != coded]
    chosen = chance.sample(others, chance.randint(4, 5) if chinese else chance.randint(2, 3))
    chosen.insert(chance.randrange(len(chosen) + 1), coded)
    return _Draft(
        language="zh" if chinese else "en",
        title=_fill(chance.choice(titles), given, slots, chance),
        body=tuple(_fill(sentence, given, slots, chance) for sentence in chosen),
        code=code,
        model=model,
    )


def _fill(template: str, given: dict[str, str], slots: vocabulary.Slots, chance: random.Random) -> _Sentence:
    words: list[str] = []
    filled: set[int] = set()
    for place, word in enumerate(template.split()):
        slot = _SLOT.fullmatch(word)
        if slot is None:
            words.append(word)
            continue
        name = slot.group(1)
        filled.add(place)
        words.append(given.get(name) or (str(chance.randint(2, 30)) if name == "NUMBER" else chance.choice(slots[name])))
    return _Sentence(words=tuple(words), filled=frozenset(filled))


def _ask(chance: random.Random, drafts: Sequence[_Draft], gold: int) -> tuple[Question, Floats]:
    """The title's telling words in any order, without the model or with the error code instead of it."""
    draft = drafts[gold]
    telling = [word for word in draft.title.telling if word != draft.model]
    telling.append(draft.code if chance.random() < 0.5 else draft.model)
    chance.shuffle(telling)
    opening = ("请问", "怎么", "处理") if draft.language == "zh" else ("what", "should", "I", "do")
    sentence = _Sentence(words=(*opening, *telling), filled=frozenset(range(len(opening), len(opening) + len(telling))))
    question = Question(text=_plain([sentence], draft.language), words=_words([sentence]), language=draft.language, gold=gold)
    return question, _sum([sentence])


def _entry(draft: _Draft) -> Entry:
    return Entry(
        title=_plain([draft.title], draft.language),
        text=_plain(draft.body, draft.language),
        words=_words([draft.title, *draft.body]),
        language=draft.language,
    )


def _plain(sentences: Sequence[_Sentence], language: str) -> str:
    """As people write it: Chinese without spaces, English with spaces between words and none before marks."""
    words = [word for sentence in sentences for word in sentence.words]
    if language == "zh":
        return "".join(words)
    return re.sub(r" ([.,:])", r"\1", " ".join(words))


def _words(sentences: Sequence[_Sentence]) -> str:
    return " ".join(word for sentence in sentences for word in sentence.words if word not in _MARKS)


def _sum(sentences: Sequence[_Sentence]) -> Floats:
    total = np.zeros(DIMENSIONS, np.float32)
    for sentence in sentences:
        for place, word in enumerate(sentence.words):
            total += (1.0 if place in sentence.filled else _COMMON_WEIGHT) * _word_vector(word)
    return total


@cache
def _word_vector(word: str) -> Floats:
    """A direction of the word's own: normal numbers seeded by its hash."""
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
    return np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)


def _unit(rows: Floats) -> Floats:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _write(corpus: Corpus, path: Path) -> None:
    texts = {
        "entries": [asdict(entry) for entry in corpus.entries],
        "questions": [asdict(question) for question in corpus.questions],
    }
    unfinished = path.with_name(f"unfinished-{path.name}")
    np.savez(
        unfinished,
        titles=corpus.titles,
        bodies=corpus.bodies,
        whole=corpus.whole,
        question_vectors=corpus.question_vectors,
        texts=np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), np.uint8),
    )
    unfinished.rename(path)


def _read(path: Path) -> Corpus:
    with np.load(path) as stored:
        texts: dict[str, list[dict[str, Any]]] = json.loads(stored["texts"].tobytes())
        return Corpus(
            entries=tuple(Entry(**entry) for entry in texts["entries"]),
            questions=tuple(Question(**question) for question in texts["questions"]),
            titles=stored["titles"],
            bodies=stored["bodies"],
            whole=stored["whole"],
            question_vectors=stored["question_vectors"],
        )
