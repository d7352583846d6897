"""Text gathered under headings, as every format's parser hands it over."""

from collections.abc import Sequence

from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.domain.knowledge import Section

_MAX_DEPTH = 6
_MAX_HEADING = 200


class Outline:
    """Collects blocks of text under the headings seen so far. `characters` is the most text that is taken."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._page: int | None = None
        self._sections: list[Section] = []
        self._headings: list[tuple[int, str]] = []

    @property
    def title(self) -> str:
        """What the document calls itself: its first heading, if it alone is at the highest level; else ""."""
        highest = min((level for level, _ in self._headings), default=0)
        names = [name for level, name in self._headings if level == highest]
        return names[0] if len(names) == 1 and self._headings[0][0] == highest else ""

    def heading(self, level: int, text: str) -> None:
        """Open a section at `level` (1 is the highest)."""
        name = " ".join(text.split())[:_MAX_HEADING]
        if not name:
            return
        self._headings.append((level, name))
        self.leave(level)
        self._path = [*self._path[: _MAX_DEPTH - 1], (level, name)]

    def leave(self, level: int) -> None:
        """Close the headings at `level` and below, for a part of a page that ends before the next heading."""
        self._flush()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()

    def page(self, number: int) -> None:
        """Go to page `number`; the headings stay."""
        self._flush()
        self._page = number

    def block(self, text: str) -> None:
        """Add a paragraph, a list or a table. Raises RejectedFile(TOO_LARGE) beyond the limit."""
        cleaned = "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))
        if not cleaned.strip():
            return
        self._left -= len(cleaned)
        if self._left < 0:
            raise RejectedFile(Reason.TOO_LARGE, "the text is too long; divide the document")
        self._blocks.append(cleaned)

    def sections(self) -> tuple[Section, ...]:
        """Return what was gathered, in reading order. Headings are in the paths; alone, they are the text."""
        self._flush()
        if not self._sections and self._headings:
            return (Section(heading_path=(), text="\n".join(name for _, name in self._headings), page=self._page),)
        return tuple(self._sections)

    def _flush(self) -> None:
        if self._blocks:
            path = tuple(name for _, name in self._path)
            self._sections.append(Section(heading_path=path, text="\n\n".join(self._blocks), page=self._page))
            self._blocks = []


def table_lines(rows: Sequence[Sequence[str]]) -> str:
    """Return a table as text, one line a row, each cell with its column's header so that a line stands alone."""
    filled = [tuple(" ".join(cell.split()) for cell in row) for row in rows]
    filled = [row for row in filled if any(row)]
    if not filled:
        return ""
    header, *body = filled
    if not body:
        return _joined(header)
    return "\n".join(row_line(header, row) for row in body)


def row_line(header: Sequence[str], row: Sequence[str]) -> str:
    """Return one row as "column：value；column：value" (or with half-width marks in English)."""
    chinese = any("\u4e00" <= character <= "\u9fff" for cell in (*header, *row) for character in cell)
    colon, comma = ("：", "；") if chinese else (": ", "; ")
    names = [*header, *[""] * (len(row) - len(header))]
    cells = [f"{name}{colon}{cell}" if name and name != cell else cell for name, cell in zip(names, row, strict=False) if cell]
    return comma.join(cells)


def _joined(cells: Sequence[str]) -> str:
    return " | ".join(cell for cell in cells if cell)
