"""The exported embedding model that tests share: made once, and kept for later runs."""

import os
from pathlib import Path

from shared.adapters.e5.export import export_model

ROOT = Path(__file__).parents[2]


def exported_model() -> Path:
    """Return its folder; KEFU_MODEL_DIR names another."""
    folder = Path(os.environ.get("KEFU_MODEL_DIR", ROOT / "var" / "models" / "e5"))
    export_model(folder)
    return folder
