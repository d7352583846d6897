"""A company's folder: `company.yaml` to a Company, `knowledge/` and `facts/` to the files to ingest; and single files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath

from shared.adapters.company.company_file import COMPANY_FILE, parse_company
from shared.adapters.company.folder_layout import FOLDERS, MAX_BYTES, is_document, is_settings, misnamed
from shared.adapters.parsers.folder_metadata import FILE_NAME, FolderSettings, meta_for, read_folder_settings
from shared.adapters.parsers.rejections import Reason
from shared.domain.company import Company
from shared.domain.errors import DocumentRejectedError, InvalidInputError
from shared.domain.knowledge import Audience, DocumentMeta
from shared.use_cases.ingest_folder import UPLOADS, FolderFile


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


def read_file(folder: Path, path: Path) -> FolderFile:
    """Return one file: of the company's folder exactly as `read_folder` has it; from elsewhere as `uploads/NAME`.

    Of a file from elsewhere the `kefu.yaml` beside it and those above say the rest, as they would in a company's folder.
    Raises InvalidInputError for a file that is no document, or that is another company's.
    """
    inside = _place_in(folder, path)
    if inside is None:
        return _read_upload(path)
    found = next((file for file in read_folder(folder) if file.source == inside), None)
    if found is None:
        raise InvalidInputError(str(path), f"only documents below {' and '.join(f'{name}/' for name in FOLDERS)} are read")
    return found


def _place_in(folder: Path, path: Path) -> str | None:
    """Return where a file lies in the company's folder, by its own name there before the one that it links to."""
    root = folder.resolve()
    own_place = path.parent.resolve() / path.name
    for place in (own_place, path.resolve()):
        if place.is_relative_to(root):
            return place.relative_to(root).as_posix()
    # By way of a folder that is a link to somewhere else, which a folder's ingestion does not walk into.
    if path.absolute().is_relative_to(folder.absolute()):
        raise InvalidInputError(str(path), "it lies behind a link to a place outside the company's folder; copy the file itself")
    return None


def _read_upload(path: Path) -> FolderFile:
    if is_settings(path.name):
        raise InvalidInputError(str(path), "it says something of the files beside it and is no document; name one of those")
    owner = next((parent for parent in path.resolve().parents if (parent / COMPANY_FILE).is_file()), None)
    if owner is not None:
        raise InvalidInputError(str(path), f"it is in another company's folder; add --company {owner}")
    own_place = path.parent.resolve() / path.name
    root = Path(own_place.anchor)
    places = {*own_place.parents, *path.resolve().parents}
    settings = _settings(root, sorted(file for place in places for file in _settings_files(place)))
    found = _file(root, own_place, PurePosixPath(own_place.relative_to(root).as_posix()), settings, {})
    return replace(found, source=f"{UPLOADS}{path.name}")


def _settings_files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if is_settings(path.name)]
    except OSError:
        # Some folder far above may be closed to us; the file itself can still be opened by its name.
        return [path for path in (folder / FILE_NAME,) if path.is_file()]


def _files(folder: Path, name: str, base: Mapping[str, str]) -> Iterator[FolderFile]:
    paths = sorted(path for path in (folder / name).rglob("*") if path.is_symlink() or path.is_file())
    # The folder's own kefu.yaml, beside company.yaml, holds for all below it.
    settings = _settings(folder, [*sorted(_settings_files(folder)), *paths])
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
        if path.is_symlink() and _target_is_for_staff(folder, path):
            meta = replace(meta, audience=Audience.STAFF)
        return FolderFile(source=str(inside), load=load, meta=meta)
    except DocumentRejectedError as error:
        return FolderFile(source=str(inside), load=load, meta=DocumentMeta(), rejected=error)


def _target_is_for_staff(folder: Path, path: Path) -> bool:
    """Whether a link leads to a file that its own place keeps from customers. Raises DocumentRejectedError."""
    try:
        target = path.resolve()
        inside = PurePosixPath(target.relative_to(folder.resolve()).as_posix())
    except (OSError, RuntimeError, ValueError):
        return True
    # Wherever in the company's folder that is: the settings of folders that are not read hold there too.
    above = [parent for parent in target.parents if parent.is_relative_to(folder.resolve())]
    settings = _settings(folder.resolve(), sorted(file for parent in above for file in _settings_files(parent)))
    return meta_for(inside, settings, {}).audience is Audience.STAFF


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
