"""The native libraries of one function get along, in whatever order they are imported."""

import itertools
import subprocess
import sys

import pytest

LIBRARIES = ("usearch.index", "onnxruntime", "tantivy")


@pytest.mark.parametrize("order", list(itertools.permutations(LIBRARIES, 2)))
def test_native_libraries_load_in_any_order(order: tuple[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {', '.join(order)}"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()[-500:]
