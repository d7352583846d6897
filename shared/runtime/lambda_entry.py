"""How a deployed function gets ready: at the latest by its first event, never inside a snapshot that others start from.

SnapStart copies one initialised process many times. What each copy must have of its own (secrets as they are now, sockets,
random state) is made after the restore; what all may share (imports, clients without connections, a model) before it.
"""

import gc
import os
import random
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

Handler = Callable[[Any, Any], Any]
# How Lambda says which kind of start this is: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_START = "AWS_LAMBDA_INITIALIZATION_TYPE"
_WITHOUT_SNAPSHOT = ("on-demand", "provisioned-concurrency")


class ReadyHandler:
    """A handler that `build` makes: in the init phase, whose processor time is Lambda's gift; with SnapStart after the
    restore; anywhere else at the first event. A build that fails is tried again by the next event.
    """

    def __init__(self, build: Callable[[], Handler], environ: Mapping[str, str] = os.environ) -> None:
        self._build = build
        self._lock = threading.Lock()
        self._handler: Handler | None = None
        at_start(self._ready, environ)

    def __call__(self, event: Any, context: Any) -> Any:
        """Handle one event."""
        return self._ready()(event, context)

    def _ready(self) -> Handler:
        with self._lock:
            if self._handler is None:
                self._handler = self._build()
            return self._handler


def at_start(action: Callable[[], object], environ: Mapping[str, str] = os.environ) -> None:
    """Do it in the init phase; with SnapStart in each copy after its restore; anywhere else not at all."""
    if environ.get(_START) in _WITHOUT_SNAPSHOT:
        action()
    after_restore(action)


def before_snapshot(action: Callable[[], object]) -> None:
    """Have Lambda call this before it takes the snapshot. Does nothing where there are no snapshots."""
    # The module is the Python runtime's own; it is nowhere else.
    with suppress(ImportError):
        from snapshot_restore_py import register_before_snapshot  # pyright: ignore

        register_before_snapshot(action)


def after_restore(action: Callable[[], object]) -> None:
    """Have Lambda call this in each copy, before its first event; it has 10 s. Does nothing where there are no snapshots."""
    with suppress(ImportError):
        from snapshot_restore_py import register_after_restore  # pyright: ignore

        register_after_restore(action)


# Jitter of retries must differ between copies; ids come from the operating system, which sees to that itself.
after_restore(random.seed)
# What the init phase made lives as long as the process: no collection need walk it again, or write to pages that copies share.
before_snapshot(gc.freeze)
