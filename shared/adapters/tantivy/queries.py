"""Questions to tantivy queries: the most telling terms over three fields, and the filters inside the query."""

from datetime import date

from tantivy import FieldType, Occur, Query, Schema, Searcher, TextAnalyzer

from shared.adapters.tantivy.analysis import is_single_character, question_terms
from shared.adapters.tantivy.schema import TEXT_FIELDS
from shared.ports import IndexFilter

# A long question keeps its rarest terms: more of them cost time and let filler words outvote the subject.
_MAX_TERMS = 24
# Beyond the first few, terms that many documents have cost the most time and tell documents apart the least.
_ALWAYS_TERMS = 6
_COMMON_SHARE = 0.1
_FIELD_WEIGHTS = {"title": 1.0, "questions": 1.0, "body": 1.0}
_SINGLE_CHARACTER_WEIGHT = 0.4


def build_query(
    schema: Schema, searcher: Searcher, analyzer: TextAnalyzer, text: str, language: str, where: IndexFilter
) -> Query:
    """A scored match of any term in any field, of documents in `language` that `where` may see."""
    terms = _rarest(searcher, analyzer, question_terms(text))
    if not terms:
        return Query.empty_query()
    # One level: nested alternatives take twice as long to walk.
    match = Query.boolean_query([(Occur.Should, query) for term in terms for query in _term_queries(schema, term)])
    spoken = Query.const_score_query(Query.term_query(schema, "language", language, "basic"), 0.0)
    return Query.boolean_query([(Occur.Must, match), (Occur.Must, spoken), *_exclusions(schema, where)])


def _rarest(searcher: Searcher, analyzer: TextAnalyzer, terms: list[str]) -> list[str]:
    """The indexed terms that fewest documents have: the first few whatever they are, then none that is common."""
    stemmed = dict.fromkeys(word for term in terms for word in analyzer.analyze(term))
    counted = [(sum(searcher.doc_freq(field, term) for field in TEXT_FIELDS), term) for term in stemmed]
    common = _COMMON_SHARE * searcher.num_docs
    indexed = [(count, term) for count, term in sorted(counted) if count]
    return [term for place, (count, term) in enumerate(indexed) if place < _ALWAYS_TERMS or count <= common][:_MAX_TERMS]


def _term_queries(schema: Schema, term: str) -> list[Query]:
    weight = _SINGLE_CHARACTER_WEIGHT if is_single_character(term) else 1.0
    queries = [(Query.term_query(schema, field, term, "freq"), weight * boost) for field, boost in _FIELD_WEIGHTS.items()]
    return [query if boost == 1.0 else Query.boost_query(query, boost) for query, boost in queries]


def _exclusions(schema: Schema, where: IndexFilter) -> list[tuple[Occur, Query]]:
    """What the reader may not see, said as exclusions: through the inverted index they cost only what they exclude."""
    day = date.fromisoformat(where.today).toordinal()
    return [
        (Occur.MustNot, _range(schema, "added_in", lowest=where.snapshot + 1)),
        (Occur.MustNot, _range(schema, "removed_in", highest=where.snapshot)),
        (Occur.MustNot, _range(schema, "valid_from", lowest=day + 1)),
        (Occur.MustNot, _range(schema, "valid_to", highest=day - 1)),
    ]


def _range(schema: Schema, field: str, lowest: int | None = None, highest: int | None = None) -> Query:
    return Query.range_query(schema, field, FieldType.Integer, lowest, highest, use_inverted_index=True)
