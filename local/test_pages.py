"""Runs the pages' own type check and unit tests: `python -m local.test_pages`."""

import sys

from local.build_pages import npm


def main() -> int:
    """Run both; return the first exit code that is not 0."""
    return npm(["run", "--silent", "check"]) or npm(["run", "--silent", "test"])


if __name__ == "__main__":
    sys.exit(main())
