"""What `kefu reindex` does: fill fresh indices from the stored chunks while readers use the old ones, then exchange them."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console

from local.composition.search_engine import Rebuilding
from local.first_start import progress_bars
from local.machine import Machine, load_model, model_folder
from local.settings import LocalSettings
from local.talk import local_machine
from shared.adapters.e5.export import export_model
from shared.domain.errors import InvalidInputError
from shared.use_cases.reconcile_indices import Progress, Reconciled, ReconcileIndices


def reindex(settings: LocalSettings, console: Console) -> Reconciled:
    """Rebuild both indices; may run beside a server. What breaks it off leaves the old ones. Raises InvalidInputError."""
    with local_machine(settings) as machine:
        rebuilding = machine.base.rebuilding
        if rebuilding is None:
            raise InvalidInputError(
                "search",
                "embedded indexes are made again at the next start when their folder is gone: stop, and delete indexes/; "
                "vectors in Pinecone are compared with the chunks at each start",
            )
        with _progress(console) as told:
            export_model(model_folder(settings.models))
            machine.base.model.load(lambda: load_model(settings.models))
            done = _rebuilt(machine, rebuilding, told)
            # What was ingested meanwhile went into the old ones.
            machine.base.reconcile(told)(machine.company.tenant)
        return done


def _rebuilt(machine: Machine, rebuilding: Rebuilding, told: Progress) -> Reconciled:
    base = machine.base
    with rebuilding() as fresh:
        fill = ReconcileIndices(
            knowledge=base.store,
            keyword=fresh.keyword,
            vectors=fresh.vectors,
            embedder=base.model,
            on_progress=told,
        )
        return fill(machine.company.tenant)


@contextmanager
def _progress(console: Console) -> Generator[Progress]:
    with progress_bars(console) as bars:
        tasks = {name: bars.add_task(name, total=None) for name in ("keyword", "vectors")}

        def told(index: str, done: int, total: int) -> None:
            bars.update(tasks[index], completed=done, total=total)

        yield told
