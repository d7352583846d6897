"""Answer a message that asks several things: as a whole, or each thing by itself where that says more."""

from collections.abc import Callable

from shared.domain.blocks import Answer
from shared.domain.compound import joined, questions_in, says_more
from shared.domain.conversation import Rung
from shared.domain.wording import codes, things_named

UNANSWERED = (Rung.REFUSAL, Rung.CLARIFY)
# A chance below which one of several answers is left to the answer as a whole.
_SURE_ENOUGH = 0.55


def answer_each_question(message: str, ask: Callable[[str], Answer]) -> Answer:
    """Ask the whole message, and its questions one by one; raises what `ask` raises.

    A model reads several questions as well as one, so its answer stands. Otherwise the single answers are given in turn where
    every question has one and they quote a place that the whole leaves out.
    """
    whole = ask(message)
    questions = questions_in(message)
    if len(questions) == 1 or Rung(whole.rung) is Rung.MODEL:
        return whole
    parts: list[Answer] = []
    for question in questions:
        part = _later(question, questions[0], ask) if parts else ask(question)
        if not _is_sure(part):
            return whole
        parts.append(part)
    return joined(parts) if says_more(parts, whole) else whole


def _later(question: str, first: str, ask: Callable[[str], Answer]) -> Answer:
    """What the first question names by a code is what the later ones are about, unless they name another: "云雀S3多少钱，保修几年"."""
    named = things_named(first)
    if named and not codes(question):
        about = ask(f"{' '.join(named)} {question}")
        if _is_sure(about):
            return about
    return better(ask(question), lambda: ask(f"{first} {question}"))


def _is_sure(answer: Answer) -> bool:
    return Rung(answer.rung) not in UNANSWERED and answer.confidence >= _SURE_ENOUGH


def better(alone: Answer, with_background: Callable[[], Answer]) -> Answer:
    """A question that leans on the one before it is read with that only where it finds nothing alone, and if it then does."""
    if Rung(alone.rung) not in UNANSWERED:
        return alone
    together = with_background()
    return alone if Rung(together.rung) in UNANSWERED else together
