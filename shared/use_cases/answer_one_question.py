"""Answer one question: of the thing that it names, or of the kind of thing that this is."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.answering import told_of_kind
from shared.domain.blocks import Answer
from shared.domain.conversation import Rung
from shared.domain.knowledge import OfKind, SearchResult
from shared.domain.language import Language
from shared.domain.wording import codes, content_terms, names_in_text, terms

Search = Callable[[str], SearchResult]
Reply = Callable[[str, SearchResult], Answer]

UNANSWERED = (Rung.REFUSAL, Rung.CLARIFY)
# A chance below which an answer is not better than one to another reading of the question.
_SURE_ENOUGH = 0.55
# What is said of a kind may not hold for each thing: it takes a better chance, and may not be far behind the thing's own answer.
_SURE_OF_KIND, _BEHIND = 0.75, 0.1


def answer_one_question(question: str, language: Language, search: Search, reply: Reply) -> Answer:
    """Search and reply; raises what they raise.

    Documents often say of a kind ("扫地机器人保修 2 年") what people ask of one thing ("云雀 S3 保修几年"): where that is not told,
    a likely answer about its kind that speaks of it is given, and said to be that, unless it is about another thing.
    """
    found = search(question)
    answer = reply(question, found)
    kind = _kind(found)
    if kind is None or _is_told(answer, question):
        return answer
    of_kind = reply(kind.question, replace(search(kind.question), facts=None))
    least = max(_SURE_OF_KIND, answer.confidence - _BEHIND if is_sure(answer) else 0.0)
    holds = is_sure(of_kind, least) and speaks_of(of_kind, question) and not is_of_others(of_kind, question)
    return told_of_kind(of_kind, kind.kind, language) if holds else answer


def is_sure(answer: Answer, least: float = _SURE_ENOUGH) -> bool:
    """Whether an answer is one, and right with that chance."""
    return Rung(answer.rung) not in UNANSWERED and answer.confidence >= least


def _is_told(answer: Answer, question: str) -> bool:
    """Whether a sure answer speaks of what is asked; of the thing by its name, unless it is as sure as one about its kind must be.

    A model has read passages about the kind too, and is not asked twice.
    """
    if Rung(answer.rung) is Rung.MODEL:
        return True
    named = any(not codes(question).isdisjoint(codes(text)) for text in _quoted(answer))
    return is_sure(answer, _SURE_ENOUGH if named else _SURE_OF_KIND) and speaks_of(answer, question)


def is_of_others(answer: Answer, text: str) -> bool:
    """Whether all that an answer quotes is about things with codes, and none of them in a text."""
    named = [codes(quoted) for quoted in _quoted(answer)]
    return bool(named) and all(others and others.isdisjoint(codes(text)) for others in named)


def speaks_of(answer: Answer, question: str) -> bool:
    """Whether a quotation, or what stands above it, has any word of a question; also where the question has none to look for."""
    names = terms(names_in_text(question))
    words = {word for word in content_terms(question) if len(word) > 1} - names
    return not words or any(not words.isdisjoint(terms(text)) for text in _quoted(answer))


def _quoted(answer: Answer) -> list[str]:
    return [f"{citation.title}\n{citation.above}\n{citation.quote}" for citation in answer.citations]


def _kind(found: SearchResult) -> OfKind | None:
    return found.facts.of_kind if found.facts and not found.facts.hits else None
