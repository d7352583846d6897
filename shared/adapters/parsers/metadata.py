"""What a company says about a document: front matter or a `kefu.yaml` entry, checked and typed.

A doubtful setting is refused, never guessed: a slip of the pen must not show a staff document to a customer.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from shared.adapters.parsers.cell_dates import read_date
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.strict_yaml import load_mapping
from shared.adapters.parsers.table_settings import TABLE_KEYS, table_options
from shared.domain.knowledge import Audience, DocumentMeta
from shared.domain.language import Language

META_KEYS = ("title", "language", "audience", "valid_from", "valid_to", "source_url", "kind", "options")
KINDS = ("document", "faq", "facts")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# A spreadsheet program that saved a CSV with front matter again has put commas behind each of its lines.
_PADDING = " \t,;"
_FRONT_MATTER = re.compile(r"\A\s*---[ \t,;]*\n(.*?)(?:^|\n)(?:---|\.\.\.)[ \t,;]*(?:\n|\Z)", re.DOTALL)
_OPENED = re.compile(r"\A\s*---[ \t,;]*\n")
_TOML = re.compile(r"\A\s*\+\+\+[ \t]*\n\s*[\w.\"-]+\s*=")
# A full-width colon may be one of a sentence, except after a key of ours.
_SETTING = re.compile(r"^[\"'{\s]*(?:[A-Za-z_-]+[\"']?\s*[:：]|[^\s:：\"'{#-][^\s:：]{0,30}[\"']?\s*:(?:\s|$))")
_HEAD = 2_000
_STRAY = re.compile(
    r"^[^\w\n]*(?:audience[\"'*` ]*[:：=][\"'*` ]*staff|valid_(?:from|to)[\"'*` ]*[:：=][\"'*` ]*\d[\d/.年月日-]*)[^\w\n]*$"
    r"|<meta\s[^>\n]{0,80}name=[\"']?audience[\"']?\s[^>\n]{0,80}staff",
    re.IGNORECASE | re.MULTILINE,
)
_YEAR_FIRST = re.compile(r"\d{4}\D{1,3}\d{1,2}\D{1,3}\d")
_MAX_TITLE = 300


def split_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter ({} without one) and the rest.

    Text between two lines of dashes that says no setting is text. Raises RejectedFile(BAD_METADATA) for front matter
    that does not end, or that is TOML.
    """
    if _TOML.match(text):
        raise RejectedFile(
            Reason.BAD_METADATA, "front matter between +++ is not read; write `key: value` lines between two of ---"
        )
    opened = _OPENED.match(text)
    if not opened:
        return {}, text
    found = _FRONT_MATTER.match(text)
    lines = [line.rstrip(_PADDING) for line in (found.group(1) if found else text[opened.end() :][:_HEAD]).split("\n")]
    if not _says_settings(lines, whole=found is not None):
        return {}, text
    if not found:
        raise RejectedFile(Reason.BAD_METADATA, "the front matter has no end; close it with a line of three dashes: ---")
    return load_mapping("\n".join(lines), "the front matter"), text[found.end() :]


def refuse_stray_settings(head: str, meta: DocumentMeta) -> None:
    """Raise RejectedFile(BAD_METADATA) when the start of a document's own text says who may see it, or when.

    Whoever wrote it there meant it to hold. Code is an example, and no such word.
    """
    found = _STRAY.search(head[:_HEAD].partition("```")[0])
    if found and meta.audience is Audience.PUBLIC:
        raise RejectedFile(
            Reason.BAD_METADATA,
            f"{found.group().strip()[:80]!r} stands where it is not read; "
            "put it between two lines of three dashes (---) at the very top of a text file, or into kefu.yaml",
        )


def _says_settings(lines: Sequence[str], whole: bool) -> bool:
    """Whether front matter was meant: its first line is a setting, or all below a comment (else that is a heading)."""
    filled = [line for line in lines if line.strip()]
    said = [line for line in filled if not line.startswith("#")]
    if not said or not _SETTING.match(said[0]):
        return False
    return said[0] is filled[0] or not whole or all(_SETTING.match(line) or line[0] in " -" for line in said)


def typed_meta(settings: Mapping[str, Any], where: str) -> DocumentMeta:
    """Check and type settings with the keys META_KEYS (and TABLE_KEYS, kept in `options`).

    Raises RejectedFile(BAD_METADATA) naming `where`, the key and the fix.
    """
    _refuse_unknown(settings, where)
    kind = _one_of(settings.get("kind", "document"), KINDS, f"{where}: kind")
    language = settings.get("language")
    options = table_options(_table_settings(settings, kind, where), where)
    dates = {
        key: _as_date(settings[key], f"{where}: {key}") for key in ("valid_from", "valid_to") if _is_date(settings, key, kind)
    }
    meta = DocumentMeta(
        title=_title(settings.get("title"), language, f"{where}: title"),
        language=cast("Language", _one_of(language, LANGUAGES, f"{where}: language")) if language is not None else None,
        audience=Audience(_one_of(settings.get("audience", "public"), tuple(Audience), f"{where}: audience")),
        valid_from=dates.get("valid_from"),
        valid_to=dates.get("valid_to"),
        source_url=_web_address(settings.get("source_url", ""), f"{where}: source_url"),
        kind=kind,
        options=options | _titles(settings),
    )
    _check_order(meta, where)
    return meta


def with_front_matter(outer: DocumentMeta, front: Mapping[str, Any]) -> DocumentMeta:
    """Lay a file's own front matter over what its folder says. Whoever says "staff" is heard."""
    if not front:
        return outer
    inner = typed_meta(front, "front matter")
    merged = replace(
        outer,
        title=inner.title or outer.title,
        language=inner.language or outer.language,
        audience=Audience.STAFF if Audience.STAFF in (inner.audience, outer.audience) else Audience.PUBLIC,
        valid_from=inner.valid_from or outer.valid_from,
        valid_to=inner.valid_to or outer.valid_to,
        source_url=inner.source_url or outer.source_url,
        kind=inner.kind if "kind" in front else outer.kind,
        options={**outer.options, **inner.options},
    )
    _check_order(merged, "front matter")
    return merged


def _refuse_unknown(settings: Mapping[str, Any], where: str) -> None:
    known = (*META_KEYS, *TABLE_KEYS)
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(META_KEYS)}"
            raise RejectedFile(Reason.BAD_METADATA, f"{where}: unknown key {key!r}; {hint}")


def _table_settings(settings: Mapping[str, Any], kind: str, where: str) -> dict[str, Any]:
    inner: Any = settings.get("options", {})
    if not isinstance(inner, dict):
        raise RejectedFile(Reason.BAD_METADATA, f"{where}: options must be a list of `key: value` lines")
    found = {key: settings[key] for key in TABLE_KEYS if key in settings and key not in META_KEYS}
    # In a fact table without sheets of its own, `valid_from: 生效日期` names the column that holds each row's date.
    for key in ("valid_from", "valid_to"):
        if key in settings and not _is_date(settings, key, kind):
            found[key] = settings[key]
    return {**cast("dict[str, Any]", inner), **found}


def _is_date(settings: Mapping[str, Any], key: str, kind: str) -> bool:
    value = settings.get(key)
    if value is None:
        return False
    return not (kind == "facts" and isinstance(value, str) and not re.match(r"\s*\d", value))


def _one_of(value: object, allowed: tuple[str, ...], what: str) -> str:
    text = str(value).strip().casefold() if isinstance(value, str) else ""
    if text not in allowed:
        raise RejectedFile(Reason.BAD_METADATA, f"{what} is {value!r}; write one of: {', '.join(allowed)}")
    return text


def _title(value: object, language: object, what: str) -> str:
    if isinstance(value, dict):
        value = value.get(language if isinstance(language, str) else "zh") or next(iter(value.values()), "")
    if value is None:
        return ""
    if not isinstance(value, str | int | float | date) or isinstance(value, bool) or len(str(value)) > _MAX_TITLE:
        raise RejectedFile(Reason.BAD_METADATA, f"{what} must be a text of at most {_MAX_TITLE} characters; put it in quotes")
    return " ".join(str(value).split())


def _titles(settings: Mapping[str, Any]) -> dict[str, object]:
    """Return a title given in several languages, checked by `_title`, for tables that are shown in both."""
    titles = settings.get("title")
    return {"titles": {str(language): str(text) for language, text in titles.items()}} if isinstance(titles, dict) else {}


def _as_date(value: object, what: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        # The year comes first in all of these, so that none has two meanings: 2026-12-31, 2026/12/31, 2026年12月31日.
        read = read_date(text) if _YEAR_FIRST.match(text) else date.fromisoformat(text)
    except ValueError:
        read = None
    if read is None:
        raise RejectedFile(Reason.BAD_METADATA, f"{what} is {value!r}; write a date as 2026-12-31")
    return read


def _web_address(value: object, what: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if value in ("", None):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s<>\"]", text):
        raise RejectedFile(Reason.BAD_METADATA, f"{what} must be a web address that starts with https:// or http://")
    return text


def _check_order(meta: DocumentMeta, where: str) -> None:
    if meta.valid_from and meta.valid_to and meta.valid_to < meta.valid_from:
        raise RejectedFile(Reason.BAD_METADATA, f"{where}: valid_to is before valid_from; exchange them")
