"""The fact look-up: an exact answer from a table, a question back, or nothing. Never a guess.

A table answers when the question names a row and a column and says nothing else that matters; see fact_question.py.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from shared.domain.fact_aggregates import (
    Extreme,
    asked_extreme,
    asked_limit,
    asked_range,
    asked_truth,
    asked_values,
    extreme_rows,
)
from shared.domain.fact_answers import MAX_CHOICES, MAX_LISTED, NOTHING, Place, Positions, Reading, answer_from
from shared.domain.fact_book import PreparedTable, Synonyms, prepare
from shared.domain.fact_dates import AskedDay, asked_day
from shared.domain.fact_kinds import of_kind
from shared.domain.fact_mismatch import (
    asks_for_money,
    asks_for_something_else,
    charged_columns,
    is_own,
    may_be_price,
    only_name,
)
from shared.domain.fact_question import EVERY_DAY, Found, Question
from shared.domain.fact_ranges import amounts, fitting
from shared.domain.fact_words import compact
from shared.domain.knowledge import ColumnType, FactAnswer, FactTable
from shared.domain.language import Language, detect_language

_WHOLE_ROW = re.compile(
    r"信息|资料|详情|明细|情况|权益|区别|差别|不同|对比|比较|\b(?:details?|info|information|benefits|difference|compare|versus|vs)\b"
)
_SEVERAL = re.compile(r"区别|差别|不同|对比|比较|分别|\b(?:difference|compare|versus|vs|both)\b")
# What a customer would be paid is in no price list.
_SELLS = re.compile(r"能卖|卖掉|卖给你|我的.{0,12}卖|\bsell\b|\bget for (?:my|it|the|this|an?)\b")
_BARE_HOW_MUCH = re.compile(r"多少(?![一-鿿]*[度数量])|几多|几块")
_HOW_MUCH = re.compile(r"多少|几|多久|什么|谁")
_PRICES = re.compile(r"多少|几多|几块|什么价|价|\b(?:how much|price|cost|costs|fee|rate)\b")
_BEFORE_A_NAME = re.compile(
    r"(?:^|\b(?:on|with|in|for|does|do|and|vs|versus|or|to|from|than|between|upgrade|downgrade)\s+)(?:the\s+)?$"
)
_AFTER_A_NAME = re.compile(r"\s+(?:plan|tier|version|account|package|edition|level|users?)\b")
_LISTS = re.compile(
    r"哪些|哪几|哪一?档|哪一?家|哪一|哪间|哪款|哪种|哪个|什么(?!时|价)|都有|几种|几款|\b(?:which|what|list|all)\b"
)
_WHICH = re.compile(r"哪|都有|\b(?:which|list|all|what \w+ (?:has|have|includes?|comes?|are|is))\b")

_Names = Sequence[tuple[PreparedTable, frozenset[Place]]]
_Spans = tuple[PreparedTable, list[Found[Positions]], list[Found[Positions]]]


def look_up_facts(question: str, tables: Sequence[FactTable], today: date, synonyms: Synonyms = ()) -> FactAnswer:
    """Return what the tables say to a masked question on that day.

    "exact": the hits are the answer, more than one only where the question asks for several ("which are in stock",
    "S3 and S3 Pro"); "ambiguous": it fits all hits, ask which; "none": the tables do not answer it.
    """
    return look_up(question, prepare(tables, synonyms), today)


def look_up(question: str, book: Sequence[PreparedTable], today: date) -> FactAnswer:
    """Do `look_up_facts` with tables prepared before."""
    asked = Question(question)
    spans = _corrected(asked, [(prepared, *_spans(asked, prepared)) for prepared in book])
    kinds = (of_kind(question, asked, prepared, names) for prepared, names, _ in spans)
    return replace(_said(asked, spans, today), of_kind=next(filter(None, kinds), None))


def _said(asked: Question, spans: Sequence[_Spans], today: date) -> FactAnswer:
    language = detect_language(asked.text)
    names = [(prepared, frozenset((one.start, one.end) for one in found)) for prepared, found, _ in spans]
    if _SELLS.search(asked.text):
        return NOTHING
    readings = [reading for prepared, own, words in spans for reading in _readings(asked, prepared, own, words, today)]
    if any(places for _, places in names):
        # Where any table knows a name, one that knows none of them was not meant.
        readings = [reading for reading in readings if reading.names]
    clean = [reading for reading in readings if not _left(asked, [reading], names)]
    best = _best(clean, language)
    chosen = [*best, *_besides(asked, best, readings, names)]
    if asks_for_money(asked.text) and not any(_says_money(reading) for reading in chosen):
        # "How much is parking", where the table only says that there is some.
        return NOTHING
    return answer_from(chosen, language)


def _corrected(asked: Question, spans: Sequence[_Spans]) -> list[_Spans]:
    """Add the names that words explained by no table must be misspellings of."""
    known = [(one.start, one.end) for _, names, words in spans for one in (*names, *words)]
    unknown = asked.unknown_words(known)
    return [(prepared, [*names, *_misspelt(asked, prepared, unknown)], words) for prepared, names, words in spans]


def _misspelt(asked: Question, prepared: PreparedTable, unknown: Sequence[Place]) -> Iterator[Found[Positions]]:
    pairs = [(one[0], other[1]) for one, other in pairwise(unknown) if other[0] - one[1] <= 1]
    for start, end in (*unknown, *pairs):
        name = prepared.misspelt(compact(asked.text[start:end]))
        if name:
            yield Found(start=start, end=end, word=name, value=prepared.names[name])


def _best(clean: Sequence[Reading], language: Language) -> list[Reading]:
    """Return the readings that explain most of the question; of equals, those in its language."""
    if not clean:
        return []
    most = max(reading.explained for reading in clean)
    best = [reading for reading in clean if reading.explained == most]
    if len(best) > 1 and not any(reading.names for reading in best):
        # "The cheapest" of which table? Nothing in the question says so.
        return []
    own = [reading for reading in best if reading.prepared.table.language == language]
    return own or best


def _besides(asked: Question, best: Sequence[Reading], readings: Sequence[Reading], names: _Names) -> list[Reading]:
    """Return the readings of other tables that answer the rest of a question on one thing: its price, and its stock."""
    groups = [[one] for one in best] or [[one] for one in readings]
    for group in groups:
        known = {place for reading in group for place in reading.places}
        more = [one for one in readings if one.names == group[0].names and not set(one.places) <= known]
        if more and not _left(asked, [*group, *more], names):
            return more if best else [*group, *more]
    return []


def _left(asked: Question, readings: Sequence[Reading], names: _Names) -> list[str]:
    """Return what the readings leave unexplained. A name that only another table knows is explained if that table knows theirs.

    "白色 S3 多少钱" is the price of the S3; "杭州店有 S3 吗" is not its stock: no table knows both. What is sent does not
    matter; where to does, though another table of freight knows it.
    """
    own = {place for reading in readings for place in reading.names}
    delivers = any(reading.prepared.delivers for reading in readings)
    known = [place for prepared, places in names if (delivers and not prepared.delivers) or places & own for place in places]
    places = [place for reading in readings for place in reading.places]
    about = " ".join(reading.prepared.words_about(reading.columns) for reading in readings)
    fillers = frozenset().union(*(reading.prepared.fillers | reading.prepared.letters(reading.columns) for reading in readings))
    return asked.unexplained([*places, *known], places, about, fillers)


def _readings(
    asked: Question, prepared: PreparedTable, names: Sequence[Found[Positions]], words: Sequence[Found[Positions]], today: date
) -> Iterable[Reading]:
    """Yield how the table understands the question, at most one way."""
    if not names and not words and not (prepared.called_in(asked.text) and asked_extreme(asked.text, prepared, words)):
        return
    when = asked_day(asked.text, today)
    on = when.day if when and prepared.dated else today
    valid = prepared.valid_rows(on, frozenset(at for one in names for at in one.value) if names else None)
    rows, conjoined = _rows(asked, names, valid)
    if names and not rows:
        return
    named_at = tuple(sorted((one.start, one.end) for one in names))
    places = [*named_at, *((one.start, one.end) for one in words)]
    called = frozenset(one.word for one in names)
    base = Reading(
        prepared=prepared, rows=rows or valid, columns=frozenset(), names=named_at, places=(), called=called, several=False
    )
    if when and prepared.dated:
        places.append((when.start, when.end))
    days, day_places = _days(asked, when, today)
    listed = _aggregate(asked, prepared, rows or valid, words, days, named_at)
    if listed:
        rows, columns, found = listed
        yield replace(base, rows=rows, columns=columns, places=(*places, *found, *day_places), several=True)
        return
    columns, besides = _asked_columns(asked, prepared, words, days)
    columns -= only_name(prepared, names, columns)
    places += besides
    if asks_for_something_else(asked, prepared, names, words, rows or valid, columns, places):
        return
    if columns & prepared.by_day():
        places += day_places
    if not columns and names:
        places += [found.span() for found in _WHOLE_ROW.finditer(asked.text)]
        if len(places) == len(names):
            return
    if not names and not _meant_without_name(asked, prepared, words, columns, len(valid)):
        return
    several = conjoined or (bool(_SEVERAL.search(asked.text)) and len(names) > 1)
    yield replace(base, columns=columns, places=tuple(places), several=several)


def _days(asked: Question, when: AskedDay | None, today: date) -> tuple[frozenset[int], list[Place]]:
    """Return the weekdays that the question names, or that of the day it names, and where."""
    return (frozenset({when.day.weekday()}), [(when.start, when.end)]) if when and when.single else asked.days(today)


def _says_money(reading: Reading) -> bool:
    return not reading.columns or any(may_be_price(reading.prepared, at) for at in reading.columns)


def _meant_without_name(
    asked: Question, prepared: PreparedTable, words: Sequence[Found[Positions]], columns: Positions, rows: int
) -> bool:
    """Whether a question that names no row is still about this table, and worth asking back: "运费多少", "几点开门"."""
    if not columns or rows > MAX_CHOICES:
        return False
    own = any(is_own(prepared, one) for one in words)
    return own or bool(columns & prepared.hours()) or any(word in asked.text for word in prepared.called)


def _spans(asked: Question, prepared: PreparedTable) -> tuple[list[Found[Positions]], list[Found[Positions]]]:
    """Return the names and the column words in the question; the longest wins where they overlap."""
    names = [*asked.find(prepared.names, prepared.name_lengths, soft=True), *_in_range(asked, prepared)]
    words = [*asked.find(prepared.columns, prepared.column_lengths, soft=True), *_under_range(asked, prepared)]
    names = [one for one in names if not _everyday(asked, one)]
    words = [one for one in words if not _everyday(asked, one)]
    if names and _PRICES.search(asked.text):
        words += asked.find(prepared.modifiers, sorted({len(word) for word in prepared.modifiers}, reverse=True))
    if names and not words:
        words = asked.find(prepared.parts, sorted({len(part) for part in prepared.parts}, reverse=True)) or _price(
            asked, prepared
        )
    taken: list[Found[Positions]] = []
    for one in sorted((*names, *words), key=lambda found: (-found.length, found.start)):
        if not any(_clash(one, other) for other in taken):
            taken.append(one)
    kept = {id(one) for one in taken}
    return [one for one in names if id(one) in kept], [one for one in words if id(one) in kept]


def _in_range(asked: Question, prepared: PreparedTable) -> Iterator[Found[Positions]]:
    """Yield the amounts in the question that rows are for: "3 公斤" where one row is for "1-5kg"."""
    for amount in amounts(asked.text) if prepared.ranges else ():
        for at, ranges in prepared.ranges.items():
            rows = fitting(ranges, amount) if prepared.column(at).name in prepared.table.key_columns else frozenset()
            if rows:
                yield Found(start=amount.start, end=amount.end, word=asked.text[amount.start : amount.end], value=rows)


def _under_range(asked: Question, prepared: PreparedTable) -> Iterator[Found[Positions]]:
    """Yield the amounts in the question that columns are for: "3 公斤" where one is headed "1-5kg"."""
    for amount in amounts(asked.text) if prepared.headed else ():
        columns = fitting(prepared.headed, amount)
        if columns:
            yield Found(start=amount.start, end=amount.end, word=asked.text[amount.start : amount.end], value=columns)


def _everyday(asked: Question, one: Found[Positions]) -> bool:
    """Whether a name is only the everyday word: "is support free" does not speak of the plan called Free."""
    return one.word == "free" and not (
        _BEFORE_A_NAME.search(asked.text[: one.start]) or _AFTER_A_NAME.match(asked.text[one.end :])
    )


def _price(asked: Question, prepared: PreparedTable) -> list[Found[Positions]]:
    """Read "小夜灯多少": a name and no more than "how much" asks for the price."""
    columns = prepared.columns.get("多少钱", frozenset())
    found = _BARE_HOW_MUCH.search(asked.text)
    return [Found(start=found.start(), end=found.end(), word="多少钱", value=columns)] if found and columns else []


def _clash(one: Found[Positions], other: Found[Positions]) -> bool:
    """Whether two words share letters but neither place nor meaning; "什么价" and "价位" only say one thing twice."""
    apart = one.end <= other.start or one.start >= other.end
    return not apart and (one.start, one.end) != (other.start, other.end) and one.value != other.value


def _rows(asked: Question, names: Sequence[Found[Positions]], valid: Positions) -> tuple[Positions, bool]:
    """Return the rows that all names together mean, and whether they are joined by "and" instead."""
    if not names:
        return frozenset(), False
    ordered = sorted(names, key=lambda found: found.start)
    common = frozenset.intersection(*(found.value for found in ordered)) & valid
    if common:
        return common, False
    between = [(one.end, other.start) for one, other in pairwise(ordered)]
    if any(asked.joins(start, end) for start, end in between):
        return frozenset.union(*(found.value for found in ordered)) & valid, True
    return frozenset(), False


def _asked_columns(
    asked_for: Question, prepared: PreparedTable, words: Sequence[Found[Positions]], days: frozenset[int]
) -> tuple[Positions, list[Place]]:
    """Return the columns asked for, and where else the question says so.

    One that is named wins over those that only a general word such as "多少钱" means.
    """
    meant = {at for one in words for at in one.value}
    told = [one for one in words if one.word in prepared.modifiers and one.value == prepared.modifiers[one.word]]
    # "旺季周末": what tells prices apart holds together.
    both = frozenset.intersection(*(one.value for one in told)) if told else frozenset()
    meant = {at for at in meant if at in both} or meant
    keys = {at for at in meant if prepared.column(at).name in prepared.table.key_columns}
    # "门店几点开门": the word for the thing itself asks for nothing where something else is asked.
    meant = (meant - keys) or keys
    named = {at for one in words for at in one.value if is_own(prepared, one)} & meant
    charged = {at for at in named if may_be_price(prepared, at) and at in charged_columns(asked_for, words)}
    if charged:
        # "投影多少钱" where the column says "另收500元": not what the room costs.
        return frozenset(charged), []
    kinds = {_kind(prepared, at) for at in named} - {ColumnType.TEXT}
    asked = named | {at for at in meant if _kind(prepared, at) not in kinds}
    hours, by_day = prepared.hours(), prepared.by_day()
    if asked & by_day and days:
        rivals = hours if asked & hours else asked & by_day
        fitting = {at for at in rivals if days <= prepared.days[at]}
        if fitting:
            kinds = {_kind(prepared, at) for at in fitting}
            asked = fitting | {at for at in asked - by_day if at in named or _kind(prepared, at) not in kinds}
        # "周末营业：否" belongs to hours that seem to hold every day.
        asked |= {at for at in by_day if asked & hours and prepared.days[at] != EVERY_DAY and days <= prepared.days[at]}
    elif meant & hours and not named & hours:
        asked |= hours
    if len(asked) > 1 and not named:
        # "停留几天" asks for 停留天数, not for every column of days.
        parts = asked_for.find(prepared.parts, sorted({len(part) for part in prepared.parts}, reverse=True))
        narrowed = {at for one in parts for at in one.value & asked}
        if narrowed:
            return frozenset(narrowed), [(one.start, one.end) for one in parts if one.value & narrowed]
    return frozenset(asked), []


def _kind(prepared: PreparedTable, position: int) -> str:
    kind = prepared.column(position).type
    return ColumnType.NUMBER if kind is ColumnType.MONEY else kind


def _aggregate(
    asked: Question,
    prepared: PreparedTable,
    rows: Positions,
    words: Sequence[Found[Positions]],
    days: frozenset[int],
    names_at: Sequence[Place],
) -> tuple[Positions, Positions, tuple[Place, ...]] | None:
    """Read "the cheapest", "for 12 people", "which have SSO", "which are in stock": rows, columns, where the question says so."""
    lists = bool(_LISTS.search(asked.text))
    picked = asked_limit(asked.text, prepared, rows, words) if lists else None
    extreme = None if picked else asked_extreme(asked.text, prepared, words)
    if extreme:
        return _extreme(prepared, rows, words, days, extreme)
    if not lists:
        return None
    picked = picked or asked_range(asked.text, prepared, rows, words)
    if not picked and _WHICH.search(asked.text):
        picked = asked_truth(prepared, rows, words, days)
    if not picked:
        wanted = asked_values(asked, prepared)
        if not wanted or wanted[2] in names_at:
            return None
        column, value, place = wanted
        fits = frozenset(at for at in rows if prepared.table.rows[at].cells.get(prepared.column(column).name) == value)
        picked = fits, frozenset({column}), (place,)
    return picked if 0 < len(picked[0]) <= MAX_LISTED else None


def _extreme(
    prepared: PreparedTable, rows: Positions, words: Sequence[Found[Positions]], days: frozenset[int], extreme: Extreme
) -> tuple[Positions, Positions, tuple[Place, ...]] | None:
    """Return the rows with the most or the least, among those that have what else is named ("the cheapest with SSO")."""
    true = asked_truth(prepared, rows, words, frozenset())
    on_days = frozenset(at for at in extreme.columns if days and days <= prepared.days.get(at, frozenset()))
    compared = replace(extreme, columns=on_days or extreme.columns)
    best = true[0] if true and len(true[0]) == 1 else extreme_rows(prepared, true[0] if true else rows, compared)
    return (best, compared.columns, (extreme.place,)) if best else None
