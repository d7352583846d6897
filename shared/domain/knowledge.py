"""Documents, chunks, fact tables, snapshots and passages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from shared.domain.language import Language


class Audience(StrEnum):
    """Who may be given a document. A STAFF chunk never reaches a customer, by any question."""

    PUBLIC = "public"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMeta:
    """What front matter or a `kefu.yaml` beside a file sets. `valid_from`/`valid_to` are inclusive local dates."""

    title: str = ""
    language: Language | None = None
    audience: Audience = Audience.PUBLIC
    valid_from: date | None = None
    valid_to: date | None = None
    source_url: str = ""
    kind: str = "document"
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of text under one heading path, with its place: page number, or sheet and row, or neither."""

    heading_path: tuple[str, ...]
    text: str
    page: int | None = None
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """A question with its variants and its answer; `row` is "sheet!row"."""

    questions: tuple[str, ...]
    answer: str
    row: str
    link: str = ""


class ColumnType(StrEnum):
    """How a fact column is read, compared and printed."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    TIME_RANGE = "time_range"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactColumn:
    """A typed column: `synonyms` are the words by which people ask for it, in any language."""

    name: str
    type: ColumnType
    unit: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One row: `aliases` are the names of the thing, `cells` the exact text shown, by column name."""

    row: int
    aliases: tuple[str, ...]
    cells: Mapping[str, str]
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactTable:
    """A sheet of exact facts; answered by lookup, never by vectors."""

    table_id: str
    document_id: str
    title: str
    sheet: str
    source_url: str
    language: Language
    audience: Audience
    columns: tuple[FactColumn, ...]
    rows: tuple[FactRow, ...]
    key_columns: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """What a parser returns; exactly one of sections, entries and tables is usually filled."""

    meta: DocumentMeta
    sections: tuple[Section, ...] = ()
    entries: tuple[FaqEntry, ...] = ()
    tables: tuple[FactTable, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A stored document. `content_hash` covers bytes and metadata: the same again changes nothing."""

    document_id: str
    tenant: str
    source: str
    title: str
    language: Language
    audience: Audience
    content_hash: str
    ingested_at: datetime
    kind: str = "document"
    source_url: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    chunk_count: int = 0
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """What is indexed and cited.

    `added_in`/`removed_in` are snapshot numbers: a reader of snapshot s sees added_in <= s < removed_in.
    `title` is the heading or the FAQ's first question; `questions` are an FAQ's variants; `locator` is the place for people.
    """

    chunk_id: str
    document_id: str
    tenant: str
    ordinal: int
    title: str
    text: str
    document_title: str
    heading_path: tuple[str, ...]
    locator: str
    source: str
    source_url: str
    language: Language
    audience: Audience
    text_hash: str
    added_in: int
    removed_in: int | None = None
    questions: tuple[str, ...] = ()
    kind: str = "passage"
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def above(self) -> str:
        """What stands above the text, and says what it is about: the FAQ's question, or document and headings."""
        above = self.questions[:1] or (self.document_title, *self.heading_path, self.title)
        return " > ".join(dict.fromkeys(filter(None, above)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The published state of a tenant's knowledge: `published` is what readers see, `head` the highest number ever made."""

    tenant: str
    published: int
    head: int
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegScore:
    """One leg's view of a passage: raw score, normalised score in 0..1, 1-based rank."""

    leg: str
    raw: float
    normalised: float
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """How near a chunk's words are in meaning to a question's, as cosines of word vectors in context, -1..1.

    `question`: each word of the question by its best match in the chunk or above it, on the mean; words that are found in
    many candidates count less. `weakest`: the question's worst matched word. `passage`: the mean of the chunk's best
    matched words, as many as the question has. `units`: the `question` of each unit of the text (`shared.domain.units`).
    """

    question: float
    weakest: float
    passage: float
    units: tuple[float, ...] = ()

    def of_unit(self, index: int) -> float | None:
        """The `question` of the text's unit `index`; None for one beyond what was read."""
        return self.units[index] if index < len(self.units) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a trained reader makes of a question and a chunk, in log-odds, not calibrated.

    `answers`: that the chunk answers the question. `units`: of each unit of the text, that it is part of the answer.
    """

    answers: float
    units: tuple[float, ...] = ()

    def of_unit(self, index: int) -> float | None:
        """The text's unit `index`; None for one beyond what was read."""
        return self.units[index] if index < len(self.units) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A found chunk with its scores and why. `probability` is calibrated: that this passage answers the question.

    `closeness`: None where no reranker looked at it; `verdict`: None where no reader did.
    """

    chunk: Chunk
    score: float
    probability: float
    legs: tuple[LegScore, ...]
    why: str
    closeness: Closeness | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactAnswer:
    """What the fact tables say. `status` decides how the hits are read.

    "exact": the hits are the answer, several only where the question asks for several ("which are in stock", "A and B",
    price and stock); "ambiguous": the question fits all hits, ask which; "none": the tables do not answer it.
    `of_kind`: the question once more, of the kind of thing that it names.
    """

    status: str
    hits: tuple["FactHit", ...] = ()
    of_kind: "OfKind | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfKind:
    """A question on one thing, put of its kind: "云雀 S3 保修几年" of "扫地机器人". Documents often speak of kinds only."""

    kind: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactHit:
    """One row that fits, and the columns that were asked for (empty: the whole row)."""

    table_id: str
    document_id: str
    title: str
    sheet: str
    row: int
    source: str
    source_url: str
    language: Language
    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """A masked question and the rights of who asks. `snapshot` None means the published one."""

    tenant: str
    text: str
    language: Language
    audiences: frozenset[Audience]
    today: date
    top_k: int = 5
    snapshot: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Passages best first, an exact fact if there is one, and which legs are missing (`degraded`)."""

    passages: tuple[Passage, ...]
    snapshot: int
    facts: FactAnswer | None = None
    degraded: tuple[str, ...] = ()
    took_ms: Mapping[str, float] = field(default_factory=dict)
