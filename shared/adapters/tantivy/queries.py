"""Questions to tantivy queries: the most telling terms over three fields, and the filters inside the query."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from tantivy import DocAddress, FieldType, Occur, Query, Schema, Searcher, TextAnalyzer

from shared.adapters.tantivy.analysis import is_single_character, question_terms
from shared.adapters.tantivy.schema import TEXT_FIELDS, visible
from shared.ports import IndexFilter

# A long question keeps its rarest terms: more of them cost time and let filler words outvote the subject.
_MAX_TERMS = 24
# Beyond the first few, terms that many documents have cost the most time and tell documents apart the least.
_ALWAYS_TERMS = 6
_COMMON_SHARE = 0.1
_FIELD_WEIGHTS = {"title": 1.0, "questions": 1.0, "body": 1.0}
_SINGLE_CHARACTER_WEIGHT = 0.4
_TERMS_KEPT, _FILTERS_KEPT = 4_000, 16

# Hits beyond those wanted, in place of hidden ones.
_SPARE = 4

Clause = tuple[Occur, Query]
Hit = tuple[float, DocAddress]


class CommitQueries:
    """Queries over one commit of an index. Safe to use from several threads.

    What it learned of terms is kept: the same few thousand are asked for again and again.
    """

    def __init__(self, schema: Schema, searcher: Searcher, analyzer: TextAnalyzer) -> None:
        self.searcher = searcher
        self._common = _COMMON_SHARE * searcher.num_docs
        self._stems = lru_cache(maxsize=_TERMS_KEPT)(partial(_stems, analyzer))
        self._term = lru_cache(maxsize=_TERMS_KEPT)(partial(_term, schema, searcher))
        self._filters = lru_cache(maxsize=_FILTERS_KEPT)(partial(_filters, schema))

    def best(self, text: str, language: str, where: IndexFilter, k: int) -> list[Hit]:
        """The best `k` matches of any term in any field, of documents in `language` that `where` may see.

        Alternatives alone are walked without looking at what cannot come first; beside a filter all of them are scored. So
        hidden ones are dropped afterwards, and only where too few are left the filters go into the query.
        """
        terms = self._rarest(question_terms(text))
        if not terms:
            return []
        # One level: nested alternatives take twice as long to walk.
        match = Query.boolean_query([clause for term in terms for clause in term.clauses])
        wanted = k + k // 4 + _SPARE
        hits = self._hits(match, wanted)
        day = date.fromisoformat(where.today).toordinal()
        shown = visible(self.searcher, [address for _, address in hits], language, where.snapshot, day)
        seen = [hit for hit, may in zip(hits, shown, strict=True) if may]
        if len(seen) >= k or len(hits) < wanted:
            return seen[:k]
        return self._hits(Query.boolean_query([(Occur.Must, match), *self._filters(language, where.snapshot, day)]), k)

    def _hits(self, query: Query, k: int) -> list[Hit]:
        return self.searcher.search(query, k, count=False).hits

    def _rarest(self, terms: list[str]) -> list["_Term"]:
        """The indexed terms that fewest documents have: the first few whatever they are, then none that is common."""
        stemmed = dict.fromkeys(word for term in terms for word in self._stems(term))
        found = ((self._term(word), word) for word in stemmed)
        indexed = sorted((term.documents, word, term) for term, word in found if term.documents)
        rare = [term for place, (count, _, term) in enumerate(indexed) if place < _ALWAYS_TERMS or count <= self._common]
        return rare[:_MAX_TERMS]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Term:
    """`documents`: in how many documents it stands, counted once for each field; `clauses`: its queries of those fields."""

    documents: int
    clauses: tuple[Clause, ...]


def _stems(analyzer: TextAnalyzer, term: str) -> tuple[str, ...]:
    return tuple(analyzer.analyze(term))


def _term(schema: Schema, searcher: Searcher, term: str) -> _Term:
    """A field that never has the term is left out: looking for it in every segment costs as much as finding it."""
    weight = _SINGLE_CHARACTER_WEIGHT if is_single_character(term) else 1.0
    documents = {field: searcher.doc_freq(field, term) for field in TEXT_FIELDS}
    clauses = (_clause(schema, field, term, weight * _FIELD_WEIGHTS[field]) for field, count in documents.items() if count)
    return _Term(documents=sum(documents.values()), clauses=tuple(clauses))


def _clause(schema: Schema, field: str, term: str, boost: float) -> Clause:
    query = Query.term_query(schema, field, term, "freq")
    return Occur.Should, query if boost == 1.0 else Query.boost_query(query, boost)


def _filters(schema: Schema, language: str, snapshot: int, day: int) -> tuple[Clause, ...]:
    spoken = Query.const_score_query(Query.term_query(schema, "language", language, "basic"), 0.0)
    return (Occur.Must, spoken), *_exclusions(schema, snapshot, day)


def _exclusions(schema: Schema, snapshot: int, day: int) -> list[Clause]:
    """What the reader may not see, said as exclusions: through the inverted index they cost only what they exclude."""
    return [
        (Occur.MustNot, _range(schema, "added_in", lowest=snapshot + 1)),
        (Occur.MustNot, _range(schema, "removed_in", highest=snapshot)),
        (Occur.MustNot, _range(schema, "valid_from", lowest=day + 1)),
        (Occur.MustNot, _range(schema, "valid_to", highest=day - 1)),
    ]


def _range(schema: Schema, field: str, lowest: int | None = None, highest: int | None = None) -> Query:
    return Query.range_query(schema, field, FieldType.Integer, lowest, highest, use_inverted_index=True)
