"""Measures of a ranking, on cases worked out by hand."""

import math

import pytest

from shared.domain.retrieval_report import LabelledQuestion, Outcome, calibration_error, measure, report


def test_first_place_is_perfect():
    assert measure([(["a", "b"], frozenset({"a"}))]).ndcg_at_10 == 1.0


def test_third_place():
    one = measure([(["x", "y", "a"], frozenset({"a"}))])
    assert (one.recall_at_1, one.recall_at_5) == (0.0, 1.0)
    assert one.mrr_at_10 == pytest.approx(1 / 3)
    assert one.ndcg_at_10 == pytest.approx(1 / math.log2(4))


def test_several_right_ids_share_the_ideal():
    one = measure([(["a", "x", "b"], frozenset({"a", "b"}))])
    assert one.ndcg_at_10 == pytest.approx((1 + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))


def test_the_eleventh_place_is_too_late():
    ranked = [f"x{n}" for n in range(10)] + ["a"]
    assert measure([(ranked, frozenset({"a"}))]).mrr_at_10 == 0.0


def test_calibration_error_is_the_gap_between_what_is_said_and_what_is_right():
    assert calibration_error([(0.75, True)] * 3 + [(0.75, False)]) == pytest.approx(0.0)
    assert calibration_error([(0.95, False)] * 4) == pytest.approx(0.95)


def outcome(question_id, relevant, ranked, probability, kind="own_words"):
    question = LabelledQuestion(question_id=question_id, text="?", relevant=frozenset(relevant), kind=kind)
    return Outcome(question=question, rankings={"shown": ranked}, probability=probability)


def test_questions_that_nothing_answers_are_reported_apart():
    found = report([outcome("1", ["a"], ["a"], 0.9), outcome("2", [], ["a"], 0.2), outcome("3", [], ["b"], 0.8)], 0.5)
    assert found.measures["shown"]["all"].questions == 1
    assert found.unanswerable is not None
    assert (found.unanswerable.questions, found.unanswerable.refused_share) == (2, 0.5)
    assert found.unanswerable.mean_probability == pytest.approx(0.5)


def test_every_kind_has_its_own_row():
    found = report([outcome("1", ["a"], ["a"], 0.9, "title"), outcome("2", ["a"], ["x"], 0.1, "paraphrase")], 0.5)
    assert {kind: one.recall_at_1 for kind, one in found.measures["shown"].items()} == {
        "all": 0.5,
        "paraphrase": 0.0,
        "title": 1.0,
    }


def test_no_questions_at_all_is_no_error():
    assert report([], 0.5).measures == {}
