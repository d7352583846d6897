"""A workbook or CSV as questions and answers, as fact tables, or as text: declared, or told by its columns."""

from collections.abc import Iterator, Sequence

from shared.adapters.parsers.fact_sheet import looks_like_facts, read_facts
from shared.adapters.parsers.faq_sheet import looks_like_faq, read_faq
from shared.adapters.parsers.grid import GridRow, Sheet, body_after, header_position
from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.adapters.parsers.row_audience import for_customers
from shared.adapters.parsers.table_settings import for_sheet
from shared.adapters.parsers.table_text import row_line
from shared.domain.knowledge import Audience, DocumentMeta, FactTable, FaqEntry, ParsedDocument, Section


def read_sheets(sheets: Sequence[Sheet], meta: DocumentMeta) -> ParsedDocument:
    """Return entries, tables and sections of all sheets. `meta.kind` "document" lets each sheet be what it looks like.

    Raises RejectedFile(BAD_METADATA) when the sheets keep everything from customers.
    """
    entries: list[FaqEntry] = []
    tables: list[FactTable] = []
    sections: list[Section] = []
    warnings: list[str] = []
    withheld = False
    for whole in sheets:
        settings = for_sheet(meta.options, whole.name)
        if not whole.rows or settings.get("ignore"):
            warnings.extend(whole.warnings)
            continue
        kind = _kind(whole, meta)
        sheet = whole if meta.audience is Audience.STAFF else for_customers(whole, settings, questions=kind == "faq")
        withheld = withheld or len(sheet.rows) < len(whole.rows)
        warnings.extend(sheet.warnings)
        if kind == "faq":
            found, notes = read_faq(sheet, settings)
            entries.extend(found)
        elif kind == "facts":
            table, notes, below = read_facts(sheet, settings, meta)
            tables.extend((table,) if table else ())
            sections.extend(_notes(sheet, below))
        else:
            notes = ()
            sections.extend(_sections(sheet, len(sheets) > 1))
        warnings.extend(notes)
    if withheld and not (entries or tables or sections):
        # Not an empty file, whose earlier version may stay: somebody took its rows back.
        raise RejectedFile(
            Reason.BAD_METADATA,
            f"no row is marked public ({'; '.join(warnings[:2])}); set audience: staff in kefu.yaml, or mark a row",
        )
    return ParsedDocument(
        meta=meta, sections=tuple(sections), entries=tuple(entries), tables=tuple(tables), warnings=tuple(warnings)
    )


def _kind(sheet: Sheet, meta: DocumentMeta) -> str:
    settings = for_sheet(meta.options, sheet.name)
    if meta.kind != "document":
        return meta.kind
    if looks_like_faq(sheet, settings):
        return "faq"
    return "facts" if settings.get("key") or looks_like_facts(sheet, settings) else "document"


def _notes(sheet: Sheet, rows: Sequence[GridRow]) -> Iterator[Section]:
    """Give what stands below a table of facts ("以上价格不含税") as text: it is asked for in its own words."""
    text = "\n".join(" ".join(filter(None, row.cells)) for row in rows)
    if text:
        yield Section(heading_path=(sheet.name,), text=text, row=f"{sheet.name}!{rows[0].number}")


def _sections(sheet: Sheet, several: bool) -> Iterator[Section]:
    """Give each row as one line with its column names, so that it can be found and cited alone."""
    path = (sheet.name,) if several else ()
    header = header_position(sheet.rows, None)
    if header is None:
        text = "\n".join(" ".join(filter(None, row.cells)) for row in sheet.rows)
        yield Section(heading_path=path, text=text, row=f"{sheet.name}!{sheet.rows[0].number}")
        return
    names = sheet.rows[header].cells
    for row in body_after(sheet.rows, header):
        yield Section(heading_path=path, text=row_line(names, row.cells), row=f"{sheet.name}!{row.number}")
