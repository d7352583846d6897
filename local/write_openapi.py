"""Writes docs/openapi-*.json from the code: `make openapi`. A test compares them, so a change of the API is a decision."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from functions.desk.app import create_app as create_desk
from functions.desk.settings import DeskSettings
from functions.desk.staff import StaffList
from functions.ingress.app import create_app as create_ingress
from functions.ingress.settings import IngressSettings
from shared.runtime.observability import Telemetry

DOCS = Path(__file__).resolve().parents[1] / "docs"
_PLACEHOLDER = "x" * 43


def openapi_documents() -> dict[str, dict[str, Any]]:
    """Return the documents by file name. The applications are made without anything behind them: only shapes are read."""
    return {"openapi-ingress.json": _ingress().openapi(), "openapi-desk.json": _desk().openapi()}


def as_text(document: dict[str, Any]) -> str:
    """Return a document as it is committed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _ingress() -> FastAPI:
    settings = IngressSettings.model_validate(
        {"release": "docs", "token_secret": _PLACEHOLDER, "fingerprint_secret": _PLACEHOLDER}
    )
    nothing: Any = None
    return create_ingress(settings, nothing, Telemetry("ingress", "docs"))


def _desk() -> FastAPI:
    settings = DeskSettings(release="docs", tenant="docs")
    nothing: Any = None
    return create_desk(settings, StaffList(tuple), nothing, nothing, nothing, Telemetry("desk", "docs"))


def main() -> None:
    """Write both."""
    for name, document in openapi_documents().items():
        (DOCS / name).write_text(as_text(document), encoding="utf-8")


if __name__ == "__main__":
    main()
