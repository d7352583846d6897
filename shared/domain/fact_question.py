"""A question as the fact look-up reads it: names and words found in it, and what is left unexplained.

What is left decides. "云雀 S3 多少钱" is all explained by a name and a column; in "云雀 S3 的电池多少钱" the battery is left
over, so the price of the S3 would be the answer to another question.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from shared.domain.fact_fillers import FILLERS_EN, FILLERS_ZH
from shared.domain.fact_words import fold

T = TypeVar("T")

_CLAUSE_END = re.compile(r"[。！？；，!?;\n]|,(?!\d)|\.(?!\w)")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9][a-z0-9'+.-]*[a-z0-9+]|[a-z0-9]")
_AND = re.compile(r"[和与跟及、&/]|还有|以及|或|\b(?:and|or|vs|versus|than)\b|比")
_SOFT = frozenset("-的能会可要才得就都还约掏花付交")
# "双十一过了，现在多少钱" asks about now.
_OVER = re.compile(r"(?:双十一|双11|双十二|双12|618|国庆|五一|春节|活动|促销|大促|优惠)(?:都|已经)?(?:过了|结束了|完了)")
_LONGEST_FILLER = max(map(len, FILLERS_ZH))

_DAYS = {
    "zh": re.compile(r"(?:周|星期|礼拜)([一二三四五六日天末])|(双休日|工作日|平日|平时|今天|今晚|今日|明天|明晚|明日|后天)"),
    "en": re.compile(
        r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b"
        r"|\b(weekends?|weekdays?|working days?|today|tonight|tomorrow)\b"
    ),
}
_RANGE = re.compile(
    r"(?:周|星期|礼拜)([一二三四五六日天])\s*(?:至|到|-|~|–|—)\s*(?:周|星期|礼拜)?([一二三四五六日天])"
    r"|\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s*(?:to|-|–|—|through)\s*(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
)
_HAN_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_LATIN_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[T]):
    """A word found at [start, end) of the folded text, with what it stands for."""

    start: int
    end: int
    word: str
    value: T

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Form:
    """The text without spaces (and, if soft, without small words); `places[i]` is where character i stood."""

    text: str
    places: tuple[int, ...]

    def starts_word(self, at: int) -> bool:
        return at == 0 or not self._joined(at - 1, at)

    def ends_word(self, end: int) -> bool:
        return end == len(self.text) or not self._joined(end - 1, end)

    def _joined(self, one: int, other: int) -> bool:
        """Whether two neighbours belong to one Latin word or code: "s3" is not a word in "s30", "s3pro", "yg-s3-w"."""
        if self.places[other] != self.places[one] + 1:
            return False
        inner = {self.text[one], self.text[other]}
        return all(character.isascii() and (character.isalnum() or character == "-") for character in inner)


class Question:
    """A question, folded, ready for look-ups in any number of vocabularies."""

    def __init__(self, text: str, longest: int = 400) -> None:
        self.text = fold(text)[:longest]
        places = tuple(at for at, character in enumerate(self.text) if character != " ")
        self._plain = _Form("".join(self.text[at] for at in places), places)
        soft = tuple(at for at in places if self.text[at] not in _SOFT)
        self._soft = _Form("".join(self.text[at] for at in soft), soft)

    def find(self, words: Mapping[str, T], lengths: Iterable[int], soft: bool = False) -> list[Found[T]]:
        """Return every compact word of the vocabulary that stands in the text as a word of its own; overlaps included."""
        found = list(self._find(self._plain, words, lengths))
        if soft and len(self._soft.text) < len(self._plain.text):
            seen = {(one.start, one.end) for one in found}
            found += [one for one in self._find(self._soft, words, lengths) if (one.start, one.end) not in seen]
        return found

    def _find(self, form: _Form, words: Mapping[str, T], lengths: Iterable[int]) -> Iterator[Found[T]]:
        for length in lengths:
            for start in range(len(form.text) - length + 1):
                word = form.text[start : start + length]
                if word in words:
                    end = self._word_end(form, start, start + length)
                    if end:
                        yield Found(start=form.places[start], end=form.places[end - 1] + 1, word=word, value=words[word])

    def _word_end(self, form: _Form, start: int, end: int) -> int:
        """Return where the word ends, a plural "s" included; 0 when it is only a part of another word."""
        if form.text[start].isascii() and form.text[start].isalnum() and not form.starts_word(start):
            return 0
        if not (form.text[end - 1].isascii() and form.text[end - 1].isalnum()) or form.ends_word(end):
            return end
        plural = end - start >= 4 and form.text[end - 1].isalpha() and form.text[end : end + 1] == "s" and form.ends_word(end + 1)
        return end + 1 if plural else 0

    def days(self, today: date) -> tuple[frozenset[int], list[tuple[int, int]]]:
        """Return the weekdays (0 is Monday) that the question names, and where."""
        days: set[int] = set()
        places: list[tuple[int, int]] = []
        for pattern in _DAYS.values():
            for found in pattern.finditer(self.text):
                days |= _weekdays(found.group(1) or found.group(2), today)
                places.append(found.span())
        return frozenset(days), places

    def unknown_words(self, explained: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return where Latin words stand that nothing explains and that say something."""
        places = list(explained)
        return [
            found.span()
            for found in _RUN.finditer(self.text)
            if found.group()[0].isascii()
            and found.group() not in FILLERS_EN
            and not any(start < found.end() and found.start() < end for start, end in places)
        ]

    def joins(self, start: int, end: int) -> bool:
        """Whether the words between two places say "and", "or", "than"."""
        return bool(_AND.search(self.text[start:end]))

    def unexplained(
        self,
        explained: Iterable[tuple[int, int]],
        relevant: Iterable[tuple[int, int]],
        about: str = "",
        fillers: Collection[str] = frozenset(),
    ) -> list[str]:
        """Return the words that nothing explains, in the clauses that hold a relevant place.

        `about` is what the table itself is called: words of it say nothing new. `fillers`: more words that ask for nothing.
        """
        covered = [False] * len(self.text)
        for start, end in (*explained, *(found.span() for found in _OVER.finditer(self.text))):
            covered[start:end] = [True] * (end - start)
        wanted = list(relevant)
        left: list[str] = []
        for start, end in self._clauses():
            if any(start <= place[0] < end for place in wanted):
                left += self._left(start, end, covered, about, fillers)
        return left

    def _clauses(self) -> Iterator[tuple[int, int]]:
        start = 0
        for end in _CLAUSE_END.finditer(self.text):
            yield start, end.end()
            start = end.end()
        yield start, len(self.text)

    def _left(self, start: int, end: int, covered: list[bool], about: str, fillers: Collection[str]) -> Iterator[str]:
        masked = "".join("\x00" if covered[at] else self.text[at] for at in range(start, end))
        for found in _RUN.finditer(masked):
            run = found.group()
            if run[0].isascii():
                if run not in FILLERS_EN and run not in fillers and not _said_in(run, about):
                    yield run
            else:
                yield from _not_filler(run, about, fillers)


def _said_in(word: str, about: str) -> bool:
    """Whether a Latin word is one of `about`, in the singular or the plural."""
    words = about.split()
    return word in words or f"{word}s" in words or (len(word) > 3 and word[-1] == "s" and word[:-1] in words)


def _not_filler(run: str, about: str, fillers: Collection[str]) -> Iterator[str]:
    """Take fillers off a run of Chinese so that least is left, and yield what is left."""
    least = [0] * (len(run) + 1)
    step = [1] * (len(run) + 1)
    for at in range(len(run) - 1, -1, -1):
        least[at] = least[at + 1] + 1
        for size in range(1, min(_LONGEST_FILLER, len(run) - at) + 1):
            word = run[at : at + size]
            known = word in FILLERS_ZH or word in fillers or (size > 1 and word in about)
            if known and least[at + size] < least[at]:
                least[at], step[at] = least[at + size], -size
    at = 0
    while at < len(run):
        if step[at] > 0:
            yield run[at]
        at += abs(step[at])


def _weekdays(word: str, today: date) -> set[int]:
    if word in _HAN_DAYS:
        return {_HAN_DAYS[word]}
    if word in ("末", "双休日") or word.startswith("weekend"):
        return {5, 6}
    if word in ("工作日", "平日", "平时") or word.startswith(("weekday", "working")):
        return set(range(5))
    if word in ("今天", "今晚", "今日", "today", "tonight"):
        return {today.weekday()}
    if word in ("明天", "明晚", "明日", "tomorrow"):
        return {(today.weekday() + 1) % 7}
    if word == "后天":
        return {(today.weekday() + 2) % 7}
    return {_LATIN_DAYS[word[:3]]}


def days_covered(column: str) -> frozenset[int]:
    """Return the weekdays that a column of hours is for, by its name; every day when it names none."""
    name = fold(column)
    found = _RANGE.search(name)
    if found:
        first, last = ((_HAN_DAYS | _LATIN_DAYS)[part[:3]] for part in found.groups() if part)
        return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    days: set[int] = set()
    for pattern in _DAYS.values():
        for day in pattern.finditer(name):
            # A column is named for fixed days; the date only serves words such as "today", which no column has.
            days |= _weekdays(day.group(1) or day.group(2), date(2000, 1, 3))
    return frozenset(days) or EVERY_DAY
