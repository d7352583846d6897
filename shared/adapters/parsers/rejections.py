"""The reasons for which a document is refused: stable words, explained in docs/knowledge.md."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a document was refused. A new one is added here and in docs/knowledge.md; none is ever renamed."""

    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_ROWS = "too_many_rows"
    ZIP_BOMB = "zip_bomb"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    DAMAGED = "damaged"
    EMPTY = "empty"
    TIMEOUT = "timeout"
    BAD_ENCODING = "bad_encoding"
    BAD_METADATA = "bad_metadata"
    UNSAFE_XML = "unsafe_xml"
    UNSAFE_PATH = "unsafe_path"
    UNREADABLE = "unreadable"


class RejectedFile(Exception):
    """Raised by a format's parser, which does not know the document's name."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
