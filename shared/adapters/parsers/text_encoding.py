"""Bytes to text, in whatever encoding an office machine has saved them."""

import codecs

from shared.adapters.parsers.rejections import Reason, RejectedFile

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
# GB 2312 puts its 3,755 everyday characters first: lead bytes B0..D7. Real Chinese text is made of them; another
# encoding read as GB 18030 is not. Full-width punctuation has lead bytes A1..A3.
_EVERYDAY_LEAD_BYTES = frozenset((*range(0xA1, 0xA4), *range(0xB0, 0xD8)))
_EVERYDAY_SHARE = 0.85


def decode(data: bytes, declared: str = "") -> str:
    """Return the text with Unix line ends. `declared` is the document's own claim (an HTML charset), tried after UTF-8.

    Raises RejectedFile(BAD_ENCODING) when no encoding fits and for binary data.
    """
    text = _decode(data, declared)
    if "\x00" in text:
        raise RejectedFile(Reason.BAD_ENCODING, "the file is binary data, not text; export it as text, DOCX or PDF")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, declared: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data, encoding)
    for encoding in filter(None, ("utf-8", _utf16_without_bom(data), declared)):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("gb18030") if _looks_like_gb18030(data) else _guess(data)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise RejectedFile(Reason.BAD_ENCODING, f"says that it is {encoding} but is not; save it as UTF-8") from error


def _utf16_without_bom(data: bytes) -> str:
    sample = data[:_SAMPLE]
    if len(sample) < 4 or len(data) % 2 or b"\x00" not in sample:
        return ""
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if low == high:
        return ""
    return "utf-16-be" if low > high else "utf-16-le"


def _looks_like_gb18030(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    leads: list[int] = []
    position, sample = 0, data[:_SAMPLE]
    while position < len(sample):
        if sample[position] < 0x80:
            position += 1
            continue
        leads.append(sample[position])
        position += 2
    return bool(leads) and sum(lead in _EVERYDAY_LEAD_BYTES for lead in leads) / len(leads) >= _EVERYDAY_SHARE


def _guess(data: bytes) -> str:
    # Imported here: only functions that read documents have it, and the others read company.yaml without it.
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        best = None
    else:
        best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise RejectedFile(Reason.BAD_ENCODING, "the text's encoding could not be told; save it as UTF-8")
    return _strictly(data, best.encoding)
