"""Reads the learned weights that ship with a release."""

import json
from pathlib import Path

from shared.domain.fusion import RankingProfile

CURRENT = Path(__file__).parent / "profile-1.json"


def load_profile(path: Path = CURRENT) -> RankingProfile:
    """Return the profile in a JSON file of RankingProfile's fields."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return RankingProfile(
        version=data["version"],
        legs=data["legs"],
        wording=data["wording"],
        probability=data["probability"],
        probability_of_keywords=data["probability_of_keywords"],
        closer=data["closer"],
    )
