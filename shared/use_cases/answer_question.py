"""Answer one question from what was found, down an honest ladder: fact, model, extractive quotation, did-you-mean, no."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from shared.domain.answering import (
    Band,
    ErrorCosts,
    Refusal,
    decide_band,
    did_you_mean,
    from_draft,
    from_facts,
    refuse,
)
from shared.domain.blocks import Answer
from shared.domain.conversation import Rung
from shared.domain.errors import SupportError
from shared.domain.guard import Evidence, GuardRules, inspect, is_injection
from shared.domain.own_record import asks_for_own_record
from shared.domain.reply import MODEL_IN_VAIN, ReplyDraft, ReplyRequest
from shared.domain.wording import host
from shared.ports import AnswerCommand, ReplyModel


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """`extractive` is the rung that cannot fail; `model` is tried before it where one is configured.

    `model_floor`: below this chance that the evidence answers at all, the model is not asked. `secrets`: texts (the
    prompt) that no answer may repeat. Calling again with the same command gives the same answer unless a model drafts it.
    """

    extractive: ReplyModel
    model: ReplyModel | None = None
    costs: ErrorCosts = field(default_factory=ErrorCosts)
    rules: GuardRules = field(default_factory=GuardRules)
    model_floor: float = 0.15
    secrets: tuple[str, ...] = ()

    def __call__(self, command: AnswerCommand) -> Answer:
        """Return an Answer from one rung; raises nothing of a model: its failure is the next rung, named in `degraded`."""
        degraded = command.found.degraded
        if is_injection(command.question):
            return refuse(command.language, degraded=degraded, why=Refusal.REQUEST)
        if asks_for_own_record(command.question):
            return refuse(command.language, degraded=degraded, why=Refusal.OWN_RECORD)
        facts = command.found.facts
        fact = from_facts(facts, command.question, command.language, degraded) if facts else None
        if fact:
            return fact
        if not command.found.passages:
            return refuse(command.language, degraded=degraded)
        request = _request(command)
        quoted = self.extractive.reply(request, _unheard)
        if self.model and quoted.probability >= self.model_floor:
            answer, reason = self._from_model(self.model, request, quoted, command)
            if answer:
                return answer
            degraded = (*degraded, reason)
        return self._from_quotation(quoted, command, degraded)

    def _from_model(
        self, model: ReplyModel, request: ReplyRequest, quoted: ReplyDraft, command: AnswerCommand
    ) -> tuple[Answer | None, str]:
        """Return the model's guarded answer, or None and why the next rung must answer."""
        try:
            draft = model.reply(request, _unheard)
        except SupportError as error:
            return None, MODEL_IN_VAIN + error.code
        if draft.abstained:
            return None, MODEL_IN_VAIN + "abstained"
        violations = inspect(draft.text, bool(draft.cited), _evidence(draft, command, self.secrets), self.rules)
        if violations:
            return None, MODEL_IN_VAIN + violations[0]
        sure = replace(draft, probability=max(draft.probability, quoted.probability))
        return from_draft(sure, command.found.passages, Rung.MODEL, command.found.degraded), ""

    def _from_quotation(self, quoted: ReplyDraft, command: AnswerCommand, degraded: tuple[str, ...]) -> Answer:
        passages = command.found.passages
        band = Band.REFUSE if quoted.abstained else decide_band(quoted.probability, self.costs)
        if band is Band.ANSWER:
            return from_draft(quoted, passages, Rung.EXTRACTIVE, degraded)
        if band is Band.CLARIFY:
            first = [passages[index] for index in quoted.cited]
            rest = [passage for index, passage in enumerate(passages) if index not in quoted.cited]
            return did_you_mean((*first, *rest), command.language, quoted.probability, degraded)
        return refuse(command.language, confidence=quoted.probability, degraded=degraded)


def _request(command: AnswerCommand) -> ReplyRequest:
    company = command.company
    return ReplyRequest(
        question=command.question,
        language=command.language,
        company_name=company.text(company.name, command.language),
        passages=command.found.passages,
        facts=command.found.facts,
        history=command.history,
        deadline_at_ms=command.deadline_at_ms,
        user_key=command.user_key,
        synonyms=tuple(group for groups in company.synonyms.values() for group in groups),
    )


def _evidence(draft: ReplyDraft, command: AnswerCommand, secrets: tuple[str, ...]) -> Evidence:
    chunks = [passage.chunk for passage in command.found.passages]
    cited = [chunks[index] for index in draft.cited]
    return Evidence(
        texts=tuple("\n".join((chunk.document_title, *chunk.heading_path, chunk.title, chunk.text)) for chunk in cited),
        question=command.question,
        own_hosts=frozenset(host(chunk.source_url) for chunk in chunks if chunk.source_url),
        secrets=secrets,
    )


_unheard: Callable[[str], None] = lambda _text: None  # noqa: E731 - nothing is shown before the guard has read all of it
