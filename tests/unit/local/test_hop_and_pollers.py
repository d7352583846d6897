"""Hops and feeds of the single machine: deadlines hold, failures come again, stopping stops."""

import threading
import time

import pytest

from local.hop import InProcessHop
from local.pollers import Pollers
from shared.domain.errors import DeadlineExceededError
from shared.runtime.observability import Telemetry


def test_a_document_crosses_as_text_so_that_nothing_is_shared() -> None:
    seen: list[object] = []
    hop = InProcessHop("echo", lambda document, _: seen.append(document) or document, 1)
    sent = {"a": [1, {"b": "中"}]}
    answer = hop(sent, 1)
    assert answer == sent and seen[0] == sent and seen[0] is not sent and answer is not seen[0]
    hop.close()


def test_what_is_no_json_cannot_cross() -> None:
    hop = InProcessHop("echo", lambda document, _: document, 1)
    with pytest.raises(TypeError):
        hop({"a": object()}, 1)
    hop.close()


def test_a_slow_function_is_given_up_on_at_the_deadline() -> None:
    release = threading.Event()
    hop = InProcessHop("slow", lambda document, _: {"waited": release.wait(5)}, 1)
    began = time.monotonic()
    with pytest.raises(DeadlineExceededError):
        hop({}, 0.05)
    assert time.monotonic() - began < 2
    release.set()
    hop.close()


def test_a_feed_that_fails_is_tried_again_and_all_threads_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.pollers._AFTER_FAILURE_S", 0.01)
    calls: list[int] = []
    done = threading.Event()

    def run_once() -> bool:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the disk had a bad moment")
        done.set()
        return False

    pollers = Pollers(Telemetry("poller", "test"))
    pollers.add("feed", run_once, idle_s=0.01)
    pollers.start()
    assert done.wait(5)
    pollers.stop(5)
    assert not [t for t in threading.enumerate() if t.name.startswith("feed-")]


def test_pollers_that_never_started_can_be_stopped() -> None:
    calls: list[None] = []
    pollers = Pollers(Telemetry("poller", "test"))
    pollers.add("never", lambda: bool(calls.append(None)), idle_s=1)
    pollers.stop(1)
    assert calls == []
