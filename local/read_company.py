"""A company's folder: `company.yaml` to a Company, `knowledge/` and `facts/` to the files to ingest."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.adapters.parsers.folder_metadata import FILE_NAME, FolderSettings, meta_for, read_folder_settings
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.strict_yaml import load_mapping
from shared.adapters.parsers.text_encoding import decode
from shared.domain.company import Company, OpenHours
from shared.domain.errors import DocumentRejectedError, InvalidInputError
from shared.domain.knowledge import Audience, DocumentMeta
from shared.use_cases.ingest_folder import FolderFile

COMPANY_FILE = "company.yaml"
# What a file of each folder is when nothing else says so.
FOLDERS: Mapping[str, Mapping[str, str]] = {"knowledge": {}, "facts": {"kind": "facts"}}
_MISNAMED = re.compile(r"^\.?kefu\.ya?ml(?:\..*)?$", re.IGNORECASE)
_SKIPPED = re.compile(r"^(?:\.|~\$|Thumbs\.db$|desktop\.ini$)|~$", re.IGNORECASE)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_BYTES = 64 * 1024 * 1024


def read_company(folder: Path) -> Company:
    """Return the company that `folder/company.yaml` describes. Raises InvalidInputError naming the key and the fix."""
    path = folder / COMPANY_FILE
    try:
        settings = load_mapping(decode(path.read_bytes()), COMPANY_FILE)
    except OSError as error:
        raise InvalidInputError(COMPANY_FILE, f"put the file into {folder.name}/") from error
    except RejectedFile as error:
        raise InvalidInputError(COMPANY_FILE, error.detail) from error
    hotline = _mapping(settings, "contact").get("hotline", settings.get("hotline", ""))
    return Company(
        tenant=_required_text(settings, "tenant"),
        name=_texts(settings, "name"),
        time_zone=_time_zone(settings),
        site_keys=tuple(str(key) for key in _list(settings, "site_keys")),
        greeting=_texts(settings, "greeting"),
        suggested_questions={
            language: tuple(map(str, asked)) for language, asked in _mapping(settings, "suggested_questions").items()
        },
        colours=_texts(settings, "colours"),
        hours=tuple(_hours(entry) for entry in _list(settings, "business_hours")),
        holidays=frozenset(_holiday(day) for day in _list(settings, "holidays")),
        reply_within_hours=_promise(settings),
        synonyms={
            language: tuple(tuple(map(str, group)) for group in groups)
            for language, groups in _mapping(settings, "synonyms").items()
        },
        hotline=str(hotline),
    )


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
        if not _MISNAMED.match(path.name) and not any(_SKIPPED.search(part) for part in inside.parts):
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
        if path.stat().st_size > _MAX_BYTES:
            raise DocumentRejectedError(source, Reason.TOO_LARGE, f"larger than {_MAX_BYTES // 1024**2} MB; divide the file")
        return path.read_bytes()
    except (OSError, RuntimeError) as error:
        raise DocumentRejectedError(
            source, Reason.UNREADABLE, "it cannot be opened; check that it exists and may be read"
        ) from error


def _settings(folder: Path, paths: list[Path]) -> dict[PurePosixPath, FolderSettings]:
    found: dict[PurePosixPath, FolderSettings] = {}
    for path in paths:
        if not _MISNAMED.match(path.name):
            continue
        place = PurePosixPath(path.parent.relative_to(folder).as_posix())
        if path.name != FILE_NAME:
            problem = FolderSettings(
                defaults={}, files={}, problem=f"{path.name} is not read; rename it to {FILE_NAME} or remove it"
            )
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


def _mapping(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = settings.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write `name: value` lines below it")
    return value


def _list(settings: Mapping[str, Any], key: str) -> list[Any]:
    value = settings.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write a list, one `- value` a line")
    return value


def _texts(settings: Mapping[str, Any], key: str) -> dict[str, str]:
    if isinstance(settings.get(key), str):
        return {"zh": settings[key], "en": settings[key]}
    return {name: str(value) for name, value in _mapping(settings, key).items()}


def _required_text(settings: Mapping[str, Any], key: str) -> str:
    value = settings.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
        raise InvalidInputError(f"{COMPANY_FILE}: {key}", "write letters, digits, - and _, at most 63, e.g. `tenant: acme`")
    return value


def _time_zone(settings: Mapping[str, Any]) -> str:
    name = str(settings.get("time_zone", ""))
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(f"{COMPANY_FILE}: time_zone", "write one such as Asia/Shanghai") from error
    return name


def _hours(entry: Any) -> OpenHours:
    try:
        opens, closes = (time.fromisoformat(str(entry[key])) for key in ("opens", "closes"))
        return OpenHours(weekday=_DAYS.index(str(entry["day"]).lower()), opens=opens, closes=closes)
    except (KeyError, ValueError, TypeError) as error:
        fix = 'write {day: monday, opens: "09:00", closes: "18:00"}'
        raise InvalidInputError(f"{COMPANY_FILE}: business_hours", fix) from error


def _holiday(day: Any) -> date:
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        raise InvalidInputError(f"{COMPANY_FILE}: holidays", "write dates such as 2026-10-01") from error


def _promise(settings: Mapping[str, Any]) -> int:
    hours = _mapping(settings, "ticket").get("reply_within_hours", settings.get("reply_within_hours", 24))
    if isinstance(hours, bool) or not isinstance(hours, int) or hours < 1:
        raise InvalidInputError(f"{COMPANY_FILE}: reply_within_hours", "write a whole number of hours, 1 or more")
    return hours
