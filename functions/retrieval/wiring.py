"""What a search is made of, on whatever ports it is given, on AWS and on one machine alike."""

from concurrent.futures import Executor
from dataclasses import dataclass

from shared.adapters.ranking.profile import load_profile
from shared.domain.knowledge import FactAnswer, SearchQuery
from shared.ports import CompanyStore, Embedder, HybridIndex, KeywordIndex, KnowledgeStore, PassageReader, Reranker, VectorIndex
from shared.use_cases.look_up_facts import LookUpFacts
from shared.use_cases.search_knowledge import SearchKnowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPorts:
    """Everything that a search needs from outside. `executor` has at least four threads."""

    knowledge: KnowledgeStore
    keyword: KeywordIndex
    vectors: VectorIndex
    embedder: Embedder | None
    reranker: Reranker | None
    reader: PassageReader | None
    companies: CompanyStore
    executor: Executor
    hybrid: HybridIndex | None = None
    leg_timeout_s: float = 1.0


def build_search(ports: SearchPorts) -> SearchKnowledge:
    """Return the search of the release."""
    facts = LookUpFacts(knowledge=ports.knowledge)

    def look_up_facts(query: SearchQuery, snapshot: int) -> FactAnswer:
        synonyms = ports.companies.get(query.tenant).synonyms.values()
        groups = tuple(group for of_language in synonyms for group in of_language)
        return facts(query.tenant, query.text, today=query.today, audiences=query.audiences, snapshot=snapshot, synonyms=groups)

    return SearchKnowledge(
        knowledge=ports.knowledge,
        keyword=ports.keyword,
        vectors=ports.vectors,
        embedder=ports.embedder,
        reranker=ports.reranker,
        reader=ports.reader,
        executor=ports.executor,
        hybrid=ports.hybrid,
        profile=load_profile(),
        companies=ports.companies,
        look_up_facts=look_up_facts,
        leg_timeout_s=ports.leg_timeout_s,
    )
