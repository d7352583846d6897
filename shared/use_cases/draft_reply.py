"""Draft the bot's reply to one message: understand, decide, carry out the one action. Writes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.answering import plain_text
from shared.domain.blocks import Block, Choice, ChoiceBlock, TextBlock
from shared.domain.business_hours import promised_time, spoken_time
from shared.domain.company import Company
from shared.domain.contact import contact_said
from shared.domain.contact_form import (
    contact_form_again,
    known_contact,
    known_contact_again,
    read_contact_form,
)
from shared.domain.conversation import Owner, Rung, said_since
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.errors import SupportError
from shared.domain.ledger import LedgerStatus
from shared.domain.masking import Masked
from shared.domain.matter import matter, says_more
from shared.domain.outbox import EventName
from shared.domain.person_request import asks_about_wait, asks_for_person, leaves_queue
from shared.domain.phrases import say
from shared.domain.policy import (
    MAX_REMINDERS,
    Action,
    AskContact,
    CorrectContact,
    Heard,
    Look,
    OpenTicket,
    Phrase,
    Regret,
    ReportTickets,
    RequestPerson,
    Say,
    WithdrawTicket,
    decide,
    looks_like_question,
)
from shared.domain.profile import Profile, shown_contact
from shared.domain.ticket import Ticket
from shared.domain.ticket_drafts import ask_contact, list_tickets, ticket_card, waiting_for_contact
from shared.domain.ticket_offer import ticket_offer
from shared.domain.turn import Draft, TurnContext
from shared.domain.utterance import bare_words, read_utterance
from shared.ports import (
    CompanyStore,
    ConversationStore,
    IdSource,
    Masker,
    PresenceStore,
    ProfileStore,
    TicketStore,
    TokenSigner,
)
from shared.use_cases.answer_from_knowledge import AnswerFromKnowledge

_CONTACT_PLACEHOLDERS = ("[PHONE", "[EMAIL")
# Customers cannot send it: control characters are taken out of what is received.
_APART = "\x1f"
QUEUE_LOOK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReply:
    """Return a Draft for a message in a conversation that the bot owns. Never raises for a missing dependency below it."""

    companies: CompanyStore
    conversations: ConversationStore
    tickets: TicketStore
    presence: PresenceStore
    profiles: ProfileStore
    masker: Masker
    tokens: TokenSigner
    ids: IdSource
    answer: AnswerFromKnowledge
    hash_token: Callable[[str], str]

    def __call__(self, context: TurnContext) -> Draft:
        company = self.companies.get(context.conversation.tenant)
        state = DialogState.read(context.conversation.state)
        asked = state.pending is Pending.CONTACT
        form = read_contact_form(context.command.text) if asked else None
        text, told = form or (context.command.text, "")
        masked = self.masker.mask(text)
        contact = contact_in(masked) or (contact_said(text) if asked or _names_an_account(masked) else "")
        heard = Heard(utterance=read_utterance(text), contact=contact, from_form=form is not None, told=told)
        return self._carry_out(decide(heard, state), state, masked, company, context)

    def while_queued(self, context: TurnContext) -> Draft | None:
        """What the bot says to a customer who waits in the queue: only what is about the wait itself; None leaves them to a person."""
        bare = bare_words(context.command.text)
        if leaves_queue(bare):
            state = DialogState(last_question=DialogState.read(context.conversation.state).last_question)
            text = say(context.language, "handoff_cancelled")
            return Draft(text=text, blocks=(TextBlock(text=text),), rung=Rung.FLOW, state=state)
        if asks_for_person(bare) or asks_about_wait(bare):
            return self._still_waiting(context)
        return None

    def _still_waiting(self, context: TurnContext) -> Draft:
        company, row = self.companies.get(context.conversation.tenant), context.conversation
        state = DialogState.read(row.state)
        if not self.presence.available(company.tenant, context.now):
            summary = matter(state.summary, said_since(context.recent, row.waiting_since))
            return self._ask_contact(AskContact(summary=summary), state, company, context, "handoff_gave_up")
        since = row.waiting_since or context.now
        queue = self.conversations.list_open(company.tenant, Owner.QUEUE, QUEUE_LOOK).items
        ahead = sum(1 for other in queue if other.waiting_since and other.waiting_since < since)
        text = say(context.language, "still_waiting" if ahead else "still_waiting_next", ahead=ahead)
        return Draft(
            text=text,
            blocks=(TextBlock(text=text),),
            rung=Rung.HANDOFF,
            state=state,
            status=LedgerStatus.QUEUED,
            owner=Owner.QUEUE,
            waiting_since=since,
        )

    def apology(self, context: TurnContext) -> Draft:
        """A fault of ours ended the turn: say so, and offer a ticket about the message."""
        company = self.companies.get(context.conversation.tenant)
        state = DialogState.read(context.conversation.state)
        asked = AskContact(summary=matter(state.summary if state.pending else "", context.command.text))
        return ask_contact(asked, state, company, context, "turn_failed")

    def _carry_out(self, action: Action, state: DialogState, masked: Masked, company: Company, context: TurnContext) -> Draft:
        match action:
            case Say():
                return self._say(action, state, company, context)
            case Look():
                return self._look(action, state, masked, company, context)
            case RequestPerson():
                return self._request_person(action, state, company, context)
            case AskContact():
                return self._ask_contact(action, state, company, context, "ask_contact")
            case OpenTicket():
                return self._open_ticket(action, state, company, context)
            case CorrectContact():
                return self._correct_contact(action, state, masked, company, context)
            case Regret():
                return self._regret(action, context)
            case ReportTickets():
                return self._report_tickets(action, self._own_tickets(context), state, company, context)
            case WithdrawTicket():
                return self._withdraw_ticket(action, state, masked, company, context)

    def _say(self, action: Say, state: DialogState, company: Company, context: TurnContext) -> Draft:
        language = context.language
        text = say(language, action.phrase, company=company.text(company.name, language))
        if action.keep:
            block = self._kept(action, text, state, context)
            return Draft(text=plain_text((block,)), blocks=(block,), rung=Rung.SMALL_TALK, state=state)
        kept = DialogState(last_question=state.last_question)
        suggested = company.suggested_questions.get(language, ()) if action.phrase is Phrase.GREETING else ()
        if not suggested:
            return Draft(text=text, blocks=(TextBlock(text=text),), rung=Rung.SMALL_TALK, state=kept)
        choices = ChoiceBlock(prompt=say(language, "try_asking"), choices=tuple(Choice(label=q, value=q) for q in suggested))
        return Draft(
            text=text, blocks=(TextBlock(text=text), choices), rung=Rung.SMALL_TALK, state=replace(kept, choices=tuple(suggested))
        )

    def _kept(self, action: Say, text: str, state: DialogState, context: TurnContext) -> Block:
        if action.phrase is Phrase.PICK_WHICH:
            return offer_again(text, state, context)
        return self._reminder(state, context) if action.phrase is Phrase.CONTACT_REMINDER else TextBlock(text=text)

    def _look(self, action: Look, state: DialogState, masked: Masked, company: Company, context: TurnContext) -> Draft:
        background, question = self._masked_pair(action, masked)
        draft = self.answer(question, background, company, context)
        if action.beside_ticket:
            return self._beside_ticket(action, draft, state, context)
        if draft.rung is Rung.TICKET:
            # Knowledge is out of reach: the honest rung is a ticket with a time.
            asked = AskContact(summary=matter(action.context, action.question))
            return replace(self._ask_contact(asked, state, company, context, "knowledge_down"), degraded=draft.degraded)
        if not draft.state.summary:
            return draft
        # A colleague reads the question that was picked by its number, and the one that a follow-up leans on.
        return replace(draft, state=replace(draft.state, summary=matter(action.context, action.question)))

    def _masked_pair(self, action: Look, masked: Masked) -> tuple[str, Masked]:
        """Mask a question and the one before it together: one placeholder must not stand for a number of each."""
        if not action.context:
            return "", masked if masked.restore(masked.text) == action.question else self.masker.mask(action.question)
        both = self.masker.mask(f"{action.context}{_APART}{action.question}")
        background, _, question = both.text.partition(_APART)
        return background, replace(both, text=question)

    def _beside_ticket(self, action: Look, draft: Draft, state: DialogState, context: TurnContext) -> Draft:
        """Answer what was asked while a ticket waits for its contact; what has no answer is the ticket's, not another one's."""
        answered = draft.rung not in (Rung.REFUSAL, Rung.TICKET)
        noted = not answered or not says_more(state.summary)
        kept = replace(
            state,
            summary=matter(state.summary, action.question) if noted else state.summary,
            reminders=state.reminders + 1,
            last_question=draft.state.last_question or state.last_question,
        )
        if answered:
            more = (self._reminder(state, context),) if state.reminders < MAX_REMINDERS else ()
            blocks = (*draft.blocks, *more)
            return replace(draft, text="\n".join((draft.text, plain_text(more))).strip(), blocks=blocks, state=kept)
        if looks_like_question(action.question) and draft.rung is Rung.REFUSAL:
            said = tuple(block for block in draft.blocks if not isinstance(block, ChoiceBlock))
            more = (self._reminder(state, context, say(context.language, "contact_question_noted")),)
            return replace(draft, text=plain_text((*said, *more)), blocks=(*said, *more), state=kept)
        block = self._reminder(state, context, say(context.language, "contact_noted"))
        return Draft(text=plain_text((block,)), blocks=(block,), rung=Rung.FLOW, state=kept, degraded=draft.degraded)

    def _reminder(self, state: DialogState, context: TurnContext, before: str = "") -> Block:
        """What the ticket still waits for, once more: pages let only the last message's form be filled in."""
        contact = self._known_contact(state.summary, context) if state.known else ""
        if contact:
            return known_contact_again(context.language, shown_contact(contact), before)
        return contact_form_again(context.language, "contact_reminder", before)

    def _correct_contact(
        self, action: CorrectContact, state: DialogState, masked: Masked, company: Company, context: TurnContext
    ) -> Draft:
        """Put the new contact on a ticket that names the one before: a ticket that somebody may work on is not changed under them."""
        before = next((ticket for ticket in reversed(self._own_tickets(context)) if not ticket.has_ended), None)
        if before is None:
            return self._look(Look(question=action.text), state, masked, company, context)
        head = say(context.language, "correction_summary", number=before.number)
        opened = OpenTicket(summary=matter(head, action.text, before.summary), contact=action.contact)
        return self._open_ticket(opened, state, company, context, "contact_corrected")

    def _regret(self, action: Regret, context: TurnContext) -> Draft:
        block = ticket_offer(context.language, "not_helped")
        state = DialogState(pending=Pending.TICKET_OFFER, summary=action.summary, last_question=action.summary)
        return Draft(text=plain_text((block,)), blocks=(block,), rung=Rung.FLOW, state=state)

    def _request_person(self, action: RequestPerson, state: DialogState, company: Company, context: TurnContext) -> Draft:
        if not self.presence.available(company.tenant, context.now):
            if action.contact:
                opened = OpenTicket(summary=action.summary, contact=action.contact)
                return self._open_ticket(opened, state, company, context, "handoff_nobody_opened")
            return self._ask_contact(AskContact(summary=action.summary), state, company, context, "handoff_nobody")
        waiting = len(self.conversations.list_open(company.tenant, Owner.QUEUE, QUEUE_LOOK).items)
        phrase = "handoff_queued" if waiting else "handoff_queued_next"
        text = say(context.language, phrase, ahead=waiting)
        return Draft(
            text=text,
            blocks=(TextBlock(text=text),),
            rung=Rung.HANDOFF,
            state=DialogState(summary=action.summary, last_question=state.last_question),
            status=LedgerStatus.QUEUED,
            owner=Owner.QUEUE,
            waiting_since=context.now,
            events=((EventName.HANDOFF_REQUESTED, {"conversation_id": context.conversation.conversation_id}),),
        )

    def _ask_contact(self, action: AskContact, state: DialogState, company: Company, context: TurnContext, phrase: str) -> Draft:
        """Ask for a contact; who has left one before is asked whether that still holds."""
        if action.attempts or action.another:
            return ask_contact(action, state, company, context, phrase)
        contact = self._known_contact(action.summary, context)
        if not contact:
            return ask_contact(action, state, company, context, phrase)
        block = known_contact(company, context.language, context.now, phrase, shown_contact(contact))
        pending = replace(waiting_for_contact(action, state), known=True)
        return Draft(text=plain_text((block,)), blocks=(block,), rung=Rung.FLOW, state=pending)

    def _known_contact(self, summary: str, context: TurnContext) -> str:
        """The contact that stands in what the ticket is about, or was left before; "" for neither, or where it cannot be read now."""
        said = contact_in(self.masker.mask(summary))
        if said:
            return said
        try:
            profile = self.profiles.get(context.conversation.tenant, context.conversation.subject_id)
        except SupportError:
            return ""
        return profile.contact if profile else ""

    def _remembering(self, contact: str, context: TurnContext) -> Profile | None:
        """Return the profile to store, so that the customer is not asked twice; None where it says so, or cannot be read now."""
        conversation = context.conversation
        try:
            known = self.profiles.get(conversation.tenant, conversation.subject_id)
        except SupportError:
            return None
        if known is None:
            known = Profile(
                tenant=conversation.tenant, subject_id=conversation.subject_id, language=context.language, updated_at=context.now
            )
        return None if known.contact == contact else known.reached_by(contact, context.language, context.now)

    def _open_ticket(
        self, action: OpenTicket, state: DialogState, company: Company, context: TurnContext, phrase: str = ""
    ) -> Draft:
        contact = self._known_contact(action.summary, context) if action.known else action.contact
        if action.known and not contact:
            return ask_contact(AskContact(summary=action.summary), state, company, context, "ask_contact")
        ticket_id = self.ids.new_id()
        token = self.tokens.issue("kt", ticket_id)
        ticket = Ticket(
            ticket_id=ticket_id,
            number=self.ids.short_number(),
            tenant=company.tenant,
            conversation_id=context.conversation.conversation_id,
            subject_id=context.conversation.subject_id,
            # The customer's message is the owner: a turn that is taken again opens no second ticket.
            owner_token=context.command.message_id,
            token_hash=self.hash_token(token),
            summary=action.summary or context.command.text,
            contact=contact,
            language=context.language,
            created_at=context.now,
            updated_at=context.now,
            promised_at=promised_time(company, context.now),
        )
        phrase = phrase or ("ticket_opened" if contact else "ticket_opened_no_contact")
        promise = spoken_time(ticket.promised_at, company, context.language)
        text = say(context.language, phrase, number=ticket.number, promise=promise)
        card = ticket_card(ticket, company, context, (say(context.language, "ticket_token_label"), token))
        return Draft(
            text=text,
            blocks=(TextBlock(text=text), card),
            rung=Rung.TICKET,
            state=DialogState(last_question=state.last_question),
            status=LedgerStatus.TICKETED,
            tickets=(ticket,),
            profile=self._remembering(contact, context) if contact else None,
            events=((EventName.TICKET_REQUESTED, {"ticket_id": ticket_id}),),
        )

    def _withdraw_ticket(
        self, action: WithdrawTicket, state: DialogState, masked: Masked, company: Company, context: TurnContext
    ) -> Draft:
        """Without a ticket of ours it is a question: there are companies whose tickets are for a train or a play."""
        own = self._own_tickets(context)
        meant = [one for one in own if not one.has_ended and action.number in ("", one.number)]
        if not own:
            return self._look(Look(question=action.text), state, masked, company, context)
        if not meant:
            return self._report_tickets(ReportTickets(number=action.number), own, state, company, context)
        head = say(context.language, "withdrawal_summary", number=meant[-1].number)
        return self._request_person(RequestPerson(summary=matter(head, action.text)), state, company, context)

    def _own_tickets(self, context: TurnContext) -> tuple[Ticket, ...]:
        return self.tickets.for_conversation(context.conversation.tenant, context.conversation.conversation_id)

    def _report_tickets(
        self, action: ReportTickets, own: tuple[Ticket, ...], state: DialogState, company: Company, context: TurnContext
    ) -> Draft:
        wanted = tuple(t for t in own if not action.number or t.number == action.number)
        if not wanted and state.pending is Pending.CONTACT and not action.number:
            block = self._reminder(state, context)
            return Draft(text=plain_text((block,)), blocks=(block,), rung=Rung.FLOW, state=state)
        if not wanted:
            text = say(context.language, "ticket_unknown" if action.number else "ticket_none", number=action.number)
            return Draft(text=text, blocks=(TextBlock(text=text),), rung=Rung.FLOW, state=state)
        return list_tickets(wanted, state, company, context)


def contact_in(masked: Masked) -> str:
    """The first phone number or e-mail address in a message, or ""."""
    return next((original for placeholder, original in masked.originals if placeholder.startswith(_CONTACT_PLACEHOLDERS)), "")


def _names_an_account(masked: Masked) -> bool:
    return any(placeholder.startswith("[ACCOUNT") for placeholder, _ in masked.originals)


def offer_again(prompt: str, state: DialogState, context: TurnContext) -> ChoiceBlock:
    """The choices that are open, once more: pages let only the last message's be pressed. Labels are those of the first time."""
    shown = [block for message in context.recent for block in message.blocks if isinstance(block, ChoiceBlock)]
    labels = {choice.value: choice.label for block in shown for choice in block.choices}
    return ChoiceBlock(
        prompt=prompt, choices=tuple(Choice(label=labels.get(value, value), value=value) for value in state.choices)
    )
