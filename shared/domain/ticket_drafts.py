"""The drafts that a ticket needs: the question for a contact, a ticket as a card, all of them as a list."""

from collections.abc import Sequence

from shared.domain.blocks import CardBlock, TextBlock
from shared.domain.business_hours import spoken_time
from shared.domain.company import Company
from shared.domain.contact_form import contact_form, contact_form_again
from shared.domain.conversation import Rung
from shared.domain.dialog_state import DialogState, Pending
from shared.domain.phrases import say
from shared.domain.policy import AskContact
from shared.domain.ticket import Ticket
from shared.domain.turn import Draft, TurnContext


def ask_contact(action: AskContact, state: DialogState, company: Company, context: TurnContext, phrase: str) -> Draft:
    """Ask for a way to reach the customer, and say by when somebody will."""
    if action.attempts or action.another:
        form = contact_form_again(context.language, "ask_contact_again" if action.attempts else "leave_another")
    else:
        form = contact_form(company, context.language, context.now, phrase, action.summary)
    return Draft(text=form.prompt, blocks=(form,), rung=Rung.FLOW, state=waiting_for_contact(action, state))


def waiting_for_contact(action: AskContact, state: DialogState) -> DialogState:
    """What the dialog remembers while it waits for the contact."""
    return DialogState(
        pending=Pending.CONTACT, summary=action.summary, attempts=action.attempts, last_question=state.last_question
    )


def ticket_card(ticket: Ticket, company: Company, context: TurnContext, *more: tuple[str, str]) -> CardBlock:
    """A ticket as a card; the first row is its status."""
    language = context.language
    rows = [(say(language, "ticket_status_label"), say(language, f"status_{ticket.status}"))]
    if not ticket.has_ended:
        rows.append((say(language, "ticket_promise_label"), spoken_time(ticket.promised_at, company, language)))
    if ticket.note:
        rows.append((say(language, "ticket_note_label"), ticket.note))
    return CardBlock(title=say(language, "ticket_card", number=ticket.number), rows=(*rows, *more))


def list_tickets(tickets: Sequence[Ticket], state: DialogState, company: Company, context: TurnContext) -> Draft:
    """Tell how far these tickets are; what is open in the dialog stays open."""
    text = say(context.language, "ticket_list")
    cards = tuple(ticket_card(ticket, company, context) for ticket in tickets)
    lines = "\n".join(f"{card.title}: {card.rows[0][1]}" for card in cards)
    return Draft(text=f"{text}\n{lines}", blocks=(TextBlock(text=text), *cards), rung=Rung.FLOW, state=state)
