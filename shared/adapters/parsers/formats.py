"""Which format a file is in, told by its content first and its name second, and what a zip may hold."""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePosixPath

from shared.adapters.parsers.limits import Limits
from shared.adapters.parsers.rejections import Reason, RejectedFile


class Format(StrEnum):
    """The formats that are read."""

    MARKDOWN = "markdown"
    HTML = "html"
    TEXT = "text"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"


_BY_NAME = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    "": Format.TEXT,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".xlsx": Format.XLSX,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
}
SUPPORTED = "Markdown, HTML, PDF, DOCX, XLSX, CSV and plain text"
_PACKAGED = {Format.PDF, Format.DOCX, Format.XLSX}
_MACRO_NAMES = {".docm", ".dotm", ".xlsm", ".xltm", ".xlam"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MARKED_UP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE | re.DOTALL)
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C|E\x00N\x00T)|\x00<\x00!\x00(?:D\x00O\x00C|E\x00N\x00T)")
_LARGE_MEMBER = 1024 * 1024
_XML_HEAD = 64 * 1024


def format_of(source: str, data: bytes, limits: Limits) -> Format:
    """Return the file's format after checking that it is what it says and safe to open. Raises RejectedFile."""
    suffix = PurePosixPath(source).suffix.lower().strip()
    if suffix in _MACRO_NAMES:
        raise RejectedFile(Reason.MACROS, "files with macros are not opened; save it as .docx or .xlsx")
    if b"%PDF-" in data[:1024]:
        return Format.PDF
    if data.startswith(_OLE):
        raise _ole_problem(data)
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _packaged_format(data, limits)
    named = _BY_NAME.get(suffix)
    if named is None:
        raise RejectedFile(Reason.UNSUPPORTED, f"{suffix} files are not read; these are: {SUPPORTED}")
    if named in _PACKAGED:
        raise RejectedFile(Reason.DAMAGED, f"the file is named {suffix} but holds something else; save it again as {suffix}")
    return Format.HTML if named is Format.TEXT and _MARKED_UP.match(data[:4096]) else named


def _ole_problem(data: bytes) -> RejectedFile:
    if _ENCRYPTED_PACKAGE in data:
        return RejectedFile(Reason.ENCRYPTED, "the file is protected by a password; save it without one")
    return RejectedFile(Reason.UNSUPPORTED, "this is an old Office format (.doc, .xls); save it as .docx or .xlsx")


def _packaged_format(data: bytes, limits: Limits) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _check_zip(archive, len(data), limits)
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise RejectedFile(Reason.MACROS, "files with macros are not opened; save it without them")
            found = Format.DOCX if "word/document.xml" in names else Format.XLSX if "xl/workbook.xml" in names else None
            if found is None:
                raise RejectedFile(Reason.UNSUPPORTED, f"archives are not read; unpack it. These are: {SUPPORTED}")
            _check_xml(archive, names)
            return found
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise RejectedFile(Reason.DAMAGED, "the file is damaged; open it in an office program and save it again") from error


def _check_zip(archive: zipfile.ZipFile, packed: int, limits: Limits) -> frozenset[str]:
    """Judge by the sizes that the directory declares; zipfile reads no member beyond its declared size."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > limits.zip_members or total > limits.zip_total_bytes or total > max(packed, 1) * limits.zip_ratio:
        raise RejectedFile(Reason.ZIP_BOMB, "the file unpacks to far more than its size; divide it")
    for member in members:
        if member.flag_bits & 1:
            raise RejectedFile(Reason.ENCRYPTED, "the file is protected by a password; save it without one")
        if member.file_size > _LARGE_MEMBER and member.file_size > max(member.compress_size, 1) * limits.zip_ratio:
            raise RejectedFile(Reason.ZIP_BOMB, "a part of the file unpacks to far more than its size")
    return frozenset(member.filename for member in members)


def _check_xml(archive: zipfile.ZipFile, names: frozenset[str]) -> None:
    """Office files declare no document types or entities; one that does is an attack on the reader."""
    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            with archive.open(name) as part:
                if _DECLARES.search(part.read(_XML_HEAD)):
                    raise RejectedFile(Reason.UNSAFE_XML, "the file declares XML entities; save it again with an office program")
