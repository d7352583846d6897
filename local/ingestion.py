"""What `kefu ingest` does: a whole company's folder, or one file."""

from pathlib import Path

from rich.console import Console

from local.first_start import progress_bars, report_rejected
from local.machine import Machine, load_model, model_folder
from local.read_company import read_company, read_folder
from local.settings import LocalSettings
from local.talk import local_machine
from shared.adapters.company.company_file import COMPANY_FILE
from shared.adapters.e5.export import export_model
from shared.domain.errors import InvalidInputError
from shared.domain.knowledge import DocumentMeta
from shared.use_cases.ingest_document import IngestDocument, IngestResult, SourceDocument
from shared.use_cases.ingest_folder import FolderSummary, IngestFolder


def ingest_path(settings: LocalSettings, path: Path, console: Console) -> FolderSummary:
    """Ingest into the draft; may run beside a server, which sees it after the next publish. Raises InvalidInputError."""
    if path.is_dir() and not (path / COMPANY_FILE).is_file():
        raise InvalidInputError(str(path), f"name a folder with {COMPANY_FILE} in it, or one file")
    if path.is_dir():
        settings = settings.model_copy(update={"company": path})
    with local_machine(settings) as machine:
        use_case = _with_model(machine, console)
        summary = _folder(machine, use_case, path, console) if path.is_dir() else _file(machine, use_case, path)
    report_rejected(summary, console)
    return summary


def _with_model(machine: Machine, console: Console) -> IngestDocument:
    with progress_bars(console) as bars:
        task = bars.add_task("embedding weights", total=100)
        export_model(model_folder(machine.settings.models), lambda share, _step: bars.update(task, completed=round(share * 100)))
        bars.update(task, completed=100)
    machine.base.model.load(lambda: load_model(machine.settings.models))
    return machine.base.ingest(with_vectors=True)


def _folder(machine: Machine, use_case: IngestDocument, path: Path, console: Console) -> FolderSummary:
    tenant = read_company(path).tenant
    files = read_folder(path)
    with progress_bars(console) as bars:
        task = bars.add_task("documents", total=len(files))

        def on_result(_result: IngestResult, done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        return IngestFolder(ingest=use_case)(tenant, files, on_result)


def _file(machine: Machine, use_case: IngestDocument, path: Path) -> FolderSummary:
    source = _source_of(path, machine.settings.company)
    document = SourceDocument(tenant=machine.company.tenant, source=source, data=path.read_bytes(), meta=DocumentMeta())
    return FolderSummary(results=(use_case(document),))


def _source_of(path: Path, company: Path) -> str:
    """Return the document's name: its path in the company's folder, or a place of its own for a file from elsewhere."""
    inside = path.resolve().is_relative_to(company.resolve())
    return path.resolve().relative_to(company.resolve()).as_posix() if inside else f"uploads/{path.name}"
