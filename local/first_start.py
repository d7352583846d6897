"""What the first start does, with progress: export the embedding weights, read the company's documents, publish, embed.

A later one is not kept waiting: beside it, what has changed in the documents since is read into the draft.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from local.machine import Machine, load_model, model_folder
from local.read_company import read_folder
from shared.adapters.e5.model_folder import is_exported
from shared.domain.errors import SupportError
from shared.domain.knowledge import Audience, Chunk
from shared.use_cases.ingest_document import IngestResult, IngestStatus
from shared.use_cases.ingest_folder import FolderSummary, IngestFolder
from shared.use_cases.reconcile_indices import Progress as OnProgress

# Of one document; all are stored with it.
_WARNINGS_SHOWN = 10

# A later start looks for changes and reads ahead after so long: until then the first questions have the machine for themselves.
_FIRST_QUESTIONS_S = 2.0

# A first start waits so long for the vectors; on a busy machine keywords answer until they are all there.
PATIENCE_S = 40.0


class _StoppedError(Exception):
    """The machine is being closed."""


@contextmanager
def progress_bars(console: Console) -> Generator[Progress]:
    """Show progress bars while the block runs."""
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield bars


def needs_first_start(machine: Machine) -> bool:
    """Whether the weights or the company's knowledge are still missing, or another search engine has nothing of it yet."""
    prepared = is_exported(model_folder(machine.settings.models)) and _has_knowledge(machine)
    return not prepared or not _is_indexed(machine)


def first_start(machine: Machine, console: Console, patience_s: float = PATIENCE_S) -> None:
    """Do what is missing. Safe to interrupt: the next start goes on. Without weights, keywords alone answer."""
    began = time.monotonic()
    with progress_bars(console) as bars:
        vectors = VectorWork(machine, bars)
        if not is_exported(model_folder(machine.settings.models)):
            vectors.start_export()
        summary = None if _has_knowledge(machine) else load_company(machine, bars)
        if summary is not None:
            machine.base.publish(machine.company.tenant)
        vectors.start()
        vectors.wait(max(0.0, patience_s - (time.monotonic() - began)))
    if summary is not None:
        report_problems(summary, console)
    console.print(vectors.verdict())


def load_company(machine: Machine, bars: Progress) -> FolderSummary:
    """Read the company's folder into the draft, without vectors."""
    files = read_folder(machine.settings.company)
    task = bars.add_task("documents", total=len(files))

    def on_result(_result: IngestResult, done: int, total: int) -> None:
        bars.update(task, completed=done, total=total)

    return IngestFolder(ingest=machine.base.ingest(with_vectors=False))(machine.company.tenant, files, on_result)


def read_changes_soon(machine: Machine, console: Console) -> None:
    """`read_changes`, after the first questions have had the machine for themselves."""
    machine.closing.wait(_FIRST_QUESTIONS_S)
    read_changes(machine, console)


def read_changes(machine: Machine, console: Console) -> None:
    """Read what has changed in the company's folder into the draft, and say so; publishing stays with people.

    Safe to interrupt by closing the machine. What fails is said, and found at the next start or by `kefu ingest`.
    """
    files = read_folder(machine.settings.company)
    if not files:
        # A disk that is not there looks the same as a folder that was emptied.
        console.print(f"[yellow]There are no documents in {machine.settings.company}; what was read before stays.[/]")
        return
    ingest = IngestFolder(ingest=machine.base.ingest(with_vectors=False))
    try:
        summary = ingest(machine.company.tenant, files, lambda _result, _done, _total: _go_on(machine))
    except SupportError as error:
        console.print(f"[yellow]The documents were not all looked through: {error}[/]")
        return
    report_problems(summary, console)
    changed = sum(_is_change(result) for result in summary.results)
    if changed:
        console.print(f"Documents that have changed: {changed}. To show the change to customers: [bold]kefu publish[/]")


def _is_change(result: IngestResult) -> bool:
    """One that is refused now may have been taken out, too."""
    if result.status is IngestStatus.REJECTED:
        return result.chunks_removed > 0
    return result.status is not IngestStatus.UNCHANGED


def _go_on(machine: Machine) -> None:
    if machine.closing.is_set():
        raise _StoppedError("stopped")


def report_problems(summary: FolderSummary, console: Console) -> None:
    """Say which documents could not be used, and what was left out of those that were read now."""
    for result in summary.results:
        if result.status is IngestStatus.REJECTED:
            console.print(f"[yellow]not used: {escape(f'{result.source}: {result.detail or result.reason}')}[/]")
        elif result.status is not IngestStatus.UNCHANGED:
            for warning in result.warnings[:_WARNINGS_SHOWN]:
                console.print(f"note: {escape(f'{result.source}: {warning}')}")
            if len(result.warnings) > _WARNINGS_SHOWN:
                more = len(result.warnings) - _WARNINGS_SHOWN
                console.print(f"note: {escape(result.source)}: and {more} more; kefu ingest --json lists them")


class VectorWork:
    """Export, load and embed, in threads of their own that end when the machine closes. A failure is kept as a reason."""

    def __init__(self, machine: Machine, bars: Progress | None = None, before: Callable[[], None] = lambda: None) -> None:
        """Do `before` in the same thread, when the weights are loaded and the indexes are not compared yet."""
        self._machine = machine
        self._bars = bars
        self._before = before
        self._failure = ""
        self._export: threading.Thread | None = None
        self._work = threading.Thread(target=self._run, name="vectors", daemon=True)

    def start_export(self) -> None:
        """Begin with the weights, beside whatever else is to be done."""
        self._export = threading.Thread(target=self._run_export, name="export", daemon=True)
        self._export.start()

    def start(self) -> None:
        """Load the weights, then bring the indexes in line with the chunks. Call it when the documents are stored."""
        self._machine.at_close(self._work)
        self._work.start()

    def wait(self, timeout_s: float) -> None:
        """Wait for the end, but not for ever."""
        self._work.join(timeout_s)

    def verdict(self) -> str:
        """Say how it stands, for people."""
        if self._failure:
            return f"[yellow]No embedding model ({self._failure}): keywords alone answer.[/]"
        return "Still embedding; keywords answer until that is done." if self._work.is_alive() else "Ready."

    def _run(self) -> None:
        if self._export is not None:
            self._export.join()
        if self._failure:
            return
        machine = self._machine
        machine.base.model.load(lambda: load_model(machine.settings.models, machine.folder.words))
        try:
            self._before()
            machine.base.reconcile(self._progress("vectors"))(machine.company.tenant)
            self._begin_reading_ahead()
        except (SupportError, _StoppedError) as error:
            self._failure = str(error)

    def _begin_reading_ahead(self) -> None:
        ahead = threading.Thread(target=self._read_ahead, name="read-ahead", daemon=True)
        self._machine.at_close(ahead)
        ahead.start()

    def _read_ahead(self) -> None:
        """The reranker reads what customers may be shown; whoever asks meanwhile is not kept waiting."""
        machine = self._machine
        chunks = [chunk for chunk in machine.base.store.all_chunks(machine.company.tenant) if _is_public(chunk)]
        try:
            machine.base.model.read_ahead(chunks, go_on=lambda: not machine.closing.is_set())
        except SupportError:
            return  # the model is being closed, or is not there: then nothing is reread either

    def _run_export(self) -> None:
        # With what writes models; a later start does not wait for it.
        from shared.adapters.e5.export import export_model

        told = self._progress("embedding weights")
        try:
            export_model(
                model_folder(self._machine.settings.models), lambda share, _step: told("vectors", round(share * 100), 100)
            )
        except (SupportError, OSError, _StoppedError) as error:
            self._failure = str(error)

    def _progress(self, name: str) -> OnProgress:
        bars = self._bars
        task = bars.add_task(name, total=None) if bars else None

        def told(index: str, done: int, total: int) -> None:
            _go_on(self._machine)
            if bars is not None and task is not None and index == "vectors":
                bars.update(task, completed=done, total=total)

        return told


def _has_knowledge(machine: Machine) -> bool:
    return machine.base.store.snapshot(machine.company.tenant).head > 0


def _is_indexed(machine: Machine) -> bool:
    """Only an engine beside the data folder may be empty while that is full; what is in the folder is looked through later."""
    return machine.settings.search != "opensearch" or bool(machine.base.keyword.known(machine.company.tenant))


def _is_public(chunk: Chunk) -> bool:
    return chunk.removed_in is None and chunk.audience is Audience.PUBLIC
