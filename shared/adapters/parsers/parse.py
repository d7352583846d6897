"""One document's bytes to text with its places, in this process. `sandbox.py` runs it in a process of its own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.adapters.parsers.formats import Format, format_of
from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.metadata import refuse_stray_settings, split_front_matter, with_front_matter
from shared.adapters.parsers.outline import Outline
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.text_encoding import decode
from shared.domain.knowledge import DocumentMeta, ParsedDocument
from shared.domain.language import Language, detect_language

if TYPE_CHECKING:
    from shared.adapters.parsers.grid import Sheet

_SAMPLE = 20_000


def parse_document(source: str, data: bytes, meta: DocumentMeta, limits: Limits) -> ParsedDocument:
    """Return the document with a title and a language always set. Raises RejectedFile, MemoryError or RecursionError."""
    if len(data) > limits.file_bytes:
        raise RejectedFile(Reason.TOO_LARGE, f"larger than {limits.file_bytes // 1024**2} MB; divide the file")
    if not data.strip():
        raise RejectedFile(Reason.EMPTY, "the file is empty")
    found = format_of(source, data, limits)
    if found in (Format.XLSX, Format.CSV):
        parsed = _spreadsheet(found, source, data, meta, limits)
    elif found in (Format.PDF, Format.DOCX):
        parsed = _package(found, source, data, meta, limits)
    else:
        parsed = _text(found, source, data, meta, limits)
    if not (parsed.sections or parsed.entries or parsed.tables):
        raise RejectedFile(Reason.EMPTY, " ".join(("no text was found in the file.", *parsed.warnings[:3])))
    return _with_language(parsed)


def _text(found: Format, source: str, data: bytes, meta: DocumentMeta, limits: Limits) -> ParsedDocument:
    from shared.adapters.parsers.html_file import declared_encoding, parse_html
    from shared.adapters.parsers.markdown_file import parse_markdown
    from shared.adapters.parsers.text_file import parse_text

    text = decode(data, declared_encoding(data) if found is Format.HTML else "")
    front, body = split_front_matter(text)
    meta = with_front_matter(meta, front)
    refuse_stray_settings(body, meta)
    if found is Format.HTML:
        page = parse_html(body, limits)
        return _from_outline(page.outline, replace(meta, source_url=meta.source_url or page.address), page.title, source)
    outline = (parse_markdown if found is Format.MARKDOWN else parse_text)(body, limits)
    return _from_outline(outline, meta, "", source)


def _package(found: Format, source: str, data: bytes, meta: DocumentMeta, limits: Limits) -> ParsedDocument:
    from shared.adapters.parsers.docx_file import parse_docx
    from shared.adapters.parsers.pdf_file import parse_pdf

    outline, title = parse_pdf(data, limits) if found is Format.PDF else parse_docx(data, limits)
    refuse_stray_settings("\n".join(part.text for part in outline.sections()[:3]), meta)
    return _from_outline(outline, meta, _useful(title), source)


def _spreadsheet(found: Format, source: str, data: bytes, meta: DocumentMeta, limits: Limits) -> ParsedDocument:
    from shared.adapters.parsers.grid import read_csv, read_workbook
    from shared.adapters.parsers.spreadsheet import read_sheets

    stem = PurePosixPath(source).stem
    if found is Format.CSV:
        whole = decode(data)
        front, text = split_front_matter(whole)
        meta = with_front_matter(meta, front)
        refuse_stray_settings(text, meta)
        # Rows keep the numbers that a spreadsheet program shows.
        sheets = read_csv(stem, "\n" * whole.removesuffix(text).count("\n") + text, limits)
    else:
        sheets = read_workbook(data, limits)
    language = meta.language or detect_language(_language_sample(sheets))
    return read_sheets(sheets, replace(meta, title=meta.title or stem, language=language))


def _language_sample(sheets: "Sequence[Sheet]") -> str:
    return " ".join(cell for sheet in sheets for row in sheet.rows[:200] for cell in row.cells)[:_SAMPLE]


def _from_outline(outline: Outline, meta: DocumentMeta, title: str, source: str) -> ParsedDocument:
    name = meta.title or title or outline.title or PurePosixPath(source).stem
    return ParsedDocument(meta=replace(meta, title=name), sections=outline.sections(), warnings=tuple(outline.warnings))


def _useful(title: str) -> str:
    """Return a title from a file's properties, unless a program put it there."""
    cleaned = " ".join(title.split())
    generated = cleaned.casefold() in ("untitled", "无标题", "(anonymous)", "word document") or cleaned.endswith(
        (".doc", ".docx", ".pdf")
    )
    return "" if generated or cleaned.startswith("Microsoft Word") else cleaned


def _with_language(parsed: ParsedDocument) -> ParsedDocument:
    if parsed.meta.language is not None:
        return parsed
    words = " ".join([*(part.text for part in parsed.sections), *(entry.answer for entry in parsed.entries)])[:_SAMPLE]
    language: Language = detect_language(f"{parsed.meta.title} {words}")
    return replace(parsed, meta=replace(parsed.meta, language=language))
