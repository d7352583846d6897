"""Text gathered under headings, as every format's parser hands it over."""

import re

from shared.adapters.parsers.rejections import Reason, RejectedFile
from shared.domain.knowledge import Section

_MAX_DEPTH = 6
_MAX_HEADING = 200
# A heading with nothing below it that tells something itself: "客服电话：400-123-4567", "支持七天无理由退货。"
_TELLS = re.compile(r"[：:]\s*\S|\d{3}|[。！？；.!?;]$|^(?=.{24})|^(?=.*[\u4e00-\u9fff])(?=.{16})")


class Outline:
    """Collects blocks of text under the headings seen so far. `characters` is the most text that is taken.

    `warnings`: what was left out, for people.
    """

    def __init__(self, characters: int) -> None:
        self.warnings: list[str] = []
        self._left = characters
        self._path: list[tuple[int, str]] = []
        self._blocks: list[str] = []
        self._page: int | None = None
        self._sections: list[Section] = []
        self._headings: list[tuple[int, str]] = []
        # The last heading, while nothing stands below it, and whether it may be lost.
        self._bare: tuple[int, str, bool] | None = None

    @property
    def title(self) -> str:
        """What the document calls itself: its first heading, if it alone is at the highest level; else ""."""
        highest = min((level for level, _ in self._headings), default=0)
        names = [name for level, name in self._headings if level == highest]
        return names[0] if len(names) == 1 and self._headings[0][0] == highest else ""

    def heading(self, level: int, text: str, guessed: bool = False) -> None:
        """Open a section at `level` (1 is the highest). What is too long for a heading is a paragraph that looks like one.

        `guessed`: it may be a paragraph, and is one if nothing stands below it.
        """
        name = " ".join(text.split())
        if not name:
            return
        self.leave(level)
        if len(name) > _MAX_HEADING:
            self.block(name)
            return
        tells = guessed or bool(_TELLS.search(name))
        self._bare = (level, name, tells) if self._headings else None
        self._headings.append((level, name))
        self._path = [*self._path[: _MAX_DEPTH - 1], (level, name)]

    def leave(self, level: int) -> None:
        """Close the headings at `level` and below, for a part of a page that ends before the next heading."""
        self._flush()
        if self._bare is not None and self._bare[0] >= level:
            self._keep_bare(*self._bare)
        self._close(level)

    def _close(self, level: int) -> None:
        while self._path and self._path[-1][0] >= level:
            self._path.pop()

    def _keep_bare(self, level: int, name: str, tells: bool) -> None:
        """Make a heading that has nothing below it, and tells something, text of what it stands in: it would be lost."""
        self._bare = None
        self._close(level)
        if tells:
            self._blocks.append(name)
            self._flush()

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
        self._bare = None

    def sections(self) -> tuple[Section, ...]:
        """Return what was gathered, in reading order. Headings are in the paths; alone, they are the text."""
        self._flush()
        if self._bare is not None:
            self._keep_bare(*self._bare)
        if not self._sections and self._headings:
            return (Section(heading_path=(), text="\n".join(name for _, name in self._headings), page=self._page),)
        return tuple(self._sections)

    def _flush(self) -> None:
        if self._blocks:
            path = tuple(name for _, name in self._path)
            self._sections.append(Section(heading_path=path, text="\n\n".join(self._blocks), page=self._page))
            self._blocks = []
