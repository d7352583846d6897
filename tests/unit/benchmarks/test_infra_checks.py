import os
import sys

import pytest

from benchmarks.infra_checks import MOST_CPU_S, CheckFailedError, Cost, body, measured

BUSY = "import time\nwhile time.process_time() < {seconds}: pass\n"


def test_the_processor_time_of_a_commands_own_children_counts_and_waiting_does_not() -> None:
    child = f"import subprocess, sys, time; subprocess.run([sys.executable, '-c', {BUSY.format(seconds=0.3)!r}]); time.sleep(0.3)"

    cost = measured("x", [sys.executable, "-c", child], {})

    assert 0.3 <= cost.cpu_s and cost.wall_s >= 0.6


def test_a_check_that_fails_is_no_measurement() -> None:
    with pytest.raises(CheckFailedError, match="a finding"):
        measured("x", [sys.executable, "-c", "import sys; print('a finding'); sys.exit(1)"], {})


def test_its_environment_is_ours_and_what_is_given() -> None:
    assert measured("x", [sys.executable, "-c", "import os; assert os.environ['KEFU_X'] and os.environ['PATH']"], {"KEFU_X": "1"})
    assert "KEFU_X" not in os.environ


@pytest.mark.parametrize(("cpu_s", "verdict"), [(MOST_CPU_S, "60.0: met."), (MOST_CPU_S + 0.1, "60.1: **missed**.")])
def test_the_goal_is_about_the_whole(cpu_s: float, verdict: str) -> None:
    text = body([Cost(name="part", cpu_s=99.0, wall_s=99.0), Cost(name="whole", cpu_s=cpu_s, wall_s=12.3)])

    assert f"whole: at most 60 CPU s; measured {verdict}" in text and "12.3 |" in text
