/** Tickets: the list, and one of them with its status and the note that the customer will read. */

import { useEffect, useId, useState } from "preact/hooks";
import type { DeskTexts } from "../text/desk-texts";
import { momentText } from "../text/language";
import { Icon } from "../ui/icons";
import type { StaffTicket, TicketStatus } from "../wire/types";
import { hrefOf, useDesk, useNow } from "./context";
import { Fact } from "./details-pane";
import { ListingView } from "./listing";

const STATUSES: TicketStatus[] = ["requested", "open", "in_progress", "resolved", "closed", "parked"];
/** What a person may set; the others are the system's own. */
const SETTABLE: TicketStatus[] = ["open", "in_progress", "resolved", "closed"];

export function isOverdue(ticket: StaffTicket, now: number): boolean {
  const isDone = ticket.status === "resolved" || ticket.status === "closed";
  return !isDone && Date.parse(ticket.promised_at) < now;
}

export function Tickets({ id }: { id: string }) {
  const { store, state, texts } = useDesk();
  const ticket = state.tickets.items?.find((item) => item.ticket_id === id);
  const field = useId();
  return (
    <>
      <section class="desk-pane desk-list-pane" aria-label={texts.tickets}>
        <div class="desk-select">
          <label for={field}>{texts.ticketFilter}</label>
          <select id={field} value={state.ticketStatus} onChange={(e) => store.setTicketStatus(e.currentTarget.value as TicketStatus | "")}>
            <option value="">{texts.allStatuses}</option>
            {STATUSES.map((status) => (
              <option key={status} value={status}>
                {texts.ticketStatus[status]}
              </option>
            ))}
          </select>
        </div>
        <div class="desk-scroll">
          <ListingView
            list={state.tickets}
            items={state.tickets.items ?? []}
            label={texts.tickets}
            empty={texts.noTickets}
            row={(item) => <Row key={item.ticket_id} ticket={item} isOpen={item.ticket_id === id} />}
            onMore={() => store.moreOfSection()}
          />
        </div>
      </section>
      {ticket ? <TicketView key={ticket.ticket_id} ticket={ticket} /> : <p class="desk-pane desk-empty desk-main-pane">{texts.pickTicket}</p>}
    </>
  );
}

function Row({ ticket, isOpen }: { ticket: StaffTicket; isOpen: boolean }) {
  const { language } = useDesk();
  return (
    <li>
      <a class="desk-item" href={hrefOf("tickets", ticket.ticket_id)} aria-current={isOpen ? "true" : undefined}>
        <span class="desk-item-head">
          <strong>{ticket.number}</strong>
          <time dateTime={ticket.created_at}>{momentText(ticket.created_at, language)}</time>
        </span>
        <span class="desk-item-text">{ticket.summary}</span>
        <StatusTag ticket={ticket} />
      </a>
    </li>
  );
}

function StatusTag({ ticket }: { ticket: StaffTicket }) {
  const { texts } = useDesk();
  const overdue = isOverdue(ticket, useNow(30_000));
  return (
    <span class="desk-tags">
      <span class="desk-tag" data-status={ticket.status}>
        {texts.ticketStatus[ticket.status] ?? ticket.status}
      </span>
      {overdue && <span class="desk-tag desk-tag-wait">{texts.overdue}</span>}
    </span>
  );
}

function TicketView({ ticket }: { ticket: StaffTicket }) {
  const { texts, language } = useDesk();
  const moment = (iso: string) => momentText(iso, language);
  return (
    <section class="desk-pane desk-main-pane" aria-label={ticket.number}>
      <header class="desk-head">
        <a class="kf-icon-button desk-back" href={hrefOf("tickets")} aria-label={texts.back}>
          <Icon name="back" />
        </a>
        <div>
          <h2>{ticket.number}</h2>
          <StatusTag ticket={ticket} />
        </div>
      </header>
      <div class="desk-scroll desk-ticket">
        <p class="desk-summary kf-text">{ticket.summary}</p>
        <dl class="desk-facts">
          <Fact label={texts.contact} value={ticket.contact} />
          <Fact label={texts.created} value={moment(ticket.created_at)} />
          <Fact label={texts.promised} value={moment(ticket.promised_at)} />
          <Fact label={texts.assignee} value={ticket.assignee} />
          <Fact label={texts.attempts} value={String(ticket.attempts ?? "")} />
          {ticket.failure && <Fact label={texts.failure} value={ticket.failure} />}
          {ticket.note && <Fact label={texts.note} value={ticket.note} />}
        </dl>
        {ticket.conversation_id && (
          <p>
            <a class="kf-button" href={hrefOf("conversations", ticket.conversation_id)}>
              {texts.openConversation}
            </a>
          </p>
        )}
        <ChangeForm ticket={ticket} texts={texts} />
      </div>
    </section>
  );
}

type Saving = "" | "busy" | "saved" | "failed";

function ChangeForm({ ticket, texts }: { ticket: StaffTicket; texts: DeskTexts }) {
  const { store } = useDesk();
  const id = useId();
  const [status, setStatus] = useState<TicketStatus>(ticket.status);
  const [note, setNote] = useState("");
  const [saving, setSaving] = useState<Saving>("");
  useEffect(() => setStatus(ticket.status), [ticket.status]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setSaving("busy");
    try {
      await store.changeTicket(ticket.ticket_id, status, note.trim());
      setNote("");
      setSaving("saved");
    } catch {
      setSaving("failed");
    }
  };
  const offered = SETTABLE.includes(ticket.status) ? SETTABLE : [ticket.status, ...SETTABLE];
  return (
    <form class="desk-change" onSubmit={submit}>
      <div class="kf-field">
        <label for={`${id}-status`}>{texts.status}</label>
        <select id={`${id}-status`} value={status} onChange={(e) => setStatus(e.currentTarget.value as TicketStatus)}>
          {offered.map((value) => (
            <option key={value} value={value}>
              {texts.ticketStatus[value]}
            </option>
          ))}
        </select>
      </div>
      <div class="kf-field">
        <label for={`${id}-note`}>{texts.note}</label>
        <textarea
          id={`${id}-note`}
          rows={3}
          maxLength={2000}
          value={note}
          aria-describedby={`${id}-hint`}
          onInput={(e) => setNote(e.currentTarget.value)}
        />
        <p class="desk-quiet" id={`${id}-hint`}>
          {texts.noteHint}
        </p>
      </div>
      <div class="desk-row">
        <button type="submit" class="kf-button kf-primary" disabled={saving === "busy" || !SETTABLE.includes(status)}>
          {texts.save}
        </button>
        <span role="status" class={saving === "failed" ? "kf-field-error" : "desk-quiet"}>
          {saving === "saved" ? texts.saved : saving === "failed" ? texts.saveFailed : ""}
        </span>
      </div>
    </form>
  );
}
