"""The dialog's state machine: from an utterance and the pending question to one typed action (invariant 9). Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.contact import corrects_contact
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.matter import matter, says_more, says_more_than
from shared.domain.script import simplified
from shared.domain.utterance import Act, Utterance, read_utterance

MAX_CONTACT_ATTEMPTS = 2
# After so many the ticket still waits, but the bot no longer says so.
MAX_REMINDERS = 2


class Phrase(StrEnum):
    """Fixed sentences that need nothing looked up."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ACKNOWLEDGED = "acknowledged"
    CONTACT_DROPPED = "contact_dropped"
    PICK_UNKNOWN = "pick_unknown"
    PICK_WHICH = "pick_which"
    CHOICES_DROPPED = "choices_dropped"
    WHO_I_AM = "who_i_am"
    LISTENING = "listening"
    CONTACT_REMINDER = "contact_reminder"
    GOODBYE_WITHOUT_TICKET = "goodbye_without_ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Say a fixed sentence and forget what was pending (unless `keep`)."""

    phrase: Phrase
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Answer a question from knowledge. `context` is the question before it, for a follow-up.

    `beside_ticket`: a ticket still waits for its contact, and takes what is not answered.
    """

    question: str
    context: str = ""
    beside_ticket: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPerson:
    """Hand over: to the queue when someone is there, else to a ticket, which takes a `contact` that came with the request."""

    summary: str
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskContact:
    """Ask for a contact, to open a ticket about `summary`. `another`: not the one that was left before."""

    summary: str
    attempts: int = 0
    another: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """Open a ticket; `contact` is empty when the customer does not want to leave one, or when the `known` one holds."""

    summary: str
    contact: str
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectContact:
    """The contact of the ticket that was opened last was wrong, or is given only now; a question where there is no ticket."""

    text: str
    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Regret:
    """Say that the answer missed the point, and offer a person or a ticket about `summary`."""

    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTickets:
    """Tell the status of one ticket, or of all of this conversation."""

    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTicket:
    """Have a person end the ticket of that number, or the last one: a colleague may be working on it."""

    text: str
    number: str = ""


Action = Say | Look | RequestPerson | AskContact | OpenTicket | CorrectContact | Regret | ReportTickets | WithdrawTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One understood message: the utterance, and a contact if the text holds one.

    `from_form`: it was filled in where a contact belongs; `told`: what the form says the matter is.
    """

    utterance: Utterance
    contact: str = ""
    from_form: bool = False
    told: str = ""


def decide(heard: Heard, state: DialogState) -> Action:
    """Return the one action that this message calls for. Total: every message has one."""
    act = heard.utterance.act
    if act is Act.HANDOFF:
        summary = _requested(state.summary or state.last_question, heard.utterance.text)
        return RequestPerson(summary=summary, contact=heard.contact)
    if state.pending is Pending.CONTACT:
        return _whether_known_contact_holds(heard, state) or _while_contact_is_open(heard, state)
    if state.pending is Pending.TICKET_OFFER and (act in _ANSWERS_TO_OFFER or _gives_contact(heard)):
        return _after_offer(heard, state)
    if state.choices and (act is Act.PICK or (state.pending is Pending.CHOICE and act in (Act.YES, Act.NO, Act.NOT_HELPED))):
        return _after_choices(heard, state)
    return _fresh(heard, state)


_ANSWERS_TO_OFFER = (Act.YES, Act.NO, Act.PICK, Act.SKIP, Act.TICKET)


def _gives_contact(heard: Heard) -> bool:
    """Say whether a number is given ("yes, it is 138...") and nothing is asked beside it."""
    return bool(heard.contact) and not looks_like_question(heard.utterance.text)


def _requested(before: str, request: str) -> str:
    """What a ticket says that a request opens: what was asked before, and the request where it says what it is about."""
    return matter(before, request) if not before or says_more(request) else before


def _whether_known_contact_holds(heard: Heard, state: DialogState) -> Action | None:
    """Take the word on the contact that was left before; None for anything else that was said."""
    act, pick = heard.utterance.act, heard.utterance.pick
    if not state.known or heard.contact:
        return None
    if act is Act.YES or pick == 0:
        return OpenTicket(summary=state.summary, contact="", known=True)
    if act in (Act.NO, Act.ANOTHER) or pick == 1:
        return AskContact(summary=state.summary, another=True)
    return None


def _while_contact_is_open(heard: Heard, state: DialogState) -> Action:
    """Take the contact; digressions are answered and the ticket stays open, as people expect."""
    act, text = heard.utterance.act, heard.utterance.text
    if heard.contact:
        return OpenTicket(summary=_with_contact(matter(state.summary, heard.told), heard), contact=heard.contact)
    if act in _SAID_WHILE_CONTACT_IS_OPEN:
        return _SAID_WHILE_CONTACT_IS_OPEN[act]
    match act:
        case Act.SKIP:
            return OpenTicket(summary=matter(state.summary, heard.told), contact="")
        case Act.TICKET_STATUS:
            return ReportTickets(number=heard.utterance.ticket_number)
        case Act.TICKET if says_more(text):
            return AskContact(summary=matter(state.summary, text))
        case Act.QUESTION if _changes_mind(text):
            return Say(phrase=Phrase.CONTACT_DROPPED)
        case Act.QUESTION if not (heard.from_form or _tries_to_answer(text)):
            return Look(question=text, beside_ticket=True)
        case Act.QUESTION:
            pass
        case _:
            return Say(phrase=Phrase.CONTACT_REMINDER, keep=True)
    summary = matter(state.summary, heard.told, text)
    if state.attempts >= MAX_CONTACT_ATTEMPTS:
        return OpenTicket(summary=summary, contact="")
    return AskContact(summary=summary, attempts=state.attempts + 1)


_SAID_WHILE_CONTACT_IS_OPEN = {
    Act.NO: Say(phrase=Phrase.CONTACT_DROPPED),
    Act.TICKET_WITHDRAWN: Say(phrase=Phrase.CONTACT_DROPPED),
    Act.GOODBYE: Say(phrase=Phrase.GOODBYE_WITHOUT_TICKET),
    Act.THANKS: Say(phrase=Phrase.THANKS, keep=True),
    Act.WHO_ARE_YOU: Say(phrase=Phrase.WHO_I_AM, keep=True),
}


def _with_contact(summary: str, heard: Heard) -> str:
    """Whoever calls back knows the name, the time to call, or the question that stood beside the number."""
    text = heard.utterance.text
    return matter(summary, text) if says_more_than(heard.contact, text) else summary


def _after_offer(heard: Heard, state: DialogState) -> Action:
    act, pick, text = heard.utterance.act, heard.utterance.pick, heard.utterance.text
    if heard.contact:
        return OpenTicket(summary=_with_contact(state.summary, heard), contact=heard.contact)
    if act in (Act.YES, Act.TICKET) or pick == 0:
        return AskContact(summary=_requested(state.summary, text) if act is Act.TICKET else state.summary)
    if pick == 1:
        return RequestPerson(summary=state.summary)
    return Say(phrase=Phrase.PICK_UNKNOWN, keep=True) if act is Act.PICK else Say(phrase=Phrase.ACKNOWLEDGED)


def _after_choices(heard: Heard, state: DialogState) -> Action:
    act = heard.utterance.act
    if act in (Act.NO, Act.NOT_HELPED):
        return Say(phrase=Phrase.CHOICES_DROPPED)
    if act is Act.YES and len(state.choices) > 1:
        return Say(phrase=Phrase.PICK_WHICH, keep=True)
    pick = 0 if act is Act.YES else heard.utterance.pick
    if pick < len(state.choices):
        return Look(question=state.choices[pick])
    return Say(phrase=Phrase.PICK_UNKNOWN, keep=True)


def _fresh(heard: Heard, state: DialogState) -> Action:
    utterance = heard.utterance
    if utterance.act in _SAID_AT_ANY_TIME:
        return _SAID_AT_ANY_TIME[utterance.act]
    match utterance.act:
        case Act.NOT_HELPED:
            return Regret(summary=state.summary or state.last_question or utterance.text)
        case Act.TICKET:
            summary = _requested(state.last_question, utterance.text)
            return OpenTicket(summary=summary, contact=heard.contact) if heard.contact else AskContact(summary=summary)
        case Act.TICKET_STATUS:
            return ReportTickets(number=utterance.ticket_number)
        case Act.TICKET_WITHDRAWN:
            return WithdrawTicket(text=utterance.text, number=utterance.ticket_number)
        case Act.QUESTION if _is_only_a_contact(heard):
            return CorrectContact(text=utterance.text, contact=heard.contact)
        case _:
            return Look(question=utterance.text, context=state.last_question if utterance.follow_up else "")


_SAID_AT_ANY_TIME = {
    Act.GREETING: Say(phrase=Phrase.GREETING),
    Act.THANKS: Say(phrase=Phrase.THANKS),
    Act.GOODBYE: Say(phrase=Phrase.GOODBYE),
    Act.YES: Say(phrase=Phrase.ACKNOWLEDGED),
    Act.NO: Say(phrase=Phrase.ACKNOWLEDGED),
    Act.SKIP: Say(phrase=Phrase.ACKNOWLEDGED),
    Act.WHO_ARE_YOU: Say(phrase=Phrase.WHO_I_AM, keep=True),
    Act.NOTHING_SAID: Say(phrase=Phrase.LISTENING, keep=True),
}


def _is_only_a_contact(heard: Heard) -> bool:
    text = heard.utterance.text
    return _gives_contact(heard) and (corrects_contact(text) or not says_more_than(heard.contact, text))


_QUESTION_MARKS = ("?", "？", "吗", "呢", "怎么", "如何", "多少", "什么", "哪", "几", "能不能", "可以", "为什么", "是否")
_QUESTION_WORDS = frozenset("how what when where why which who can do does is are could will should".split())


# What somebody says who was asked for a number and gives something else: digits, a name, a place to come to.
_ANSWERS = ("@", "我叫", "我姓", "我是", "我家", "my name", "i'm ", "i am ", "this is ")
_DIGITS_OF_A_TRY = 5
# The name of an account, by the sign that no word has.
_ACCOUNT = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,30}_[A-Za-z0-9_.-]{1,30}")
_FIRST_CLAUSE = re.compile(r"[，,。！!~ ]")


def _tries_to_answer(text: str) -> bool:
    """Whether a text is an answer to "how can we reach you" that cannot be read, and no question of its own."""
    if looks_like_question(text):
        return False
    if _ACCOUNT.fullmatch(text.strip()):
        return True
    return sum(map(str.isdigit, text)) >= _DIGITS_OF_A_TRY or any(start in text.lower() for start in _ANSWERS)


def _changes_mind(text: str) -> bool:
    """Whether a text begins with a no and asks nothing: "先不了，我自己看看"."""
    first, rest = [*_FIRST_CLAUSE.split(text, maxsplit=1), ""][:2]
    return bool(rest.strip()) and read_utterance(first).act is Act.NO and not looks_like_question(rest)


def looks_like_question(text: str) -> bool:
    """Say whether a text asks something, by its marks and words."""
    plain = simplified(text)
    if any(mark in plain for mark in _QUESTION_MARKS):
        return True
    words = text.lower().split()
    return bool(words) and words[0] in _QUESTION_WORDS
