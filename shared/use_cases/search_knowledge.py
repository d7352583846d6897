"""Find the passages that answer a question: legs side by side, fused, without duplicates, with a calibrated probability."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import dataclass, field
from heapq import nlargest
from time import perf_counter
from typing import Generic, TypeVar

from shared.domain.errors import NotFoundError, SupportError
from shared.domain.fusion import RankingProfile, Scores, weighted_sum
from shared.domain.knowledge import Chunk, FactAnswer, Passage, SearchQuery, SearchResult
from shared.domain.ranking import rank_passages, read_closely, reread, worth_reading, worth_rereading
from shared.domain.synonyms import expanded
from shared.ports import (
    CompanyStore,
    Embedder,
    HybridIndex,
    IndexFilter,
    KeywordIndex,
    KnowledgeStore,
    LegHit,
    PassageReader,
    Reranker,
    Vector,
    VectorIndex,
)

T = TypeVar("T")
# A question and the snapshot to read, to the exact answer of that snapshot's fact tables.
LookUpFacts = Callable[[SearchQuery, int], FactAnswer | None]

# How many hits each leg gives to fusion, and how many fused ones are read and looked at closely.
_LEG_DEPTH = 32
_READ = 16
_READ_OF_VECTORS = 8
# A reranker can tell what a vector of a whole text cannot, so more of them are read for it.
_READ_FOR_RERANKER = 30
_PARTS = ("title", "body")
# How many of the best a reranker reads, and how many more in another language than the question's, which keywords never lift.
_REREAD, _REREAD_FOREIGN = 12, 6
# Of its time-out, what a reranker may spend on beginning to read: a slow machine then compares some, rather than none in time.
_READING_SHARE = 0.5
# How many of the best after that a reader reads together with the question, and how many in another language at least: what
# a reranker knows of those is less, and they came sixth to tenth too often.
_READ_CLOSELY, _READ_CLOSELY_FOREIGN = 6, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What each leg found (chunk id to its own score), the facts, and which legs are missing; a reranker adds to the latter."""

    legs: Mapping[str, Scores]
    facts: FactAnswer | None
    snapshot: int
    degraded: list[str]
    took_ms: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchKnowledge:
    """Ports, and the weights of the release. `embedder` None: the machine has no model, keywords alone answer.

    `executor` runs the legs; made once by the composition, with at least four threads. `leg_timeout_s` bounds each leg.
    A leg that fails or is late leaves its name in `SearchResult.degraded`; the others answer. Raises
    DependencyUnavailableError only when the KnowledgeStore itself does not answer. `hybrid`, where one engine serves all
    legs, is asked instead of `keyword` and `vectors`: one round trip. `reader` reads what `reranker` puts first.
    """

    knowledge: KnowledgeStore
    keyword: KeywordIndex
    vectors: VectorIndex
    embedder: Embedder | None
    executor: Executor
    profile: RankingProfile
    companies: CompanyStore | None = None
    look_up_facts: LookUpFacts | None = None
    reranker: Reranker | None = None
    reader: PassageReader | None = None
    hybrid: HybridIndex | None = None
    leg_timeout_s: float = 1.0

    def __call__(self, query: SearchQuery) -> SearchResult:
        """Return at most `query.top_k` passages that the query's audiences may see in its snapshot on its day."""
        found = self.find(query)
        return SearchResult(
            passages=self.rank(query, found, query.top_k),
            snapshot=found.snapshot,
            facts=found.facts,
            degraded=tuple(found.degraded),
            took_ms=found.took_ms,
        )

    def find(self, query: SearchQuery) -> Found:
        """Ask every leg; the two vector legs wait for the question's vector, which is made once."""
        where = self._where(query)
        race = _Race(executor=self.executor, timeout_s=self.leg_timeout_s)
        facts = race.start("facts", self.look_up_facts, query, where.snapshot) if self.look_up_facts is not None else None
        hits = self._side_by_side(race, query, where) if self.hybrid is None else self._together(race, self.hybrid, query, where)
        return Found(
            legs={leg: _scores(found) for leg, found in hits.items()},
            facts=None if facts is None else race.result(facts, None),
            snapshot=where.snapshot,
            degraded=race.degraded,
            took_ms=race.took_ms,
        )

    def rank(self, query: SearchQuery, found: Found, limit: int | None = None) -> tuple[Passage, ...]:
        """Fuse the legs, read the best chunks and return the best `limit` of them by a closer look."""
        fused = weighted_sum(found.legs, self.profile.legs, _READ, self._best_of_vectors(found))
        chunks = self.knowledge.chunks(query.tenant, [one.chunk_id for one in fused])
        readable = [
            (one, chunks[one.chunk_id])
            for one in fused
            if one.chunk_id in chunks and _may_see(chunks[one.chunk_id], query, found.snapshot)
        ]
        if self.reranker is None:
            return tuple(rank_passages(query, readable, self.profile, limit))
        ranked = rank_passages(query, readable, self.profile)
        return tuple(self._reread(self.reranker, query, ranked, found)[:limit])

    def _reread(self, reranker: Reranker, query: SearchQuery, ranked: list[Passage], found: Found) -> list[Passage]:
        first, rest = worth_rereading(query, ranked, _REREAD, _REREAD_FOREIGN)
        race = _Race(executor=self.executor, timeout_s=self.leg_timeout_s, degraded=found.degraded, took_ms=found.took_ms)
        chunks = [passage.chunk for passage in first]
        patience_s = _READING_SHARE * self.leg_timeout_s
        closeness = race.result(race.start("reranker", reranker.compare, query.text, query.language, chunks, patience_s), ())
        if not closeness:
            return ranked
        if len(closeness) < len(first):
            found.degraded.append("reranker")
        read, unread = first[: len(closeness)], first[len(closeness) :]
        return [*self._read_closely(race, query, reread(query, read, closeness, self.profile)), *unread, *rest]

    def _read_closely(self, race: "_Race", query: SearchQuery, passages: list[Passage]) -> list[Passage]:
        if self.reader is None:
            return passages
        first, rest = worth_reading(query, passages, _READ_CLOSELY, _READ_CLOSELY_FOREIGN)
        chunks = [passage.chunk for passage in first]
        verdicts = race.result(race.start("reader", self.reader.read, query.text, query.language, chunks), ())
        return read_closely(query, [*first, *rest], verdicts, self.profile) if verdicts else passages

    def _best_of_vectors(self, found: Found) -> set[str]:
        """The best of each vector leg: an entry in another language has no keyword score to lift it."""
        deep = _READ_OF_VECTORS if self.reranker is None else _READ_FOR_RERANKER
        legs = [found.legs.get(part, {}) for part in _PARTS]
        return {chunk_id for scores in legs for chunk_id in nlargest(deep, scores, key=scores.__getitem__)}

    def _where(self, query: SearchQuery) -> IndexFilter:
        snapshot = query.snapshot if query.snapshot is not None else self.knowledge.snapshot(query.tenant).published
        return IndexFilter(tenant=query.tenant, audiences=query.audiences, snapshot=snapshot, today=query.today.isoformat())

    def _side_by_side(self, race: "_Race", query: SearchQuery, where: IndexFilter) -> Mapping[str, Sequence[LegHit]]:
        keyword = race.start("keyword", self._by_keyword, query, where)
        vector = self._embed(race, query.text)
        parts = {} if vector is None else race.answered(_PARTS, lambda: self._by_vector(vector, where))
        return {"keyword": race.result(keyword, ()), **parts}

    def _together(
        self, race: "_Race", hybrid: HybridIndex, query: SearchQuery, where: IndexFilter
    ) -> Mapping[str, Sequence[LegHit]]:
        vector = self._embed(race, query.text)
        names = ("keyword",) if vector is None else ("keyword", *_PARTS)

        def ask() -> Mapping[str, Sequence[LegHit]]:
            text = expanded(query.text, self._synonyms(query))
            return hybrid.search_legs(text, query.language, vector, where, _LEG_DEPTH)

        return race.answered(names, ask)

    def _embed(self, race: "_Race", text: str) -> Vector | None:
        if self.embedder is None:
            race.degraded.append("embedder")
            return None
        vectors = race.result(race.start("embedder", self.embedder.embed_queries, [text]), ())
        return vectors[0] if len(vectors) else None

    def _by_keyword(self, query: SearchQuery, where: IndexFilter) -> tuple[LegHit, ...]:
        text = expanded(query.text, self._synonyms(query))
        return self.keyword.search(text, query.language, where, _LEG_DEPTH)

    def _by_vector(self, vector: Vector, where: IndexFilter) -> Mapping[str, Sequence[LegHit]]:
        """Ask for both parts in one thread: a hop between threads costs more than a search of one of them."""
        found: dict[str, Sequence[LegHit]] = {}
        for part in _PARTS:
            with suppress(SupportError):
                found[part] = self.vectors.search(vector, part, where, _LEG_DEPTH)
        return found

    def _synonyms(self, query: SearchQuery) -> Sequence[Sequence[str]]:
        if self.companies is None:
            return ()
        try:
            return self.companies.get(query.tenant).synonyms.get(query.language, ())
        except NotFoundError:
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leg(Generic[T]):
    name: str
    began: float
    future: Future[T]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Race:
    """Legs under way, each with its own time-out from its start; who was late or failed, and how long each took."""

    executor: Executor
    timeout_s: float
    degraded: list[str] = field(default_factory=list)
    took_ms: dict[str, float] = field(default_factory=dict)

    def start(self, name: str, function: Callable[..., T], *arguments: object) -> _Leg[T]:
        return _Leg(name=name, began=perf_counter(), future=self.executor.submit(function, *arguments))

    def result(self, leg: _Leg[T], missing: T) -> T:
        """Wait for a leg; `missing` when it failed or is late."""
        try:
            return leg.future.result(timeout=max(0.0, leg.began + self.timeout_s - perf_counter()))
        except (SupportError, FutureTimeoutError):
            leg.future.cancel()
            self.degraded.append(leg.name)
            return missing
        finally:
            self.took_ms[leg.name] = round((perf_counter() - leg.began) * 1000, 2)

    def answered(self, names: Sequence[str], ask: Callable[[], Mapping[str, Sequence[LegHit]]]) -> dict[str, Sequence[LegHit]]:
        """Wait for several legs that come by one call; each that is not in its answer is missing, as `result` says it."""
        trip = _Race(executor=self.executor, timeout_s=self.timeout_s)
        found = trip.result(trip.start("trip", ask), {})
        self.degraded.extend(name for name in names if name not in found)
        self.took_ms.update(dict.fromkeys(names, trip.took_ms["trip"]))
        return {name: found.get(name, ()) for name in names}


def _scores(hits: Sequence[LegHit]) -> Scores:
    return {hit.chunk_id: hit.score for hit in hits}


def _may_see(chunk: Chunk, query: SearchQuery, snapshot: int) -> bool:
    """The engines have filtered already; an index that lags behind the store must still never show what it may not."""
    return (
        chunk.audience in query.audiences
        and chunk.added_in <= snapshot
        and (chunk.removed_in is None or snapshot < chunk.removed_in)
        and (chunk.valid_from is None or chunk.valid_from <= query.today)
        and (chunk.valid_to is None or query.today <= chunk.valid_to)
    )
