"""The server's own analysis finds as well as the embedded one, on questions of real support pages."""

import math
from statistics import fmean

import pytest

from local.evaluate_retrieval import read_entries, read_questions, to_chunk
from shared.adapters.tantivy.keyword_index import TantivyKeywordIndex
from shared.domain.language import detect_language
from tests.contract.index_adapters import where

_TENANT = "evaluation"
_QUESTIONS = 200


def ndcg_at_10(ranked, relevant):
    gain = sum(1 / math.log2(place + 2) for place, one in enumerate(ranked[:10]) if one in relevant)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(10, len(relevant))))


def mean_ndcg(index, questions):
    def ranked(text):
        return [hit.chunk_id for hit in index.search(text, detect_language(text), where(_TENANT), 10)]

    return fmean(ndcg_at_10(ranked(question.text), question.relevant) for question in questions)


@pytest.mark.shared_data
@pytest.mark.parametrize("language", ["zh", "en"])
def test_keywords_lose_less_than_a_point_of_ndcg_against_the_embedded_index(keyword, shared_folder, language):
    data = shared_folder / "data" / "support_faq" / language
    chunks = [to_chunk(entry, place, False) for place, entry in enumerate(read_entries(data))]
    questions = [question for question in read_questions(data / "queries.jsonl") if question.relevant][:_QUESTIONS]
    embedded = TantivyKeywordIndex(None)
    for index in (embedded, keyword):
        index.apply(_TENANT, chunks, {})
    assert mean_ndcg(keyword, questions) >= mean_ndcg(embedded, questions) - 0.01
