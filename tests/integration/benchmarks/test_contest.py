"""A small run of the benchmark: that it works and what it returns, never how long anything takes."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import environments, report, search_speed
from benchmarks.contest import CONTESTANTS, OURS, PEERS, ContestantFailedError, Effort, measure

# One worker: the peers' environments are made at first use.
pytestmark = pytest.mark.xdist_group("bench")

SIZE = 1_000
SMALL = Effort(seconds=20.0, rounds=2, questions=12)
_SPREAD = {"median", "mean", "p99"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corpora")


@pytest.fixture(scope="module")
def measured(folder: Path) -> dict[str, Any]:
    missing = [peer for peer in PEERS if not environments.is_ready(peer)]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"NOT RUN: no environment for {', '.join(missing)}; `make bench` makes them")
    return measure(SIZE, SMALL, folder)


def test_our_search_finds_the_answers_and_no_hidden_copy(folder: Path) -> None:
    """A hidden copy among the passages, or a missing leg, would end the contestant's process."""
    engine = measure(SIZE, SMALL, folder, names=[OURS])["engines"][OURS]

    assert engine["queries"] == 12
    assert engine["hit_at_10"] >= 0.9


def test_every_contestant_answers_the_same_questions_well(measured: dict[str, Any]) -> None:
    engines = measured["engines"]

    assert list(engines) == list(CONTESTANTS)
    assert {engine["queries"] for engine in engines.values()} == {12}
    assert all(engine["hit_at_10"] >= 0.9 for engine in engines.values())


def test_every_contestant_has_cpu_wall_build_memory_and_versions(measured: dict[str, Any]) -> None:
    for engine in measured["engines"].values():
        assert engine["cpu_ms"].keys() == engine["wall_ms"].keys() == _SPREAD
        assert all(engine["cpu_ms"][key] > 0 and engine["wall_ms"][key] > 0 for key in _SPREAD)
        assert engine["build_cpu_s"] > 0
        assert engine["grown_mb"] > 0
        assert engine["versions"]["numpy"]


def test_there_is_a_ratio_with_its_range_for_every_peer(measured: dict[str, Any]) -> None:
    assert measured["ratios"].keys() == set(PEERS)
    for ratio in measured["ratios"].values():
        assert 0 < ratio["lowest"] <= ratio["median"] <= ratio["highest"]


def test_the_section_has_a_row_for_every_contestant_and_survives_json(measured: dict[str, Any], tmp_path: Path) -> None:
    result = {"date": "2026-11-22", "versions": {"numpy": "1"}, "rounds": 2, "sizes": [measured]}

    report.write_section(report.SEARCH_SPEED, search_speed.body(json.loads(json.dumps(result))), tmp_path / "page.md")

    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert page.count("| 1,000; ") == len(CONTESTANTS)
    assert "Measured 2026-11-22" in page


def test_a_contestant_that_dies_is_reported_with_what_it_wrote(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own interpreter has no LangChain."""
    monkeypatch.setattr("benchmarks.contest.python_of", {"langchain": Path(sys.executable)}.__getitem__)

    with pytest.raises(ContestantFailedError, match=r"(?s)langchain: .*No module named"):
        measure(20, SMALL, folder, names=["langchain"])
