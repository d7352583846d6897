"""Which files of a company's folder are documents, wherever the folder lies."""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from shared.adapters.parsers.folder_metadata import FILE_NAME, FolderSettings

# What a file of each folder is when nothing else says so.
FOLDERS: Mapping[str, Mapping[str, str]] = {"knowledge": {}, "facts": {"kind": "facts"}}
MAX_BYTES = 64 * 1024 * 1024
_MISNAMED = re.compile(r"^\.?kefu\.ya?ml(?:\..*)?$", re.IGNORECASE)
_SKIPPED = re.compile(r"^(?:\.|~\$|Thumbs\.db$|desktop\.ini$)|~$", re.IGNORECASE)


def is_settings(name: str) -> bool:
    """Whether a file is `kefu.yaml`, or was meant to be."""
    return _MISNAMED.match(name) is not None


def is_document(inside: PurePosixPath) -> bool:
    """Whether a path in the company's folder may be a document: no settings, nothing hidden, no office program's leftover."""
    return not is_settings(inside.name) and not any(_SKIPPED.search(part) for part in inside.parts)


def misnamed(name: str) -> FolderSettings | None:
    """Return why no file of the folder may be used, when the file is not named exactly kefu.yaml."""
    if name == FILE_NAME:
        return None
    return FolderSettings(defaults={}, files={}, problem=f"{name} is not read; rename it to {FILE_NAME} or remove it")
