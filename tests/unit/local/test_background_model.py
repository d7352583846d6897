"""The model that arrives later: who asks meanwhile waits a moment for it, and never for long."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest

from local.background_model import BackgroundModel
from shared.domain.errors import DependencyUnavailableError


class Weights:
    """What is loaded; `closed` tells that its file is."""

    def __init__(self) -> None:
        self.closed = False
        self.embedder = SimpleNamespace(embed_queries=lambda texts: [[1.0] for _ in texts])
        self.memory = SimpleNamespace(close=self._close)

    def _close(self) -> None:
        self.closed = True


@pytest.fixture
def model() -> BackgroundModel:
    return BackgroundModel("weights", 1)


@pytest.fixture
def weights() -> Any:
    return Weights()


@contextmanager
def being_loaded(model: BackgroundModel, weights: Any) -> Generator[threading.Event]:
    """Weights that arrive when the event is set, and in the end anyway."""
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Any:
        begun.set()
        go_on.wait(20)
        return weights

    loading = threading.Thread(target=model.load, args=(slow,))
    loading.start()
    begun.wait(5)
    try:
        yield go_on
    finally:
        go_on.set()
        loading.join(5)


def test_who_asks_while_it_is_being_loaded_waits_for_it(model: BackgroundModel, weights: Any) -> None:
    with being_loaded(model, weights) as go_on:
        threading.Timer(0.05, go_on.set).start()
        assert model.embed_queries(["几点关门"]) == [[1.0]]


def test_loading_that_takes_long_keeps_nobody_from_an_answer_by_keywords(model: BackgroundModel, weights: Any) -> None:
    with being_loaded(model, weights), pytest.raises(DependencyUnavailableError, match="still loading"):
        model.embed_queries(["几点关门"])
    assert model.embed_queries(["几点关门"]) == [[1.0]]


def test_where_nothing_is_being_loaded_nobody_waits(model: BackgroundModel) -> None:
    began = monotonic()
    for _ in range(20):
        with pytest.raises(DependencyUnavailableError):
            model.embed_queries(["几点关门"])
    assert monotonic() - began < 10


def test_why_loading_failed_is_what_every_call_says(model: BackgroundModel) -> None:
    def fail() -> Any:
        raise DependencyUnavailableError("e5", "no model in the folder")

    model.load(fail)
    with pytest.raises(DependencyUnavailableError, match="no model in the folder"):
        model.embed_queries(["几点关门"])


def test_closing_closes_the_file_also_of_weights_that_arrive_afterwards(model: BackgroundModel, weights: Any) -> None:
    model.close()
    model.load(lambda: weights)
    assert weights.closed
    with pytest.raises(DependencyUnavailableError, match="being closed"):
        model.embed_queries(["几点关门"])
