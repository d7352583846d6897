"""What speaks for one passage as the answer: named measures, each about 0..1."""

from dataclasses import dataclass
from itertools import pairwise

from shared.adapters.extractive.evidence import Asked, View
from shared.adapters.extractive.names import names_in
from shared.adapters.extractive.question import Kind, satisfies
from shared.adapters.extractive.reading import latin_words
from shared.adapters.extractive.selection import Choice
from shared.domain.knowledge import Closeness, Verdict
from shared.domain.wording import code_family, fold, has_code, things_named, tokens

_SURE = 6.0
# A code that at most this share of a passage's lines have tells its line from the others.
_FEW = 0.34
# Latin words that Chinese customers use for anything; their absence from a passage says nothing.
_COMMON_LATIN = frozenset({"app", "wifi", "the", "and", "vip", "please", "hello", "faq", "led", "usb", "pro", "max", "plus"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """`score`, `place`: the search's fused score, and 1 / rank. Where a reranker read the passage (else `not_read`): `closer` its score
    by that; `close`, `close_weakest`, `close_passage`: its closeness; `close_unit` the nearest unit's, `close_said` of those that are said.
    `reads`: a reader's log-odds that the passage answers (`unread`: none read it), `reads_said`: that what is said is the answer.
    `cosine`: the better of title and body; `no_vectors`: there was none;
    `cosine_cross`: the same where question and document differ in language (`cross`). `keyword`, `body`: the legs' normalised scores.
    `coverage`: how much of the question the passage has, `answer_coverage` the chosen units alone, `heading_coverage` what stands
    above; `unit`: the best unit's score. `known_rate`: how much of the question any passage has.
    `unit_own`: the most that one unit has without its headings; `phrases`: share of the question's runs of three that the passage has.
    `form`: the answer has the form that is asked for. `unknown_code`: the question names a thing that no passage names;
    `lacks_code`: this one does not (half, where it names no model at all, but the line of the one that is asked about);
    `other_code`: it names a sibling instead; `unsaid_code`: it names it, but neither in what is said nor above;
    `code_told`: a line that is said names it, and few others of the passage do.
    `absent_name`: a maker or place of the question that the passage lacks.
    `spoken`: how much of the question is in what is said or above it. `foreign_word`: Latin names of a Chinese question that the passage lacks.
    `short`: 1 / number of things asked about. `faq`: it is an entry of a question-and-answer list.
    """

    score: float
    place: float
    closer: float
    close: float
    close_cross: float
    close_weakest: float
    close_passage: float
    close_unit: float
    close_said: float
    not_read: float
    reads: float
    reads_cross: float
    reads_said: float
    unread: float
    cosine: float
    cosine_cross: float
    title_cosine: float
    body: float
    no_vectors: float
    keyword: float
    coverage: float
    coverage_cross: float
    answer_coverage: float
    heading_coverage: float
    unit: float
    unit_own: float
    phrases: float
    known_rate: float
    form: float
    unknown_code: float
    lacks_code: float
    other_code: float
    unsaid_code: float
    code_told: float
    absent_name: float
    spoken: float
    foreign_word: float
    cross: float
    english: float
    short: float
    faq: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a question's words are beside its parts: runs of three Han characters or of two words, known names, Latin words,
    and names of lines ("云雀" of "云雀 S3").
    """

    phrases: frozenset[str]
    names: frozenset[str]
    latin: frozenset[str]
    lines: frozenset[str]


def wanted_by(question: str) -> Wanted:
    """Take the words of a question apart, once for all passages."""
    return Wanted(
        phrases=_phrases(question),
        names=names_in(question),
        latin=latin_words(question) - _COMMON_LATIN,
        lines=frozenset(filter(None, things_named(question).values())),
    )


def measure(asked: Asked, wanted: Wanted, views: tuple[View, ...], choice: Choice) -> Features:
    """Measure an answer from one passage. `views` are all that were found."""
    view = choice.view
    said = frozenset[int]().union(*(entry.own for entry in view.units if entry.unit in choice.units))
    coverage, answer, heading = (asked.weight_of(met) for met in (view.met, said, view.heading_met))
    cross = 0.0 if view.same_language else 1.0
    anywhere = frozenset[int]().union(*(other.met for other in views))
    cosine = max(_raw(view, "title"), _raw(view, "body"))
    close = view.passage.closeness
    verdict = view.passage.verdict
    return Features(
        score=0.0 if close else view.passage.score,
        place=1.0 / (1 + view.index),
        closer=view.passage.score if close else 0.0,
        close=close.question if close else 0.0,
        close_cross=close.question * cross if close else 0.0,
        close_weakest=close.weakest if close else 0.0,
        close_passage=close.passage if close else 0.0,
        close_unit=max(close.units, default=0.0) if close else 0.0,
        close_said=_closest(close, choice),
        not_read=float(close is None),
        reads=_bounded(verdict.answers) if verdict else 0.0,
        reads_cross=_bounded(verdict.answers) * cross if verdict else 0.0,
        reads_said=_surest(verdict, choice),
        unread=float(verdict is None),
        cosine=cosine,
        cosine_cross=cosine * cross,
        title_cosine=_raw(view, "title"),
        body=_normalised(view, "body"),
        no_vectors=float(cosine == 0.0),
        keyword=_normalised(view, "keyword"),
        coverage=coverage,
        coverage_cross=coverage * cross,
        answer_coverage=answer,
        heading_coverage=heading,
        unit=view.best.score,
        unit_own=max(asked.weight_of(entry.own) for entry in view.units),
        phrases=_shared_phrases(wanted, view),
        known_rate=asked.weight_of(anywhere),
        form=_form(asked, choice),
        unknown_code=float(any(not any(one.reading.has_code(code) for one in views) for code in asked.codes)),
        lacks_code=_lacked_codes(asked, wanted, view),
        other_code=float(_names_a_sibling(asked, view)),
        unsaid_code=float(_leaves_code_out(asked, choice)),
        code_told=float(any(_is_told(code, choice) for code in asked.codes)),
        absent_name=float(bool(wanted.names - view.reading.names)),
        spoken=asked.weight_of(said | view.heading_met),
        foreign_word=_foreign_words(asked, wanted, view) * (1.0 - cross),
        cross=cross,
        english=float(asked.language == "en"),
        short=1.0 / max(1, len(asked.parts)),
        faq=float(view.passage.chunk.kind == "faq"),
    )


def _closest(close: Closeness | None, choice: Choice) -> float:
    """How near the nearest of the units that are said is to the question."""
    near = [close.of_unit(unit.index) for unit in choice.units] if close else []
    return max((value for value in near if value is not None), default=0.0)


def _surest(verdict: Verdict | None, choice: Choice) -> float:
    """The most that the reader gives any of the units that are said."""
    read = [verdict.of_unit(unit.index) for unit in choice.units] if verdict else []
    return max((_bounded(value) for value in read if value is not None), default=0.0)


def _bounded(log_odds: float) -> float:
    """Beyond this the reader's certainty says no more, and would outvote everything else."""
    return max(-_SURE, min(_SURE, log_odds))


def _raw(view: View, leg: str) -> float:
    return next((score.raw for score in view.passage.legs if score.leg == leg), 0.0)


def _normalised(view: View, leg: str) -> float:
    return next((score.normalised for score in view.passage.legs if score.leg == leg), 0.0)


def _form(asked: Asked, choice: Choice) -> float:
    text = "\n".join(unit.text for unit in choice.units)
    kind = asked.kinds[0]
    return 0.5 if kind is Kind.OTHER else float(satisfies(kind, text))


def _phrases(question: str) -> frozenset[str]:
    phrases: set[str] = set()
    for token in (found := tokens(question)):
        phrases.update(token[i : i + 3] for i in range(len(token) - 2) if token[0] > "\u3400")
    latin = [token for token in found if token[0] < "\u3400"]
    phrases.update(f"{one} {other}" for one, other in pairwise(latin))
    return frozenset(phrases)


def _shared_phrases(wanted: Wanted, view: View) -> float:
    """The share of the question's runs that the passage has."""
    held = view.reading.words
    return sum(phrase in held for phrase in wanted.phrases) / len(wanted.phrases) if wanted.phrases else 0.0


def _lacked_codes(asked: Asked, wanted: Wanted, view: View) -> float:
    """How much a passage lacks what is asked of: a text about the line that names none of its models may mean them all."""
    if all(map(view.reading.has_code, asked.codes)):
        return 0.0
    if view.reading.codes or not wanted.lines:
        return 1.0
    above = fold(f"{view.passage.chunk.document_title}\n{view.reading.heading}")
    return 0.5 if any(line in above for line in wanted.lines) else 1.0


def _names_a_sibling(asked: Asked, view: View) -> bool:
    if asked.codes & view.reading.elsewhere:
        return True
    families = {code_family(code) for code in view.reading.codes}
    return any(not view.reading.has_code(code) and code_family(code) in families for code in asked.codes if not code[0].isdigit())


def _leaves_code_out(asked: Asked, choice: Choice) -> bool:
    if not asked.codes:
        return False
    view = choice.view
    said = "\n".join((view.passage.chunk.document_title, view.reading.heading, *(unit.text for unit in choice.units)))
    return any(not has_code(said, code) and view.reading.has_code(code) for code in asked.codes)


def _is_told(code: str, choice: Choice) -> bool:
    """Whether a line that is said is the code's own: of a table of codes, the row; not a text about the one model that it is."""
    lines = [has_code(entry.unit.text, code) for entry in choice.view.units]
    said = any(has_code(unit.text, code) for unit in choice.units)
    return said and len(lines) > 1 and sum(lines) <= _FEW * len(lines)


def _foreign_words(asked: Asked, wanted: Wanted, view: View) -> float:
    """In a Chinese question a Latin word is a name: its absence weighs."""
    if asked.language != "zh" or not wanted.latin:
        return 0.0
    return len(wanted.latin - view.reading.latin) / len(wanted.latin)
