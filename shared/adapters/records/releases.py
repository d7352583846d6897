"""Releases and the sharing of traffic as records."""

from shared.adapters.records.values import Record, Row, from_json_bytes, optional_from_us, optional_to_us, to_json
from shared.domain.release import Release, Traffic

RELEASE_COLUMNS = ("release_id", "versions", "rolled_back", "ended_at")
TRAFFIC_COLUMNS = ("stable", "candidate", "percent", "rollout_id", "lease_until", "superseded_by", "version")


def release_record(release: Release) -> Record:
    """Return the row."""
    return {
        "release_id": release.release_id,
        "versions": to_json(dict(release.versions)),
        "rolled_back": int(release.rolled_back),
        "ended_at": optional_to_us(release.ended_at),
    }


def release_from(row: Row) -> Release:
    """Return the release."""
    versions = from_json_bytes(row["versions"].encode())
    ended_at = optional_from_us(row["ended_at"])
    return Release(release_id=row["release_id"], versions=versions, rolled_back=bool(row["rolled_back"]), ended_at=ended_at)


def traffic_record(traffic: Traffic) -> Record:
    """Return the row."""
    return {
        "stable": traffic.stable,
        "candidate": traffic.candidate,
        "percent": traffic.percent,
        "rollout_id": traffic.rollout_id,
        "lease_until": optional_to_us(traffic.lease_until),
        "superseded_by": traffic.superseded_by,
        "version": traffic.version,
    }


def traffic_from(row: Row) -> Traffic:
    """Return the record."""
    lease: Row = {"lease_until": optional_from_us(row["lease_until"])}
    return Traffic(**{**row, **lease})
