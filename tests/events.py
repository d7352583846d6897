"""Golden events: what Lambda is handed, as data under events/."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).resolve().parents[1] / "events"


def load_event(name: str) -> dict[str, Any]:
    """Return the event in events/NAME.json."""
    return json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
