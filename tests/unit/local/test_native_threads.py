"""Numeric libraries start no threads of their own beside the server's."""

import subprocess
import sys

from local.native_threads import one_thread_each
from tests.architecture.sources import ROOT

_LOOK = """
import os, sys
sys.argv = ["kefu", "--help"]
from local.cli import main
try:
    main()
except SystemExit:
    pass
print("numpy" in sys.modules, os.environ["OPENBLAS_NUM_THREADS"], os.environ["OMP_NUM_THREADS"])
"""


def test_what_is_set_already_stays() -> None:
    environment = {"OMP_NUM_THREADS": "4"}
    one_thread_each(environment)
    assert environment == {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "1"}


def test_the_command_line_sets_it_before_any_of_them_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", _LOOK], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False 1 1"
