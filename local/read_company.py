"""A company's folder: `company.yaml` to a Company, `knowledge/` and `facts/` to the files to ingest."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from shared.adapters.company.company_file import COMPANY_FILE, parse_company
from shared.adapters.company.folder_layout import FOLDERS, MAX_BYTES, is_document, is_settings, misnamed
from shared.adapters.parsers.folder_metadata import FolderSettings, meta_for, read_folder_settings
from shared.adapters.parsers.rejections import Reason
from shared.domain.company import Company
from shared.domain.errors import DocumentRejectedError, InvalidInputError
from shared.domain.knowledge import Audience, DocumentMeta
from shared.use_cases.ingest_folder import FolderFile


def read_company(folder: Path) -> Company:
    """Return the company that `folder/company.yaml` describes. Raises InvalidInputError naming the key and the fix."""
    try:
        return parse_company((folder / COMPANY_FILE).read_bytes())
    except OSError as error:
        raise InvalidInputError(COMPANY_FILE, f"put the file into {folder.name}/") from error


def read_folder(folder: Path) -> tuple[FolderFile, ...]:
    """Return every file below `knowledge/` and `facts/`, by path, with what the `kefu.yaml` files say of it.

    Never raises for one bad file: a FolderFile says itself why it cannot be used.
    """
    return tuple(file for name, base in FOLDERS.items() if (folder / name).is_dir() for file in _files(folder, name, base))


def _files(folder: Path, name: str, base: Mapping[str, str]) -> Iterator[FolderFile]:
    paths = sorted(path for path in (folder / name).rglob("*") if path.is_symlink() or path.is_file())
    settings = _settings(folder, paths)
    for path in paths:
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if is_document(inside):
            yield _file(folder, path, inside, settings, base)


def _file(
    folder: Path, path: Path, inside: PurePosixPath, settings: Mapping[PurePosixPath, FolderSettings], base: Mapping[str, str]
) -> FolderFile:
    load: Callable[[], bytes] = partial(_load, folder.resolve(), path, str(inside))
    try:
        meta = meta_for(inside, settings, base)
        if path.is_symlink() and _target_is_for_staff(folder, path, settings):
            meta = replace(meta, audience=Audience.STAFF)
        return FolderFile(source=str(inside), load=load, meta=meta)
    except DocumentRejectedError as error:
        return FolderFile(source=str(inside), load=load, meta=DocumentMeta(), rejected=error)


def _target_is_for_staff(folder: Path, path: Path, settings: Mapping[PurePosixPath, FolderSettings]) -> bool:
    """Whether a link leads to a file that its own place keeps from customers. Raises DocumentRejectedError."""
    try:
        target = PurePosixPath(path.resolve().relative_to(folder.resolve()).as_posix())
    except (OSError, RuntimeError, ValueError):
        return True
    return meta_for(target, settings, {}).audience is Audience.STAFF


def _load(root: Path, path: Path, source: str) -> bytes:
    """Read a file that lies inside the company's folder. Raises DocumentRejectedError."""
    try:
        if not path.resolve(strict=True).is_relative_to(root):
            raise DocumentRejectedError(
                source, Reason.UNSAFE_PATH, "it is a link to a place outside the folder; copy the file itself"
            )
        if path.stat().st_size > MAX_BYTES:
            raise DocumentRejectedError(source, Reason.TOO_LARGE, f"larger than {MAX_BYTES // 1024**2} MB; divide the file")
        return path.read_bytes()
    except (OSError, RuntimeError) as error:
        raise DocumentRejectedError(
            source, Reason.UNREADABLE, "it cannot be opened; check that it exists and may be read"
        ) from error


def _settings(folder: Path, paths: list[Path]) -> dict[PurePosixPath, FolderSettings]:
    found: dict[PurePosixPath, FolderSettings] = {}
    for path in paths:
        if not is_settings(path.name):
            continue
        place = PurePosixPath(path.parent.relative_to(folder).as_posix())
        problem = misnamed(path.name)
        if problem is not None:
            found[place] = problem
        elif place not in found:
            found[place] = _read_settings(folder, path)
    return found


def _read_settings(folder: Path, path: Path) -> FolderSettings:
    names = frozenset(file.name for file in path.parent.iterdir())
    try:
        return read_folder_settings(_load(folder.resolve(), path, path.name), names)
    except DocumentRejectedError as error:
        return FolderSettings(defaults={}, files={}, problem=error.detail)
