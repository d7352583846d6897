"""What each customer call does, without HTTP: check who asks, admit, give one command, hand its JSON back. All of it blocks."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.ingress.limits import Limits
from functions.ingress.sessions import TICKET, Sessions, hash_token
from shared.domain.company import Company
from shared.domain.errors import InvalidInputError, NotFoundError
from shared.domain.language import Language
from shared.domain.session import Session
from shared.ports import CompanyStore, IdSource, TokenSigner
from shared.runtime.dialog_client import Caller, DialogClient
from shared.runtime.envelopes import deadline_ms
from shared.runtime.presentation import company_json, time_json
from shared.use_cases.open_conversation import OpenConversation
from shared.use_cases.pin_release import PinRelease
from shared.use_cases.receive_message import InboundMessage, ReceiveMessage

Json = Mapping[str, object]
CHANNEL = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who calls, as far as the headers tell. `token` is not checked yet."""

    correlation_id: str
    site_key: str = ""
    token: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """Owns sessions and admission; everything else is a command to `dialog`. `pins` None: there is one release."""

    companies: CompanyStore
    sessions: Sessions
    limits: Limits
    tokens: TokenSigner
    open: OpenConversation
    receive: ReceiveMessage
    dialog: DialogClient
    ids: IdSource
    release: str
    turn_timeout_s: float
    default_tenant: str = ""
    pins: PinRelease | None = None

    def site(self, visit: Visit) -> Json:
        """Return what the chat page shows before anybody has spoken."""
        company = self._company(visit)
        return company_json(company)

    def open_conversation(self, visit: Visit, language: Language | None) -> Json:
        """Open a session and its conversation; a repeat with the same key returns both again."""
        company = self._company(visit)
        opened = self.open(company.tenant, language or "zh", visit.idempotency_key or "", visit.correlation_id)
        return {
            "conversation_id": opened.session.conversation_id,
            "token": opened.token,
            "expires_at": time_json(opened.session.expires_at),
            "language": opened.language,
        }

    def post_message(self, visit: Visit, conversation_id: str, text: str) -> Json:
        """Accept a message and wait for its turn; return the turn's result: {status, conversation, customer_message, reply}."""
        session = self._admit(visit, conversation_id)
        inbound = InboundMessage(
            session=session,
            channel=CHANNEL,
            channel_message_id=visit.idempotency_key or self.ids.new_id(),
            text=text,
            correlation_id=visit.correlation_id,
            deadline_at_ms=deadline_ms(self.dialog.clock, self.turn_timeout_s),
        )
        return self.receive(inbound)

    def list_messages(self, visit: Visit, conversation_id: str, after: int, limit: int) -> Json:
        """Return messages after a position."""
        session = self._admit(visit, conversation_id)
        payload = {"conversation_id": conversation_id, "after": after, "limit": limit}
        return self.dialog.call(_caller(session, visit), "list_messages", visit.correlation_id, payload)

    def give_feedback(self, visit: Visit, conversation_id: str, message_id: str, helpful: bool, comment: str | None) -> Json:
        """Store a verdict on one answer, in place of an earlier one; without a comment, one of the same verdict stays."""
        session = self._admit(visit, conversation_id)
        payload: dict[str, object] = {"conversation_id": conversation_id, "message_id": message_id, "helpful": helpful}
        if comment is not None:
            # Left out, not null: the release before this one reads a missing comment, but no null.
            payload["comment"] = comment
        return self.dialog.call(_caller(session, visit), "give_feedback", self.ids.new_id(), payload)

    def read_ticket(self, visit: Visit, ticket: str) -> Json:
        """Return a ticket by id or number, to its conversation's token or to its own."""
        if (visit.token or "").startswith(f"{TICKET}_"):
            caller, proof = self._ticket_holder(visit)
        else:
            session = self.sessions.of_token(visit.token)
            session = self._admitted(session)
            caller, proof = _caller(session, visit), {"conversation_id": session.conversation_id}
        return self.dialog.call(caller, "read_ticket", visit.correlation_id, {"ticket": ticket, **proof})

    def _ticket_holder(self, visit: Visit) -> tuple[Caller, Mapping[str, str]]:
        token = visit.token or ""
        ticket_id = self.tokens.read(TICKET, token)
        company = self._company(visit)
        caller = Caller(tenant=company.tenant, release=self.release, correlation_id=visit.correlation_id)
        return caller, {"ticket_id": ticket_id, "token_hash": hash_token(token)}

    def _admit(self, visit: Visit, conversation_id: str) -> Session:
        return self._admitted(self.sessions.authorise(visit.token, conversation_id))

    def _admitted(self, session: Session) -> Session:
        self.limits.admit_session(session)
        return self.pins.for_turn(session) if self.pins else session

    def _company(self, visit: Visit) -> Company:
        company = self._named_company(visit.site_key)
        self.limits.admit_tenant(company.tenant)
        return company

    def _named_company(self, site_key: str) -> Company:
        if not site_key and self.default_tenant:
            return self.companies.get(self.default_tenant)
        try:
            return self.companies.by_site_key(site_key)
        except NotFoundError as error:
            raise InvalidInputError("X-Site-Key", "send a site key of this company, from company.yaml") from error


def _caller(session: Session, visit: Visit) -> Caller:
    return Caller(tenant=session.tenant, release=session.release, correlation_id=visit.correlation_id)
