"""Reads a versioned prompt file."""

import tomllib
from functools import lru_cache
from pathlib import Path

from shared.domain.errors import NotFoundError
from shared.domain.prompting import PromptTemplate

ANSWER_VERSION = "answer-v1"


@lru_cache(maxsize=8)
def load_prompt(version: str = ANSWER_VERSION) -> PromptTemplate:
    """Return the prompt of a version. Raises NotFoundError."""
    path = Path(__file__).with_name(f"{version}.toml")
    if not path.is_file():
        raise NotFoundError("prompt", version)
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return PromptTemplate(
        version=raw["version"],
        sentinel=raw["sentinel"],
        system=raw["system"].strip(),
        user=raw["user"].strip(),
        passage=raw["passage"].strip(),
        history=raw["history"].strip(),
        languages=raw["languages"],
    )
