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


def pdf_file(pages: Sequence[Sequence[tuple[float, float, float, str]] | str]) -> bytes:
    """Return a PDF of texts at (x, y) points from the lower left corner, in a size, drawn in this order; or of raw content."""
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    chinese = "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[5 0 R]>>"
    system = "<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>"
    inner = f"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo{system}/DW 1000/FontDescriptor 6 0 R>>"
    measures = "/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93"
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", font, chinese, inner]
    objects.append(f"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6{measures}>>")
    numbers: list[int] = []
    for texts in pages:
        content = texts if isinstance(texts, str) else f"BT {''.join(_shown(*text) for text in texts)}ET"
        objects.append(f"<</Length {len(content)}>>stream\n{content}\nendstream")
        box = "/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R{box}/Contents {len(objects)} 0 R>>")
        numbers.append(len(objects))
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects[1] = f"<</Type/Pages/Count {len(numbers)}/Kids[{kids}]>>"
    return _with_places(objects)


def _shown(x: float, y: float, size: float, text: str) -> str:
    plain = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font, written = ("F1", f"({plain})") if text.isascii() else ("F2", f"<{text.encode('utf-16-be').hex()}>")
    return f"/{font} {size} Tf 1 0 0 1 {x} {y} Tm {written} Tj "


def _with_places(objects: Sequence[str]) -> bytes:
    out = b"%PDF-1.4\n"
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()
