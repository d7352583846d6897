"""Fusing the legs of a search."""

import pytest

from shared.domain.fusion import leg_scores, logistic, reciprocal_ranks, weighted_sum


def order(fused):
    return [one.chunk_id for one in fused]


def test_a_legs_best_is_one_and_its_worst_is_zero():
    scores = leg_scores("keyword", {"a": 12.0, "b": 7.0, "c": 2.0})
    assert [(scores[i].normalised, scores[i].rank, scores[i].raw) for i in "abc"] == [
        (1.0, 1, 12.0),
        (0.5, 2, 7.0),
        (0.0, 3, 2.0),
    ]


def test_a_single_hit_and_equal_hits_count_in_full():
    assert leg_scores("body", {"a": -3.0})["a"].normalised == 1.0
    assert {score.normalised for score in leg_scores("body", {"a": 2.0, "b": 2.0}).values()} == {1.0}


def test_a_leg_without_hits_takes_nothing_from_the_others():
    alone = weighted_sum({"body": {"a": 0.9, "b": 0.5}}, {"body": 1.0, "keyword": 1.0})
    with_empty = weighted_sum({"body": {"a": 0.9, "b": 0.5}, "keyword": {}}, {"body": 1.0, "keyword": 1.0})
    assert [one.score for one in alone] == [one.score for one in with_empty] == [1.0, 0.0]


def test_weights_decide_between_legs_that_disagree():
    legs = {"keyword": {"a": 10.0, "b": 1.0}, "body": {"a": 0.1, "b": 0.9}}
    assert order(weighted_sum(legs, {"keyword": 0.6, "body": 1.0})) == ["b", "a"]
    assert order(weighted_sum(legs, {"keyword": 1.0, "body": 0.6})) == ["a", "b"]


def test_the_size_of_a_lead_counts_in_the_weighted_sum_but_not_in_reciprocal_ranks():
    legs = {"keyword": {"a": 100.0, "b": 11.0, "c": 10.0}, "body": {"b": 0.80, "a": 0.79, "c": 0.1}}
    assert order(weighted_sum(legs, {"keyword": 1, "body": 1}))[0] == "a"
    ranks = {one.chunk_id: one.score for one in reciprocal_ranks(legs)}
    assert ranks["a"] == pytest.approx(ranks["b"])


def test_every_leg_that_found_a_chunk_is_told():
    best = weighted_sum({"keyword": {"a": 3.0}, "body": {"a": 0.9, "b": 0.2}}, {"keyword": 1, "body": 1})[0]
    assert {score.leg for score in best.legs} == {"keyword", "body"}
    assert (best.raw("body"), best.raw("title", absent=-1), best.normalised("title")) == (0.9, -1, 0.0)


def test_ties_are_broken_the_same_way_each_time():
    legs = {"keyword": {"b": 1.0, "a": 1.0}}
    assert order(weighted_sum(legs, {"keyword": 1})) == order(reciprocal_ranks({"keyword": {"a": 1.0, "b": 0.9}})) == ["a", "b"]


def test_nothing_found_is_no_error():
    assert weighted_sum({}, {}) == reciprocal_ranks({"keyword": {}}) == []


def test_probability_rises_with_the_evidence_and_stays_a_probability():
    coefficients = {"intercept": -5.0, "cosine": 8.0}
    values = [logistic(coefficients, {"cosine": cosine, "unknown": 99.0}) for cosine in (-1e9, 0.2, 0.6, 0.9, 1e9)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1
