"""What `kefu ingest` does: a whole company's folder, or one file."""

from pathlib import Path

from rich.console import Console

from local.first_start import progress_bars, report_problems
from local.machine import Machine, load_model, model_folder
from local.read_company import read_company, read_file, read_folder
from local.settings import LocalSettings
from local.talk import local_machine
from local.whose_company import with_company
from shared.adapters.company.company_file import COMPANY_FILE
from shared.adapters.e5.export import export_model
from shared.domain.errors import InvalidInputError
from shared.use_cases.ingest_document import IngestDocument, IngestResult
from shared.use_cases.ingest_folder import FolderFile, FolderSummary, IngestFolder
from shared.use_cases.remove_upload import RemoveUpload


def ingest_path(settings: LocalSettings, path: Path, console: Console) -> FolderSummary:
    """Ingest into the draft; may run beside a server, which sees it after the next publish. Raises InvalidInputError."""
    if path.is_dir() and not (path / COMPANY_FILE).is_file():
        raise InvalidInputError(str(path), f"name a folder with {COMPANY_FILE} in it, or one file")
    if path.is_dir():
        settings = settings.model_copy(update={"company": path})
    settings = with_company(settings)
    file = None if path.is_dir() else read_file(settings.company, path)
    with local_machine(settings) as machine:
        use_case = _with_model(machine, console)
        summary = _folder(machine, use_case, path, console) if file is None else _file(machine, use_case, file)
    report_problems(summary, console)
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


def _file(machine: Machine, use_case: IngestDocument, file: FolderFile) -> FolderSummary:
    return FolderSummary(results=(IngestFolder(ingest=use_case).one(machine.company.tenant, file),))


def remove_upload(settings: LocalSettings, name: str) -> IngestResult:
    """Take an upload out of the draft; may run beside a server. Raises InvalidInputError."""
    with local_machine(settings) as machine:
        return RemoveUpload(ingest=machine.base.ingest(with_vectors=False))(machine.company.tenant, name)
