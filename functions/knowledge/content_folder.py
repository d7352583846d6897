"""A company's folder in the object store: the files to ingest, each with what the `kefu.yaml` files above it say."""

from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath

from shared.adapters.company.folder_layout import FOLDERS, MAX_BYTES, is_document, is_settings, misnamed
from shared.adapters.company.object_companies import content_prefix
from shared.adapters.parsers.folder_metadata import FolderSettings, meta_for, read_folder_settings
from shared.adapters.parsers.rejections import Reason
from shared.domain.errors import DocumentRejectedError, NotFoundError
from shared.domain.knowledge import DocumentMeta
from shared.ports import ObjectStore
from shared.use_cases.ingest_folder import FolderFile


def read_content(objects: ObjectStore, tenant: str) -> tuple[FolderFile, ...]:
    """Return every document below `knowledge/` and `facts/`, by path. Never raises for one bad file: it says so itself.

    The settings are read now, the documents when they are loaded. Raises DependencyUnavailableError.
    """
    prefix = content_prefix(tenant)
    paths = [PurePosixPath(key.removeprefix(prefix)) for key in objects.keys(prefix)]
    inside = [path for path in paths if path.parts[0] in FOLDERS and len(path.parts) > 1]
    # The folder's own kefu.yaml, beside company.yaml, holds for all below it.
    beside = [path for path in paths if len(path.parts) == 1]
    settings = _settings(objects, prefix, [*beside, *inside])
    return tuple(_file(objects, prefix, path, settings) for path in inside if is_document(path))


def meta_of(objects: ObjectStore, tenant: str, key: str, source: str) -> DocumentMeta:
    """Return what is said of one document that lies at `key` and is named `source`.

    With a name in the content folder, what that folder's settings say of the place; else what the `kefu.yaml` beside it
    says. Raises DocumentRejectedError, DependencyUnavailableError.
    """
    content = content_prefix(tenant)
    place = PurePosixPath(key.removeprefix(content) if key.startswith(content) else source)
    named = place.parts[0] in FOLDERS
    prefix = content if named else key.rpartition("/")[0] + "/"
    path = place if named else PurePosixPath(key.removeprefix(prefix))
    listed = {PurePosixPath(other.removeprefix(prefix)) for other in objects.keys(prefix)}
    settings = _settings(objects, prefix, sorted({other for other in listed if _is_above(other, path)} | {path}))
    return meta_for(path, settings, FOLDERS[place.parts[0]] if named else {})


def _is_above(other: PurePosixPath, path: PurePosixPath) -> bool:
    return other.parent in path.parents


def _file(objects: ObjectStore, prefix: str, path: PurePosixPath, settings: Mapping[PurePosixPath, FolderSettings]) -> FolderFile:
    load = partial(_load, objects, prefix, path)
    try:
        return FolderFile(source=str(path), load=load, meta=meta_for(path, settings, FOLDERS[path.parts[0]]))
    except DocumentRejectedError as error:
        return FolderFile(source=str(path), load=load, meta=DocumentMeta(), rejected=error)


def _load(objects: ObjectStore, prefix: str, path: PurePosixPath) -> bytes:
    try:
        data = objects.get(f"{prefix}{path}")
    except NotFoundError as error:
        # Deleted since it was listed; the deletion's own event comes.
        raise DocumentRejectedError(str(path), Reason.UNREADABLE, "it was deleted meanwhile") from error
    if len(data) > MAX_BYTES:
        raise DocumentRejectedError(str(path), Reason.TOO_LARGE, f"larger than {MAX_BYTES // 1024**2} MB; divide the file")
    return data


def _settings(objects: ObjectStore, prefix: str, paths: list[PurePosixPath]) -> dict[PurePosixPath, FolderSettings]:
    found: dict[PurePosixPath, FolderSettings] = {}
    for path in paths:
        if not is_settings(path.name):
            continue
        problem = misnamed(path.name)
        if problem is not None:
            found[path.parent] = problem
        elif path.parent not in found:
            names = frozenset(other.name for other in paths if other.parent == path.parent)
            found[path.parent] = _read(objects, f"{prefix}{path}", names)
    return found


def _read(objects: ObjectStore, key: str, names: frozenset[str]) -> FolderSettings:
    try:
        return read_folder_settings(objects.get(key), names)
    except NotFoundError:
        return FolderSettings(defaults={}, files={}, problem="it was deleted meanwhile")
