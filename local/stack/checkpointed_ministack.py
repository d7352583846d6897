"""MiniStack that also saves its state every few seconds; run by MiniStack's own interpreter, not ours.

By itself it saves when it is asked to stop, and a kill would lose everything since. `save_all` and
`_build_persistence_save_dict` are its internals, as of the pinned version. Services are saved one after another: a
checkpoint is no consistent cut, which handlers that may be repeated do not mind.
"""

# pyright: basic, reportMissingImports=false

import sys
import threading
import time

import ministack.app as app
from ministack.core.persistence import save_all

EVERY_S = 5.0


def checkpoint_for_ever() -> None:
    """Save again and again; a failure is said and tried again."""
    while True:
        time.sleep(EVERY_S)
        try:
            save_all(app._build_persistence_save_dict())
        except Exception as error:  # the edge: said, and tried again
            print("checkpoint failed:", type(error).__name__, error, file=sys.stderr, flush=True)


threading.Thread(target=checkpoint_for_ever, daemon=True).start()
sys.argv = ["ministack"]
app.main()
