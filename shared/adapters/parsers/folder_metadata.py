"""`kefu.yaml` beside files: what it says of each file in its folder and of the folders below."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    """One folder's `kefu.yaml`. `problem`: why no file of this folder, or below it, may be used."""

    defaults: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    problem: str = ""


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
            settings.update(found.files.get(path.name, {}))
    try:
        return typed_meta(settings, FILE_NAME)
    except RejectedFile as error:
        raise DocumentRejectedError(str(path), error.reason, error.detail) from error


def _checked(loaded: Mapping[str, Any], names: frozenset[str]) -> FolderSettings:
    unknown = sorted(set(loaded) - {"defaults", "files"})
    if unknown:
        raise RejectedFile(Reason.BAD_METADATA, f"unknown key {unknown[0]!r}; known keys: defaults, files")
    defaults, files = _mapping(loaded, "defaults"), _mapping(loaded, "files")
    usual = typed_meta(defaults, "defaults").audience
    for name in tuple(files):
        entry = _mapping(files, name)
        audience = typed_meta({**defaults, **entry}, name).audience
        # An entry whose file is not there may be a misspelt one: harmless unless the real file would become public.
        if name not in names and audience is Audience.STAFF and usual is Audience.PUBLIC:
            raise RejectedFile(
                Reason.BAD_METADATA,
                f"files: {name!r} is for staff but is not in the folder; correct the name or remove the entry",
            )
        files[name] = entry
    return FolderSettings(defaults=defaults, files=files)


def _mapping(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = settings.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
        raise RejectedFile(Reason.BAD_METADATA, f"{key} must be a list of `name: settings` lines")
    return value
