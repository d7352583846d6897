"""Answer a message that asks several things: as a whole, or each thing by itself where that says more."""

from collections.abc import Callable
from functools import cache

from shared.domain.blocks import Answer
from shared.domain.compound import joined, questions_in, says_more
from shared.domain.conversation import Rung
from shared.domain.wording import codes, content_terms, names_in_text
from shared.use_cases.answer_one_question import UNANSWERED, is_of_others, is_sure, speaks_of

# A chance below which one of several answers does not displace the answer to them all.
_WORTH_SAYING = 0.65
# A table's row is that of the topic, and a model has read the talk.
_EXACT = (Rung.FACT, Rung.MODEL)
_MUCH_SURER = 0.25
# Of more content than this a question says itself what it is about.
_MOST_TERMS = 3


def answer_each_question(message: str, ask: Callable[[str], Answer], topic: str = "") -> Answer:
    """Ask the whole message, and its questions one by one; raises what `ask` raises. `topic`: what was talked of until now.

    A model reads several questions as well as one, so its answer stands. Otherwise the single answers are given in turn where
    every question has one and they quote a place that the whole leaves out.
    """
    ask = cache(ask)
    whole = _on_topic(topic, message, ask) or ask(message)
    questions = questions_in(message)
    if len(questions) == 1 or Rung(whole.rung) is Rung.MODEL:
        return whole
    parts: list[Answer] = []
    for question in questions:
        part = _on_topic(topic, question, ask)
        if not parts:
            # What the first question is about the later ones are too: "云雀S3多少钱，保修几年".
            topic = names_in_text(question) or (topic if part else "")
        part = part or (_later(question, questions[0], ask) if parts else ask(question))
        if not is_sure(part, _WORTH_SAYING):
            return whole
        parts.append(part)
    return joined(parts) if says_more(parts, whole) else whole


def _on_topic(topic: str, question: str, ask: Callable[[str], Answer]) -> Answer | None:
    """Return the answer to a short question that names nothing by a code as one about the topic; None where that is not better.

    "多久发货" has nothing to do with the model that was talked of; and what "电池能用多久" finds by itself may be another one's.
    """
    if not topic or codes(question) or len(content_terms(question)) > _MOST_TERMS:
        return None
    about = ask(f"{topic} {question}")
    if not is_sure(about):
        return None
    if Rung(about.rung) in _EXACT:
        return about
    if not speaks_of(about, question):
        # Of the topic there is always something to say.
        return None
    alone = ask(question)
    much_surer = is_sure(alone) and alone.confidence >= about.confidence + _MUCH_SURER
    return None if much_surer and not is_of_others(alone, topic) else about


def _later(question: str, first: str, ask: Callable[[str], Answer]) -> Answer:
    return better(ask(question), lambda: ask(f"{first} {question}"))


def better(alone: Answer, with_background: Callable[[], Answer]) -> Answer:
    """A question that leans on the one before it is read with that only where it finds nothing alone, and if it then does."""
    if Rung(alone.rung) not in UNANSWERED:
        return alone
    together = with_background()
    return alone if Rung(together.rung) in UNANSWERED else together
