"""The settings of a spreadsheet in `kefu.yaml`, checked: which columns are keys, aliases, values, questions, answers."""

import difflib
from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.adapters.parsers.rejections import Reason, RejectedFile

_SHEET_KEYS = (
    "key",
    "category",
    "alias_columns",
    "alias_separator",
    "ask_back_when_several",
    "valid_from",
    "valid_to",
    "columns",
    "header_row",
    "question_columns",
    "answer_column",
    "category_column",
    "link_column",
    "ignore",
)
TABLE_KEYS = (*(key for key in _SHEET_KEYS if key not in ("valid_from", "valid_to")), "sheets")
_LIST_KEYS = ("key", "alias_columns", "ask_back_when_several", "question_columns")
_COLUMN_KEYS = ("type", "unit", "label_zh", "label_en", "synonyms", "values_zh", "values_en")
COLUMN_TYPES = {
    "text": "text",
    "number": "number",
    "number_or_text": "number",
    "money": "money",
    "date": "date",
    "time_range": "time_range",
    "hours": "time_range",
    "boolean": "boolean",
}


def table_options(settings: Mapping[str, Any], where: str) -> dict[str, object]:
    """Return the checked settings, JSON-able. Raises RejectedFile(BAD_METADATA) naming `where`, the key and the fix."""
    _refuse_unknown(settings, (*_SHEET_KEYS, "sheets"), where)
    checked = _sheet({key: value for key, value in settings.items() if key != "sheets"}, where)
    if "sheets" in settings:
        sheets = _mapping(settings["sheets"], f"{where}: sheets")
        checked["sheets"] = {str(name): _named_sheet(str(name), sheet, where) for name, sheet in sheets.items()}
    return checked


def for_sheet(options: Mapping[str, object], sheet: str) -> dict[str, Any]:
    """Return the settings for one sheet: the file's own, overruled by the sheet's."""
    sheets = options.get("sheets")
    own = sheets.get(sheet, {}) if isinstance(sheets, dict) else {}
    return {**{key: value for key, value in options.items() if key != "sheets"}, **own}


def _named_sheet(name: str, settings: object, where: str) -> dict[str, object]:
    at = f"{where}: sheets: {name}"
    found = _mapping(settings, at)
    _refuse_unknown(found, _SHEET_KEYS, at)
    return _sheet(found, at)


def _sheet(settings: Mapping[str, Any], where: str) -> dict[str, object]:
    checked: dict[str, object] = {}
    for key, value in settings.items():
        at = f"{where}: {key}"
        if key == "columns":
            checked[key] = {str(name): _column(spec, f"{at}: {name}") for name, spec in _mapping(value, at).items()}
        elif key in _LIST_KEYS:
            checked[key] = _texts(value, at)
        elif key == "header_row":
            checked[key] = _row_number(value, at)
        elif key == "ignore":
            checked[key] = bool(value)
        else:
            checked[key] = _text(value, at)
    return checked


def _column(spec: object, where: str) -> dict[str, object]:
    settings = _mapping({} if spec is None else spec, where)
    _refuse_unknown(settings, _COLUMN_KEYS, where)
    checked: dict[str, object] = {
        key: _text(settings[key], f"{where}: {key}") for key in ("unit", "label_zh", "label_en") if key in settings
    }
    if "type" in settings:
        if settings["type"] not in COLUMN_TYPES:
            raise RejectedFile(
                Reason.BAD_METADATA, f"{where}: type is {settings['type']!r}; write one of: {', '.join(COLUMN_TYPES)}"
            )
        checked["type"] = COLUMN_TYPES[settings["type"]]
    if "synonyms" in settings:
        checked["synonyms"] = _texts(settings["synonyms"], f"{where}: synonyms")
    for key in ("values_zh", "values_en"):
        if key in settings:
            values = _mapping(settings[key], f"{where}: {key}")
            checked[key] = {str(value): _text(shown, f"{where}: {key}: {value}") for value, shown in values.items()}
    return checked


def _refuse_unknown(settings: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
            raise RejectedFile(Reason.BAD_METADATA, f"{where}: unknown key {key!r}; {hint}")


def _mapping(value: object, where: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise RejectedFile(Reason.BAD_METADATA, f"{where} must be a list of `name: settings` lines")
    return value


def _texts(value: object, where: str) -> list[str]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list):
        raise RejectedFile(Reason.BAD_METADATA, f"{where} must be a list such as [a, b]")
    return [_text(item, where) for item in found]


def _text(value: object, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise RejectedFile(Reason.BAD_METADATA, f"{where} must be a text; put it in quotes")
    return str(value)


def _row_number(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise RejectedFile(Reason.BAD_METADATA, f"{where} must be a row number, counted from 1")
    return value
