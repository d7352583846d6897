"""`ingress` and `desk` on the machine's stores."""

from fastapi import FastAPI
from pydantic import SecretStr

from functions.desk.app import create_app as create_desk
from functions.desk.settings import DeskSettings, StaffMember
from functions.desk.staff import StaffList
from functions.ingress.app import create_app as create_ingress
from functions.ingress.front_door import FrontDoor
from functions.ingress.settings import IngressSettings
from functions.ingress.wiring import FrontDoorPorts, build_front_door
from local.composition.dialog import token_signer
from local.composition.stores import Stores
from local.settings import LocalSettings
from shared.domain.company import Company
from shared.ports import CompanyStore, TurnService
from shared.runtime.dialog_client import DialogClient
from shared.runtime.observability import Telemetry


def build_ingress(settings: IngressSettings, door: FrontDoor) -> FastAPI:
    """Return the customers' application."""
    return create_ingress(settings, door, Telemetry("ingress", settings.release))


def ingress_settings(stores: Stores, settings: LocalSettings, company: Company) -> IngressSettings:
    """Return the function's settings, with secrets made at first start."""
    return IngressSettings(
        release=settings.release,
        token_secret=SecretStr(stores.secrets.ensure("token_secret")),
        fingerprint_secret=SecretStr(stores.secrets.ensure("fingerprint_secret")),
        default_tenant=company.tenant,
        tenant_rate_per_s=settings.tenant_rate_per_s,
        session_rate_per_s=settings.session_rate_per_s,
    )


def front_door(stores: Stores, settings: IngressSettings, companies: CompanyStore, turns: TurnService) -> FrontDoor:
    """Return the front door."""
    ports = FrontDoorPorts(
        clock=stores.clock,
        ids=stores.ids,
        companies=companies,
        sessions=stores.sessions,
        ledger=stores.ledger,
        limiter=stores.limiter,
        tokens=token_signer(stores),
        turns=turns,
    )
    return build_front_door(ports, settings)


def build_desk(stores: Stores, settings: LocalSettings, company: Company, turns: TurnService) -> FastAPI:
    """Return the staff's application, for the one person of a single machine. A token that is replaced counts at once."""

    def staff() -> tuple[StaffMember]:
        return (StaffMember(agent_id="agent-1", name=settings.agent_name, token=SecretStr(staff_token(stores))),)

    own = DeskSettings(release=settings.release, tenant=company.tenant)
    dialog = DialogClient(turns=turns, clock=stores.clock, timeout_s=own.command_timeout_s)
    return create_desk(own, StaffList(staff), company, dialog, stores.ids, Telemetry("desk", settings.release))


def staff_token(stores: Stores) -> str:
    """Return the token that `make dev` prints."""
    return stores.secrets.ensure("staff_token")
