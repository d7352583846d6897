"""How many threads the numeric libraries may start: read by them when they load, so it is set before."""

import os
from collections.abc import MutableMapping

# OpenBLAS (numpy) and OpenMP would start one per core for vectors so short that the threads only wait for each other.
_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def one_thread_each(environ: MutableMapping[str, str] = os.environ) -> None:
    """Let requests be what runs in parallel. What the environment says already stays; child processes inherit it."""
    for variable in _VARIABLES:
        environ.setdefault(variable, "1")
