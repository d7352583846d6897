"""How the load over HTTP is timed."""

import asyncio
import time

import pytest

from benchmarks.wall_clock import Arrivals, percentile, send_on_time
from tests import loops


@pytest.mark.parametrize(("share", "value"), [(50, 50.0), (95, 95.0), (99, 99.0), (100, 100.0), (0, 1.0)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == value


def test_of_few_values_the_99th_percentile_is_the_largest() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0


def test_a_slow_answer_delays_no_later_request_and_its_own_time_counts_from_when_it_was_due() -> None:
    async def send(number: int) -> int:
        await asyncio.sleep(0.2 if number == 0 else 0)
        return 200

    began = time.perf_counter()
    took = loops.run(send_on_time(Arrivals(rate_per_s=100, seconds=0.1), send))
    assert time.perf_counter() - began < 2
    assert len(took) == 10
    assert took[0].wall_ms >= 200 > min(one.wall_ms for one in took[1:])


def test_what_could_not_be_sent_in_time_is_counted_as_waiting() -> None:
    async def send(_: int) -> int:
        time.sleep(0.02)
        return 200

    took = loops.run(send_on_time(Arrivals(rate_per_s=1000, seconds=0.01), send))
    assert max(one.wall_ms for one in took) >= 100
