from pathlib import Path

import pytest

from benchmarks import quality
from benchmarks.quality import NoDataError, answers_body, retrieval_body
from shared.domain.retrieval_report import LabelledQuestion, Outcome, report

_SUMS = {"questions": 4, "right": 2, "wrong": 1, "asked_back": 1, "offered": 1, "refused": 0, "cited_right": 2}
_NONE = {"questions": 3, "right": 0, "wrong": 0, "asked_back": 0, "offered": 0, "refused": 3, "cited_right": 0}


def _outcome(kind: str, ranked: list[str]) -> Outcome:
    question = LabelledQuestion(question_id="q", text="?", relevant=frozenset({"a"}), kind=kind)
    return Outcome(question=question, rankings={"keyword": ranked, "shown": ["a"]}, probability=0.9)


def test_the_retrieval_table_has_a_row_for_every_set_kind_and_ranking() -> None:
    found = report([_outcome("title", ["b", "a"]), _outcome("paraphrase", ["a"])], threshold=0.5)

    written = retrieval_body({"zh": found}, "2026-11-22")

    assert "| Chinese support FAQ; title; keyword | 1 | 0.000 | 1.000 | 0.500 | 0.631 |" in written
    assert "| Chinese support FAQ; all; keyword | 2 | 0.500 | 1.000 | 0.750 | 0.815 |" in written
    assert "| Chinese support FAQ; paraphrase; shown | 1 | 1.000 | 1.000 | 1.000 | 1.000 |" in written
    assert "Measured 2026-11-22" in written


def test_the_same_questions_over_opensearch_stand_in_the_same_table_with_what_they_lose() -> None:
    embedded = report([_outcome("title", ["a"]), _outcome("title", ["a"])], threshold=0.5)
    there = report([_outcome("title", ["b", "a"]), _outcome("title", ["a"])], threshold=0.5)

    written = retrieval_body({"zh": embedded, "zh-opensearch": there}, "2026-11-22")

    assert "| Chinese support FAQ, on OpenSearch; all; keyword | 2 | 0.500 | 1.000 | 0.750 | 0.815 |" in written
    assert "on OpenSearch; title" not in written
    assert "| Chinese support FAQ | 1.000 | 1.000 | +0.000 | met |" in written


def test_without_opensearch_nothing_is_said_of_it() -> None:
    written = retrieval_body({"zh": report([_outcome("title", ["a"])], threshold=0.5)}, "2026-11-22")

    assert "| embedded | OpenSearch |" not in written


def test_the_answers_table_gives_the_share_that_each_part_is_judged_by() -> None:
    sums = {"all": _SUMS, "kinds": {"price": _SUMS}, "languages": {"zh": _SUMS}}
    refused = {"all": _NONE, "kinds": {}, "languages": {}}

    written = answers_body({"answerable": sums, "refused": refused}, "samples/x", "2026-11-22")

    assert "| price | 4 | 50% | 2 | 1 | 1 | 1 | 0 | 67% |" in written
    assert "| all | 3 | 100% | 0 | 0 | 0 | 0 | 3 | - |" in written


def test_missing_development_data_is_said_with_the_setting_that_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_SHARED", str(tmp_path))

    with pytest.raises(NoDataError, match="KEFU_SHARED"):
        quality.shared_data()
