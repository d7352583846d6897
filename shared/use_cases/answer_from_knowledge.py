"""Answer one question from the company's knowledge, down an honest ladder: answer -> cached answer -> ticket."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from shared.domain.blocks import Answer, Block, ChoiceBlock, rewritten
from shared.domain.company import Company
from shared.domain.conversation import Author, Message, Rung
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.ellipsis import completed
from shared.domain.errors import SupportError
from shared.domain.knowledge import Audience, SearchQuery, SearchResult
from shared.domain.ledger import LedgerStatus
from shared.domain.masking import Masked
from shared.domain.outbox import EventName
from shared.domain.reply import MODEL_IN_VAIN, HistoryLine
from shared.domain.ticket_offer import ticket_offer
from shared.domain.turn import Draft, TurnContext
from shared.domain.wording import names_in_text
from shared.ports import AnswerCommand, Answerer, KnowledgeService, Masker
from shared.use_cases.answer_each_question import answer_each_question, better
from shared.use_cases.answer_one_question import UNANSWERED, answer_one_question
from shared.use_cases.remembered_answers import RememberedAnswers

HISTORY_LINES = 6
_NUMBERED = re.compile(r"\[([A-Z]{2,12})_\d{1,6}\]")
TOP_K = 12
_CACHEABLE = (Rung.MODEL, Rung.EXTRACTIVE)
# The model answered one try, and another one is given.
_UNUSED = f"{MODEL_IN_VAIN}unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFromKnowledge:
    """`search_timeout_s` is the retrieval hop's own deadline; the cache is used when that hop fails."""

    knowledge: KnowledgeService
    answerer: Answerer
    cache: RememberedAnswers
    masker: Masker
    search_timeout_s: float = 3.0

    def __call__(self, question: Masked, background: str, company: Company, context: TurnContext) -> Draft:
        """Draft an answer. `background` is the masked question before it, tried when a follow-up alone finds nothing."""
        question = replace(question, text=completed(question.text, background))
        history = self._history(context.recent)
        topic = _topic(history)
        key = _cache_key(question.text, background, topic, context)
        asked: list[Answer] = []

        def search(text: str) -> SearchResult:
            return self._search(text, company, context)

        def reply(text: str, found: SearchResult) -> Answer:
            asked.append(self._answer(text, found, history, company, context))
            return asked[-1]

        def ask(text: str) -> Answer:
            return answer_one_question(text, context.language, search, reply)

        try:
            answer = _answered(question.text, background, topic, ask)
        except SupportError:
            cached = self.cache.get(company.tenant, key, context.now)
            if cached is None:
                return Draft(text="", rung=Rung.TICKET, state=DialogState(), degraded=("knowledge", *_models_in_vain(asked)))
            answer = replace(cached, rung=Rung.CACHE, degraded=(*cached.degraded, "knowledge"))
            return _draft(answer, asked, question, context)
        if not question.originals and _holds_for_others(answer, asked, history):
            self.cache.put(company.tenant, key, answer, context.now)
        return _draft(answer, asked, question, context)

    def _answer(
        self, text: str, found: SearchResult, history: tuple[HistoryLine, ...], company: Company, context: TurnContext
    ) -> Answer:
        # Before a model takes its time: a note that comes late would bring back what was withdrawn meanwhile.
        self.cache.note(company.tenant, found.snapshot, context.now)
        command = AnswerCommand(
            question=text,
            language=context.language,
            found=found,
            company=company,
            history=history,
            deadline_at_ms=context.command.deadline_at_ms,
            user_key=sha256(context.conversation.subject_id.encode()).hexdigest()[:16],
        )
        return replace(self.answerer(command), snapshot=found.snapshot)

    def _search(self, text: str, company: Company, context: TurnContext) -> SearchResult:
        query = SearchQuery(
            tenant=company.tenant,
            text=text,
            language=context.language,
            audiences=frozenset({Audience.PUBLIC}),
            today=_local_day(company, context.now),
            top_k=TOP_K,
        )
        return self.knowledge.search(query, self.search_timeout_s, context.command.correlation_id)

    def _history(self, recent: tuple[Message, ...]) -> tuple[HistoryLine, ...]:
        spoken = [m for m in recent if m.author in (Author.CUSTOMER, Author.BOT, Author.AGENT)][-HISTORY_LINES:]
        return tuple(
            HistoryLine(
                speaker="customer" if m.author is Author.CUSTOMER else "company",
                # Without its number, or the placeholder would be put back as the question's own first one.
                text=_NUMBERED.sub(r"[\1]", self.masker.mask(m.text).text),
            )
            for m in spoken
        )


def _topic(history: tuple[HistoryLine, ...]) -> str:
    """What the customer named last: "保修几年" after "云雀 S3 多少钱" is about that one."""
    topics = (names_in_text(line.text) for line in reversed(history) if line.speaker == "customer")
    return next(filter(None, topics), "")


def _answered(question: str, background: str, topic: str, ask: Callable[[str], Answer]) -> Answer:
    answer = answer_each_question(question, ask, topic)
    return better(answer, lambda: ask(f"{background} {question}")) if background else answer


def _holds_for_others(answer: Answer, asked: list[Answer], history: tuple[HistoryLine, ...]) -> bool:
    """Whether the answer may be given to whoever asks the same: the key tells neither a conversation nor a snapshot."""
    of_this_conversation = bool(history) and any(Rung(one.rung) is Rung.MODEL for one in asked)
    of_one_snapshot = all(one.snapshot == answer.snapshot for one in asked)
    return Rung(answer.rung) in _CACHEABLE and of_one_snapshot and not of_this_conversation


def _models_in_vain(asked: Sequence[Answer]) -> tuple[str, ...]:
    """Return why models that were asked did not answer, whichever try is given: the turn took as long as they did."""
    names = [name for answer in asked for name in answer.degraded if name.startswith(MODEL_IN_VAIN)]
    unused = [_UNUSED] if any(Rung(answer.rung) is Rung.MODEL for answer in asked) else []
    return tuple(dict.fromkeys([*names, *unused]))


def _local_day(company: Company, now: datetime) -> date:
    return now.astimezone(ZoneInfo(company.time_zone)).date()


def _cache_key(question: str, background: str, topic: str, context: TurnContext) -> str:
    folded = " ".join(question.casefold().split())
    parts = (context.command.release, Audience.PUBLIC, context.language, background, topic, folded)
    return sha256("\x1f".join(parts).encode()).hexdigest()


def _draft(answer: Answer, asked: Sequence[Answer], question: Masked, context: TurnContext) -> Draft:
    rung = Rung(answer.rung)
    in_vain = () if rung is Rung.MODEL else _models_in_vain(asked)
    # Every text that the customer sees, or sends by a button, has their own data in it again.
    blocks = tuple(rewritten(block, question.restore) for block in answer.blocks)
    choices = _choices(blocks)
    asked_which = Pending.CHOICE if choices else Pending.NOTHING
    state = DialogState(pending=asked_which, last_question=question.restore(question.text), choices=choices)
    events = ()
    if rung is Rung.REFUSAL:
        state = replace(state, pending=Pending.TICKET_OFFER, summary=context.command.text, choices=())
        blocks = (*blocks, ticket_offer(context.language))
    if rung in UNANSWERED:
        events = ((EventName.QUESTION_UNANSWERED, {"message_id": context.command.message_id, "rung": str(rung)}),)
    return Draft(
        text=question.restore(answer.text),
        rung=rung,
        state=state,
        status=LedgerStatus.REFUSED if rung is Rung.REFUSAL else LedgerStatus.ANSWERED,
        blocks=blocks,
        citations=tuple(replace(citation, above="") for citation in answer.citations),
        confidence=answer.confidence,
        degraded=tuple(dict.fromkeys((*answer.degraded, *in_vain))),
        evidence=_evidence(answer),
        events=events,
        snapshot=answer.snapshot,
    )


def _choices(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    return tuple(choice.value for block in blocks if isinstance(block, ChoiceBlock) for choice in block.choices)


def _evidence(answer: Answer) -> dict[str, object]:
    """Ids and scores, never text: enough to replay the answer."""
    return {
        "snapshot": answer.snapshot,
        "model": answer.model,
        "probability": round(answer.confidence, 4),
        "chunks": [[c.chunk_id, round(c.score, 4)] for c in answer.citations],
    }
