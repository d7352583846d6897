"""What the first start does, with progress: export the embedding weights, read the company's documents, publish."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from local.machine import Machine, load_embedder, model_folder
from local.read_company import read_folder
from shared.adapters.e5.export import export_model, is_exported
from shared.domain.errors import SupportError
from shared.use_cases.ingest_document import IngestResult
from shared.use_cases.ingest_folder import FolderSummary, IngestFolder


@contextmanager
def progress_bars(console: Console) -> Generator[Progress]:
    """Show progress bars while the block runs."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        yield bars


@dataclass(slots=True)
class _Export:
    """The export, in a thread of its own: the documents are read meanwhile."""

    machine: Machine
    bars: Progress
    failure: str = ""

    def start(self) -> threading.Thread:
        task = self.bars.add_task("embedding weights", total=100)
        thread = threading.Thread(target=self._run, args=(task,), name="export", daemon=True)
        thread.start()
        return thread

    def _run(self, task: TaskID) -> None:
        folder = model_folder(self.machine.settings.models)
        try:
            export_model(folder, lambda share, _step: self.bars.update(task, completed=round(share * 100)))
        except (SupportError, OSError) as error:
            self.failure = str(error)


def needs_first_start(machine: Machine) -> bool:
    """Whether the weights or the company's knowledge are still missing."""
    return not is_exported(model_folder(machine.settings.models)) or machine.base.store.snapshot(machine.company.tenant).head == 0


def first_start(machine: Machine, console: Console) -> None:
    """Do what is missing. Safe to interrupt: the next start goes on. Without weights, keywords alone answer."""
    with progress_bars(console) as bars:
        export = _Export(machine, bars)
        exporting = export.start()
        summary = load_company(machine, bars) if machine.base.store.snapshot(machine.company.tenant).head == 0 else None
        exporting.join()
        if not export.failure:
            machine.base.embedder.load(lambda: load_embedder(machine.settings.models))
            embed_missing(machine, bars)
    if export.failure:
        console.print(f"[yellow]No embedding model ({export.failure}): answers come from keywords alone.[/]")
    if summary is not None:
        machine.base.publish(machine.company.tenant)
        report_rejected(summary, console)


def load_company(machine: Machine, bars: Progress) -> FolderSummary:
    """Read the company's folder into the draft, without vectors."""
    files = read_folder(machine.settings.company)
    task = bars.add_task("documents", total=len(files))

    def on_result(_result: IngestResult, done: int, total: int) -> None:
        bars.update(task, completed=done, total=total)

    return IngestFolder(ingest=machine.base.ingest(with_vectors=False))(machine.company.tenant, files, on_result)


def embed_missing(machine: Machine, bars: Progress | None = None) -> None:
    """Bring the indexes in line with the chunks: embeds what has no vector yet."""
    task = bars.add_task("vectors", total=None) if bars else None

    def on_progress(index: str, done: int, total: int) -> None:
        if bars and task is not None and "vector" in index:
            bars.update(task, completed=done, total=total)

    machine.base.reconcile(on_progress)(machine.company.tenant)
    if bars and task is not None:
        bars.update(task, completed=1, total=1) if bars.tasks[-1].total is None else None


def report_rejected(summary: FolderSummary, console: Console) -> None:
    """One line per document that could not be used."""
    for result in summary.rejected:
        console.print(f"[yellow]not used: {result.source}: {result.detail or result.reason}[/]")
