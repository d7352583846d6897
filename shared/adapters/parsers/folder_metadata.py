"""`kefu.yaml` beside files: what it says of each file in its folder and of the folders below."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from shared.adapters.parsers.metadata import typed_meta
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.strict_yaml import load_mapping
from shared.adapters.parsers.text_encoding import decode
from shared.domain.errors import DocumentRejectedError
from shared.domain.knowledge import Audience, DocumentMeta

FILE_NAME = "kefu.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """One folder's `kefu.yaml`. `problem`: why no file of this folder, or below it, may be used; `problems`: why one may not.

    Names are in NFC, whatever the disk makes of them.
    """

    defaults: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    problem: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


def read_folder_settings(data: bytes, names: frozenset[str]) -> FolderSettings:
    """Read one `kefu.yaml`; `names` are the files beside it. Never raises: what is wrong stands in `problem`."""
    try:
        return _checked(load_mapping(decode(data), FILE_NAME), names)
    except RejectedFile as error:
        return FolderSettings(defaults={}, files={}, problem=error.detail)


def meta_for(path: PurePosixPath, folders: Mapping[PurePosixPath, FolderSettings], base: Mapping[str, Any]) -> DocumentMeta:
    """Return what the folders above `path` say of it: nearer ones overrule, and `base` is overruled by all.

    Raises DocumentRejectedError(bad_metadata) when one of them is broken.
    """
    settings = dict(base)
    for folder in reversed(path.parents):
        found = folders.get(folder)
        if found is None:
            continue
        if found.problem:
            raise DocumentRejectedError(str(path), Reason.BAD_METADATA, f"{folder / FILE_NAME}: {found.problem}")
        settings.update(found.defaults)
        if folder == path.parent:
            name = unicodedata.normalize("NFC", path.name)
            if name in found.problems:
                raise DocumentRejectedError(str(path), Reason.BAD_METADATA, f"{folder / FILE_NAME}: {found.problems[name]}")
            settings.update(found.files.get(name, {}))
    try:
        return typed_meta(settings, FILE_NAME)
    except RejectedFile as error:
        raise DocumentRejectedError(str(path), error.reason, error.detail) from error


def _checked(loaded: Mapping[str, Any], names: frozenset[str]) -> FolderSettings:
    unknown = sorted(set(loaded) - {"defaults", "files"})
    if unknown:
        raise RejectedFile(Reason.BAD_METADATA, f"unknown key {unknown[0]!r}; known keys: defaults, files")
    defaults, entries = _mapping(loaded, "defaults"), _mapping(loaded, "files")
    usual = typed_meta(defaults, "defaults")
    here, claimed = ({unicodedata.normalize("NFC", name) for name in found} for found in (names, entries))
    files: dict[str, Mapping[str, Any]] = {}
    problems: dict[str, str] = {}
    for written in entries:
        name, entry = unicodedata.normalize("NFC", written), _mapping(entries, written)
        files[name] = entry
        meta = typed_meta({**defaults, **entry}, name)
        if name not in here:
            _refuse_lost(name, meta, usual)
            # A file that is gone leaves its entry behind. One that is there, and has none, was meant by a like name.
            meant = sorted(other for other in here - claimed if _is_meant(name, other)) if _dates(meta) != _dates(usual) else ()
            problems |= {other: f"files: {name!r} is not in the folder, {other!r} is; correct the name" for other in meant}
    return FolderSettings(defaults=defaults, files=files, problems=problems)


def _refuse_lost(name: str, meta: DocumentMeta, usual: DocumentMeta) -> None:
    """Refuse an entry that keeps a file from somebody, or from a day, and cannot be of any file beside it."""
    if meta.audience is Audience.STAFF and usual.audience is Audience.PUBLIC:
        raise RejectedFile(
            Reason.BAD_METADATA,
            f"files: {name!r} is for staff but is not in the folder; correct the name or remove the entry",
        )
    if _dates(meta) != _dates(usual) and re.search(r"[/\\*?]", name):
        raise RejectedFile(
            Reason.BAD_METADATA,
            f"files: {name!r} is no name of a file beside {FILE_NAME}; for a folder below write a {FILE_NAME} there, "
            "for all files write defaults",
        )


def _dates(meta: DocumentMeta) -> tuple[date | None, date | None]:
    return meta.valid_from, meta.valid_to


def _is_meant(written: str, name: str) -> bool:
    """Whether two names differ in case, width, spaces or the ending only."""
    one, other = ("".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in (written, name))
    return one == other or PurePosixPath(one).stem == PurePosixPath(other).stem


def _mapping(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = settings.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise RejectedFile(Reason.BAD_METADATA, f"{key} must be a list of `name: settings` lines")
    return value
