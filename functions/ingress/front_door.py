"""What each customer call does, without HTTP: check who asks, admit, give one command, hand its JSON back. All of it blocks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.ingress.limits import Limits
from functions.ingress.sessions import Sessions
from shared.domain.company import Company
from shared.domain.errors import InvalidInputError, NotFoundError
from shared.domain.language import Language
from shared.domain.session import Session
from shared.ports import CompanyStore, IdSource
from shared.runtime.dialog_client import Caller, DialogClient
from shared.runtime.presentation import company_json, time_json
from shared.runtime.tokens import TICKET, TokenSigner, token_hash

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who calls, as far as the headers tell. `token` is not checked yet."""

    correlation_id: str
    site_key: str = ""
    token: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptMessage:
    """A message that the front door has admitted, on its way to the ledger and to `dialog`."""

    session: Session
    text: str
    message_key: str
    correlation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontDoor:
    """Owns sessions and admission; everything else is a command to `dialog`."""

    companies: CompanyStore
    sessions: Sessions
    limits: Limits
    ticket_signer: TokenSigner
    receive: Callable[[AcceptMessage], Json]
    dialog: DialogClient
    ids: IdSource
    release: str

    def site(self, visit: Visit) -> Json:
        """Return what the chat page shows before anybody has spoken."""
        company = self._company(visit)
        return company_json(company)

    def open_conversation(self, visit: Visit, language: Language | None) -> Json:
        """Open a session and its conversation; a repeat with the same key returns both again."""
        company = self._company(visit)
        opened = self.sessions.open(company.tenant, visit.idempotency_key)
        session = opened.session
        payload = {"conversation_id": session.conversation_id, "subject_id": session.subject_id, "language": language or "zh"}
        answer = self.dialog.call(_caller(session, visit), "open_conversation", session.owner_token, payload)
        conversation = answer["conversation"]
        return {
            "conversation_id": session.conversation_id,
            "token": opened.token,
            "expires_at": time_json(session.expires_at),
            "language": conversation["language"] if isinstance(conversation, Mapping) else language,
        }

    def post_message(self, visit: Visit, conversation_id: str, text: str) -> Json:
        """Accept a message and wait for its answer. `status` is answered, pending or queued."""
        session = self._admit(visit, conversation_id)
        message_key = visit.idempotency_key or self.ids.new_id()
        return self.receive(
            AcceptMessage(session=session, text=text, message_key=message_key, correlation_id=visit.correlation_id)
        )

    def list_messages(self, visit: Visit, conversation_id: str, after: int, limit: int) -> Json:
        """Return messages after a position."""
        session = self._admit(visit, conversation_id)
        payload = {"conversation_id": conversation_id, "after": after, "limit": limit}
        return self.dialog.call(_caller(session, visit), "list_messages", visit.correlation_id, payload)

    def give_feedback(self, visit: Visit, conversation_id: str, message_id: str, helpful: bool, comment: str) -> Json:
        """Store a verdict on one answer, in place of an earlier one."""
        session = self._admit(visit, conversation_id)
        payload = {"conversation_id": conversation_id, "message_id": message_id, "helpful": helpful, "comment": comment}
        return self.dialog.call(_caller(session, visit), "give_feedback", self.ids.new_id(), payload)

    def read_ticket(self, visit: Visit, ticket: str) -> Json:
        """Return a ticket by id or number, to its conversation's token or to its own."""
        if (visit.token or "").startswith(TICKET):
            caller, proof = self._ticket_holder(visit)
        else:
            session = self.sessions.of_token(visit.token)
            self.limits.admit_session(session)
            caller, proof = _caller(session, visit), {"conversation_id": session.conversation_id}
        return self.dialog.call(caller, "read_ticket", visit.correlation_id, {"ticket": ticket, **proof})

    def _ticket_holder(self, visit: Visit) -> tuple[Caller, Mapping[str, str]]:
        token = visit.token or ""
        ticket_id = self.ticket_signer.identify(token)
        company = self._company(visit)
        caller = Caller(tenant=company.tenant, release=self.release, correlation_id=visit.correlation_id)
        return caller, {"ticket_id": ticket_id, "token_hash": token_hash(token)}

    def _admit(self, visit: Visit, conversation_id: str) -> Session:
        session = self.sessions.authorise(visit.token, conversation_id)
        self.limits.admit_session(session)
        return session

    def _company(self, visit: Visit) -> Company:
        try:
            company = self.companies.by_site_key(visit.site_key)
        except NotFoundError as error:
            raise InvalidInputError("X-Site-Key", "send a site key of this company, from company.yaml") from error
        self.limits.admit_tenant(company.tenant)
        return company


def _caller(session: Session, visit: Visit) -> Caller:
    return Caller(tenant=session.tenant, release=session.release, correlation_id=visit.correlation_id)
