import pytest

from benchmarks.contest import ratio_of_rounds, spread
from benchmarks.search_speed import goals


def _size(size: int, cpu_ms: float, llamaindex: float, langchain: float) -> dict[str, object]:
    ratios = {
        name: {"median": ratio, "lowest": ratio, "highest": ratio}
        for name, ratio in (("llamaindex", llamaindex), ("langchain", langchain))
    }
    return {"size": size, "engines": {"kefu": {"cpu_ms": {"mean": cpu_ms}}}, "ratios": ratios}


def test_the_99th_percentile_of_a_hundred_is_the_largest() -> None:
    assert spread([float(value) for value in range(1, 101)]) == {"median": 50.5, "mean": 50.5, "p99": 100.0}


def test_a_ratio_compares_only_the_questions_that_both_answered_in_the_same_round() -> None:
    slow_peer = [[10.0], [30.0, 30.0], [8.0]]
    ours = [[2.0, 99.0], [3.0, 3.0, 99.0], [2.0, 99.0]]

    assert ratio_of_rounds(slow_peer, ours) == {"median": 5.0, "lowest": 4.0, "highest": 10.0}


def test_goals_are_met_at_their_limit_and_missed_beyond_it() -> None:
    met = goals([_size(1_000, 0.2, 9, 9), _size(100_000, 5.0, 4.0, 50.0)])
    missed = goals([_size(1_000, 0.2, 9, 9), _size(100_000, 5.1, 3.9, 49.9)])

    assert [verdict for _, _, verdict in met] == ["met"] * 4
    assert [verdict for _, _, verdict in missed] == ["**missed**"] * 4


@pytest.mark.parametrize("sizes", [[], [_size(1_000, 0.2, 9, 9)]])
def test_goals_for_sizes_that_were_not_run_are_called_not_measured(sizes: list[dict[str, object]]) -> None:
    assert {(measured, verdict) for _, measured, verdict in goals(sizes)} == {("not measured", "-")}
