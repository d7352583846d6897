"""Ask labelled questions and compare every way of ranking: each leg, reciprocal ranks, weighted sum, and what is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import perf_counter

from shared.domain.fusion import Fused, Scores, leg_scores, reciprocal_ranks, weighted_sum
from shared.domain.knowledge import Audience, Passage, SearchQuery
from shared.domain.language import detect_language
from shared.domain.retrieval_report import LabelledQuestion, Outcome, RetrievalReport, report
from shared.use_cases.search_knowledge import SearchKnowledge

# From this probability on the bot would answer rather than ask back.
ANSWER_FROM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateRetrieval:
    """The corpus is already published for `tenant`. Of identical texts one stands for all: `twins` names the group's first id."""

    search: SearchKnowledge
    tenant: str
    today: date
    twins: dict[str, str]

    def __call__(self, questions: Sequence[LabelledQuestion], threshold: float = ANSWER_FROM) -> RetrievalReport:
        """Ask them all."""
        return report([self._ask(question) for question in questions], threshold)

    def _ask(self, question: LabelledQuestion) -> Outcome:
        query = SearchQuery(
            tenant=self.tenant,
            text=question.text,
            language=detect_language(question.text),
            audiences=frozenset(Audience),
            today=self.today,
            top_k=10,
        )
        began = perf_counter()
        found = self.search.find(query)
        passages = self.search.rank(query, found)
        took_ms = (perf_counter() - began) * 1000
        rankings = {leg: self._ids(_ranked(leg, scores)) for leg, scores in found.legs.items()}
        rankings["reciprocal ranks"] = self._ids(_fused_ids(reciprocal_ranks(found.legs)))
        rankings["weighted sum"] = self._ids(_fused_ids(weighted_sum(found.legs, self.search.profile.legs)))
        rankings["shown"] = self._ids([passage.chunk.chunk_id for passage in passages])
        return Outcome(
            question=LabelledQuestion(
                question_id=question.question_id,
                text=question.text,
                relevant=frozenset(self._ids(sorted(question.relevant))),
                kind=question.kind,
            ),
            rankings=rankings,
            probability=_probability(passages),
            took_ms=took_ms,
        )

    def _ids(self, ids: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self.twins.get(one, one) for one in ids))


def _ranked(leg: str, scores: Scores) -> list[str]:
    return list(leg_scores(leg, scores))


def _fused_ids(fused: Sequence[Fused]) -> list[str]:
    return [one.chunk_id for one in fused]


def _probability(passages: Sequence[Passage]) -> float:
    return passages[0].probability if passages else 0.0
