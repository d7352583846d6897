"""A single machine: stores, knowledge and functions, opened in order and closed in the reverse one."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from local.composition.answering import build_answerer
from local.composition.functions import Functions, Parts, build_functions
from local.composition.knowledge import KnowledgeBase, build_knowledge, open_knowledge
from local.composition.stores import Stores, open_stores
from local.data_folder import DataFolder
from local.hop import Handler
from local.one_company import OneCompany
from local.pollers import OutboxFeed, Pollers, QueueFeed, ScheduleFeed
from local.read_company import read_company
from local.settings import LocalSettings
from local.settling import Settling
from shared.adapters.e5.opening import E5Models, open_e5
from shared.adapters.sqlite.database import Database
from shared.contracts import KNOWLEDGE, TICKETS, TURNS, QueueContract
from shared.domain.company import Company
from shared.runtime.observability import Telemetry

_OUTBOX_IDLE_S = 0.1
_QUEUE_IDLE_S = 0.2
_SWEEP_EVERY_S = 30.0
_STOP_WITHIN_S = 5.0
_WORKERS_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Everything that a running Kefu needs. `start` begins the background work."""

    settings: LocalSettings
    folder: DataFolder
    company: Company
    stores: Stores
    base: KnowledgeBase
    functions: Functions
    pollers: Pollers
    closing: threading.Event = field(default_factory=threading.Event)
    workers: list[threading.Thread] = field(default_factory=list)

    def at_close(self, worker: threading.Thread) -> None:
        """Wait for this thread before the files are closed; it watches `closing`."""
        self.workers.append(worker)

    def start(self) -> None:
        """Feed queues, outbox and schedule to the handlers."""
        self.pollers.start()

    def files(self) -> tuple[tuple[Path, Database], ...]:
        """Return the database files that must survive, but for the keys' own."""
        opened = {"state.db": self.stores.state, "queues.db": self.stores.queue_file, "knowledge.db": self.base.database}
        return tuple((self.folder.databases / name, database) for name, database in opened.items())

    def close(self) -> None:
        """Stop what runs, then close the files. What was interrupted is leased, and comes again."""
        self.closing.set()
        self.base.model.close()
        self.pollers.stop(_STOP_WITHIN_S)
        for worker in self.workers:
            worker.join(_WORKERS_WITHIN_S)
        self.functions.close()
        self.base.close()
        self.stores.close()


def open_machine(settings: LocalSettings, folder: DataFolder) -> Machine:
    """Open everything; nothing runs yet. Raises SupportError with what to do."""
    company = read_company(settings.company)
    companies = OneCompany(company)
    stores = open_stores(folder)
    base = open_knowledge(folder, stores, settings)
    parts = Parts(
        settings=settings,
        company=company,
        companies=companies,
        knowledge=build_knowledge(base, stores, companies, settings.release),
        answerer=build_answerer(settings),
        settled=Settling(),
    )
    functions = build_functions(stores, parts)
    pollers = _pollers(stores, functions, settings.release)
    return Machine(
        settings=settings, folder=folder, company=company, stores=stores, base=base, functions=functions, pollers=pollers
    )


def load_model(models: Path, words: Path | None = None) -> E5Models:
    """Load the exported weights; `words` keeps what is read ahead. Raises DependencyUnavailableError."""
    return open_e5(model_folder(models), words)


def model_folder(models: Path) -> Path:
    """Return where the exported weights are; `kefu eval` looks there too."""
    return models / "e5"


def _pollers(stores: Stores, functions: Functions, release: str) -> Pollers:
    pollers = Pollers(Telemetry("poller", release))
    outbox = OutboxFeed(outbox=stores.outbox, handler=functions.outbox)
    pollers.add("outbox", outbox.run_once, _OUTBOX_IDLE_S)
    for contract, handler, threads in (
        (TURNS, functions.dialog, 2),
        (TICKETS, functions.tickets, 1),
        (KNOWLEDGE, functions.knowledge, 1),
    ):
        pollers.add(contract.name, _feed(contract, stores, handler).run_once, _QUEUE_IDLE_S, threads)
    sweep = ScheduleFeed(handler=functions.sweeper, clock=stores.clock, ids=stores.ids)
    pollers.add("sweeper", sweep.run_once, _SWEEP_EVERY_S)
    return pollers


def _feed(contract: QueueContract, stores: Stores, handler: Handler) -> QueueFeed:
    queue = stores.queues[contract.name]
    return QueueFeed(name=contract.name, queue=queue, handler=handler, visibility_s=contract.visibility_s)
