/** Beside a conversation: its facts and its tickets. */

import { languageName, momentText } from "../text/language";
import { hrefOf, useDesk } from "./context";

export function DetailsPane() {
  const { state, texts, language } = useDesk();
  const { open } = state;
  if (!open) return null;
  const { conversation, messages, tickets } = open;
  const moment = (iso: string | undefined) => (iso ? momentText(iso, language) : texts.none);
  return (
    <aside class="desk-pane desk-side-pane" aria-label={texts.details}>
      <h2>{texts.details}</h2>
      <dl class="desk-facts">
        <Fact label={texts.status} value={conversation.closed ? texts.ended : texts.owner[conversation.owner]} />
        <Fact label={texts.language} value={languageName(conversation.language, language)} />
        <Fact label={texts.started} value={moment(messages[0]?.created_at)} />
        <Fact label={texts.lastActivity} value={moment(messages.at(-1)?.created_at)} />
        <Fact label={texts.turns} value={String(conversation.turn)} />
      </dl>
      <h2>{texts.ticketsHere}</h2>
      {tickets.length === 0 && <p class="desk-quiet">{texts.none}</p>}
      <ul class="desk-list">
        {tickets.map((ticket) => (
          <li key={ticket.ticket_id}>
            <a class="desk-item" href={hrefOf("tickets", ticket.ticket_id)}>
              <span class="desk-item-head">
                <strong>{ticket.number}</strong>
                <span class="desk-tag">{texts.ticketStatus[ticket.status] ?? ticket.status}</span>
              </span>
              <span class="desk-item-text">{ticket.summary}</span>
            </a>
          </li>
        ))}
      </ul>
    </aside>
  );
}

export function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value || "–"}</dd>
    </div>
  );
}
