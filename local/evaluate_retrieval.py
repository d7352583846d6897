"""`kefu eval retrieval`: index a folder of entries, ask its labelled questions, print how well each way of ranking does."""

import argparse
import json
import tempfile
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from local.composition.search_engine import SearchEngine, embedded_engine
from local.search_node import evaluated_engine
from shared.adapters.e5.export import export_model
from shared.adapters.e5.opening import E5Models, open_e5
from shared.adapters.ranking.profile import load_profile
from shared.adapters.sqlite.database import MEMORY, Database
from shared.adapters.sqlite.knowledge_store import SQLiteKnowledgeStore
from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import Audience, Chunk
from shared.domain.language import detect_language
from shared.domain.overlap import fingerprint
from shared.domain.retrieval_report import LabelledQuestion, RetrievalReport
from shared.ports import Embedder, KnowledgeChange
from shared.use_cases.embed_chunks import embed_chunks
from shared.use_cases.evaluate_retrieval import EvaluateRetrieval
from shared.use_cases.search_knowledge import SearchKnowledge

DEFAULT_MODEL = Path("var/models/e5")
_TENANT = "evaluation"
_BATCH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of docs.jsonl."""

    entry_id: str
    title: str
    text: str


def run(
    data: Path,
    *,
    queries: Path | None = None,
    with_titles: bool = False,
    model: Path = DEFAULT_MODEL,
    embedder: Embedder | None = None,
    search_engine: str = "embedded",
) -> RetrievalReport:
    """Evaluate `data`/docs.jsonl with `queries` (default `data`/queries.jsonl, which may be in another language).

    Entries are indexed by their text; their titles only with `with_titles`. `search_engine` "opensearch": on the one that
    KEFU_OPENSEARCH_URL names, or on a node of our own until the end. Raises InvalidInputError for a file that is
    missing or has a line that is not as described, DependencyUnavailableError without the embedding weights.
    """
    entries = read_entries(data)
    questions = read_questions(queries or data / "queries.jsonl")
    e5: E5Models | None = None
    if embedder is None:
        export_model(model)
        e5 = open_e5(model)
        embedder = e5.embedder
    with _opened(search_engine, embedder) as engine, search_over(engine, embedder, e5) as search:
        index([to_chunk(entry, place, with_titles) for place, entry in enumerate(entries)], search, embedder)
        evaluate = EvaluateRetrieval(search=search, tenant=_TENANT, today=datetime.now(UTC).date(), twins=_twins(entries))
        return evaluate(questions)


def read_entries(data: Path) -> list[Entry]:
    """The entries of `data`/docs.jsonl. Raises InvalidInputError."""
    return [_entry(row, place) for place, row in _rows(data / "docs.jsonl")]


def read_questions(path: Path) -> list[LabelledQuestion]:
    """The questions of a file. Raises InvalidInputError."""
    return [_question(row, place) for place, row in _rows(path)]


def as_json(found: RetrievalReport) -> dict[str, Any]:
    """The report as plain JSON data."""
    return asdict(found)


def print_report(found: RetrievalReport, console: Console) -> None:
    """The report as a table per kind, and what it says of unanswerable questions."""
    for kind in next(iter(found.measures.values()), {}):
        console.print(_table(kind, found))
    console.print(
        f"answered from probability {found.threshold}: {found.answered_share:.1%} of answerable questions; "
        f"expected calibration error {found.calibration_error:.3f}; p50 {found.p50_ms:.1f} ms with embedding"
    )
    if found.unanswerable is not None:
        console.print(
            f"unanswerable: {found.unanswerable.questions} questions, mean probability "
            f"{found.unanswerable.mean_probability:.3f}, refused {found.unanswerable.refused_share:.1%}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="kefu eval retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with docs.jsonl and queries.jsonl")
    parser.add_argument("--queries", type=Path, help="another file of questions over the same entries")
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of as tables")
    parser.add_argument("--output", type=Path, help="write the report there as JSON too")
    parser.add_argument("--with-titles", action="store_true", help="index the entries' titles as well")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL, help="folder of the embedding model")
    parser.add_argument("--search", choices=["embedded", "opensearch"], default="embedded", help="what to search with")
    options = parser.parse_args(arguments)
    found = run(
        options.data,
        queries=options.queries,
        with_titles=options.with_titles,
        model=options.model,
        search_engine=options.search,
    )
    report = json.dumps(as_json(found), indent=2)
    if options.output:
        options.output.write_text(report + "\n", encoding="utf-8")
    if options.json:
        click.echo(report)
    else:
        print_report(found, Console())


def _table(kind: str, found: RetrievalReport) -> Table:
    questions = next(iter(found.measures.values()))[kind].questions
    table = Table(title=f"{kind}: {questions} questions", title_justify="left")
    for heading in ("", "Recall@1", "Recall@5", "MRR@10", "nDCG@10"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, by_kind in found.measures.items():
        one = by_kind[kind]
        figures = (one.recall_at_1, one.recall_at_5, one.mrr_at_10, one.ndcg_at_10)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    return table


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if not path.is_file():
        raise InvalidInputError(str(path), "no such file; the folder needs docs.jsonl and queries.jsonl")
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield f"{path.name}:{number}", _row(line, f"{path.name}:{number}")


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InvalidInputError(place, "this line is not JSON") from error
    if not isinstance(row, dict):
        raise InvalidInputError(place, "this line is not a JSON object")
    return row


def _entry(row: dict[str, Any], place: str) -> Entry:
    if "id" not in row or "text" not in row:
        raise InvalidInputError(place, 'an entry needs "id" and "text"')
    return Entry(entry_id=str(row["id"]), title=str(row.get("title") or ""), text=str(row["text"]))


def _question(row: dict[str, Any], place: str) -> LabelledQuestion:
    if "query" not in row:
        raise InvalidInputError(place, 'a question needs "query"')
    relevant = row.get("rel") or []
    listed = [relevant] if isinstance(relevant, str) else relevant
    return LabelledQuestion(
        question_id=str(row.get("id", place)),
        text=str(row["query"]),
        relevant=frozenset(map(str, listed)),
        kind=str(row.get("kind") or "all"),
    )


def to_chunk(entry: Entry, place: int, with_titles: bool) -> Chunk:
    """The entry as one chunk of its own document."""
    return Chunk(
        chunk_id=entry.entry_id,
        document_id=entry.entry_id,
        tenant=_TENANT,
        ordinal=place,
        title=entry.title if with_titles else "",
        text=entry.text,
        document_title="",
        heading_path=(),
        locator=entry.entry_id,
        source=entry.entry_id,
        source_url="",
        language=detect_language(entry.text),
        audience=Audience.PUBLIC,
        text_hash=sha256(fingerprint(entry.text).encode()).hexdigest(),
        added_in=1,
    )


@contextmanager
def open_search(folder: Path, embedder: Embedder, e5: E5Models | None = None) -> Generator[SearchKnowledge]:
    """A search over nothing yet, with its indices in `folder`."""
    engine = embedded_engine(folder, model=embedder.name, dimensions=embedder.dimensions)
    with search_over(engine, embedder, e5) as search:
        yield search


@contextmanager
def search_over(engine: SearchEngine, embedder: Embedder, e5: E5Models | None = None) -> Generator[SearchKnowledge]:
    """A search over an empty engine; `e5` rereads and reads what it finds."""
    with ThreadPoolExecutor(4) as executor:
        yield SearchKnowledge(
            knowledge=SQLiteKnowledgeStore(Database(MEMORY)),
            keyword=engine.keyword,
            vectors=engine.vectors,
            hybrid=engine.hybrid,
            embedder=embedder,
            reranker=e5.reranker if e5 else None,
            reader=e5.reader if e5 else None,
            executor=executor,
            profile=load_profile(),
            leg_timeout_s=30,
        )


@contextmanager
def _opened(name: str, embedder: Embedder) -> Generator[SearchEngine]:
    model, dimensions = embedder.name, embedder.dimensions
    if name == "opensearch":
        with evaluated_engine(model, dimensions) as engine:
            yield engine
        return
    with tempfile.TemporaryDirectory(prefix="kefu-eval-") as folder:
        yield embedded_engine(Path(folder), model=model, dimensions=dimensions)


def index(chunks: Sequence[Chunk], search: SearchKnowledge, embedder: Embedder) -> None:
    """Store, index and publish the chunks as snapshot 1."""
    search.knowledge.apply(KnowledgeChange(tenant=_TENANT, document_id="corpus", snapshot=1, document=None, added=tuple(chunks)))
    search.knowledge.publish(_TENANT, 1, datetime.now(UTC))
    search.keyword.apply(_TENANT, chunks, {})
    for start in range(0, len(chunks), _BATCH):
        search.vectors.apply(_TENANT, embed_chunks(embedder, chunks[start : start + _BATCH]), {})


def _twins(entries: Sequence[Entry]) -> dict[str, str]:
    """Entries with the same text count as one: only one of them is shown."""
    first: dict[str, str] = {}
    return {entry.entry_id: first.setdefault(fingerprint(entry.text), entry.entry_id) for entry in entries}


if __name__ == "__main__":
    main()
