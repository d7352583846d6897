"""How much of a document is accepted."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. Sizes in bytes; `characters` counts the extracted text.

    `memory` is the parsing process's private memory, `seconds` its wall and CPU time for one document.
    `zip_ratio` is unpacked over packed size, judged on members above one megabyte and on the whole file.
    """

    file_bytes: int = 32 * 1024 * 1024
    pages: int = 500
    rows: int = 20_000
    columns: int = 200
    zip_ratio: int = 120
    zip_total_bytes: int = 64 * 1024 * 1024
    zip_members: int = 4_000
    characters: int = 4_000_000
    seconds: float = 8.0
    memory: int = 256 * 1024 * 1024
