"""The functions of a single machine: the very handlers and applications that Lambda would run, on the machine's stores."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import FastAPI

from functions.ingress.front_door import FrontDoor
from functions.outbox.handler import make_handler as make_outbox
from functions.retrieval.handler import make_handler as make_retrieval
from functions.sweeper.wiring import SweeperPorts, build_sweeper
from functions.tickets.handler import TicketConsumer
from functions.tickets.handler import make_handler as make_tickets
from local.composition.dialog import DialogParts, build_dialog
from local.composition.front_doors import build_desk, build_ingress, front_door, ingress_settings
from local.composition.knowledge import Knowledge
from local.composition.stores import Stores
from local.hop import Handler, InProcessHop
from local.settings import LocalSettings
from shared.adapters.desk_ticket_system import DeskTicketSystem
from shared.contracts import TICKETS
from shared.domain.company import Company
from shared.ports import Answerer, CompanyStore, KnowledgeService
from shared.runtime.envelopes import EnvelopeKnowledgeService, EnvelopeTurnService
from shared.runtime.observability import Telemetry
from shared.use_cases.forget_ended import ForgetEnded
from shared.use_cases.process_ticket import ProcessTicket
from shared.use_cases.relay_outbox import RelayOutbox
from shared.use_cases.sweep_ledger import always_settled

_DIALOG_THREADS = 24
_RETRIEVAL_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """One entry per function. `hops` are closed at the end."""

    door: FrontDoor
    turns: EnvelopeTurnService
    ingress: FastAPI
    desk: FastAPI
    dialog: Handler
    retrieval: Handler
    tickets: Handler
    outbox: Handler
    sweeper: Handler
    knowledge: Handler
    hops: tuple[InProcessHop, ...]

    def close(self) -> None:
        """Take no more calls between functions."""
        for hop in self.hops:
            hop.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What functions are made of, beside the stores."""

    settings: LocalSettings
    company: Company
    companies: CompanyStore
    knowledge: Knowledge
    answerer: Answerer
    # See `SweeperPorts`.
    settled: Callable[[datetime], bool] = always_settled


def build_functions(stores: Stores, parts: Parts) -> Functions:
    """Wire everything; nothing runs yet."""
    release = parts.settings.release
    retrieval = make_retrieval(parts.knowledge.search, stores.clock, Telemetry("retrieval", release))
    retrieval_hop = InProcessHop("retrieval", retrieval, _RETRIEVAL_THREADS)
    service = EnvelopeKnowledgeService(retrieval_hop, stores.clock, release)
    dialog = build_dialog(stores, _dialog_parts(parts, service))
    dialog_hop = InProcessHop("dialog", dialog, _DIALOG_THREADS)
    turns = EnvelopeTurnService(dialog_hop, stores.clock)
    own = ingress_settings(stores, parts.settings, parts.company)
    door = front_door(stores, own, parts.companies, turns)
    return Functions(
        door=door,
        turns=turns,
        ingress=build_ingress(own, door),
        desk=build_desk(stores, parts.settings, parts.company, turns),
        dialog=dialog,
        retrieval=retrieval,
        tickets=_tickets(stores, release),
        outbox=make_outbox(_relay(stores), Telemetry("outbox", release)),
        sweeper=_sweeper(stores, parts, turns),
        knowledge=parts.knowledge.handler,
        hops=(dialog_hop, retrieval_hop),
    )


def _relay(stores: Stores) -> RelayOutbox:
    return RelayOutbox(queues=stores.queues, outbox=stores.outbox, clock=stores.clock)


def _sweeper(stores: Stores, parts: Parts, turns: EnvelopeTurnService) -> Handler:
    ports = SweeperPorts(
        clock=stores.clock,
        ids=stores.ids,
        ledger=stores.ledger,
        conversations=stores.conversations,
        presence=stores.presence,
        companies=parts.companies,
        turns=turns,
        relay=_relay(stores),
        forget=_forget(stores, parts.settings),
        queue_patience_s=parts.settings.queue_patience_s,
        settled=parts.settled,
    )
    release = parts.settings.release
    return build_sweeper(ports, (parts.company.tenant,), release, Telemetry("sweeper", release))


def _dialog_parts(parts: Parts, knowledge: KnowledgeService) -> DialogParts:
    return DialogParts(
        companies=parts.companies,
        knowledge=knowledge,
        answerer=parts.answerer,
        release=parts.settings.release,
        queue_patience=timedelta(seconds=parts.settings.queue_patience_s),
        search_timeout_s=parts.settings.search_timeout_s,
    )


def _forget(stores: Stores, settings: LocalSettings) -> ForgetEnded:
    kept = timedelta(days=settings.ledger_retention_days)
    return ForgetEnded(stores=(stores.ledger, stores.conversations), clock=stores.clock, kept=kept)


def _tickets(stores: Stores, release: str) -> Handler:
    telemetry = Telemetry("tickets", release)
    queue = stores.queues[TICKETS.name]
    consume = TicketConsumer(
        process=ProcessTicket(tickets=stores.tickets, system=DeskTicketSystem(), clock=stores.clock, ids=stores.ids),
        tickets=stores.tickets,
        queue=queue,
        dead_letters=queue.dead_letters(),
        telemetry=telemetry,
    )
    return make_tickets(consume, telemetry)
