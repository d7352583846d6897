"""Real files for the parser tests, made in memory."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from docx import Document
from openpyxl import Workbook

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.parse import parse_document
from shared.adapters.parsers.rejections import RejectedFile
from shared.domain.knowledge import DocumentMeta, ParsedDocument

DATA = Path(__file__).parents[2] / "data" / "documents"


def read(name: str, data: bytes | str, limits: Limits | None = None, **meta: object) -> ParsedDocument:
    raw = data.encode() if isinstance(data, str) else data
    return parse_document(name, raw, DocumentMeta(**meta), limits or Limits())  # type: ignore[arg-type]


def reason_of(name: str, data: bytes | str, limits: Limits | None = None) -> str:
    try:
        read(name, data, limits)
    except RejectedFile as error:
        assert error.detail
        return error.reason
    return "accepted"


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word_file(build: object) -> bytes:
    document = Document()
    build(document)  # type: ignore[operator]
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rezipped(data: bytes, changes: Mapping[str, bytes]) -> bytes:
    """Return the archive with some members replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return out.getvalue()
