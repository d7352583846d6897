/** Under a ticket's card: how far it is, asked of the server when the customer wants to know. */

import { useState } from "preact/hooks";
import { momentText } from "../text/language";
import type { Message, Ticket } from "../wire/types";
import { useReading } from "./context";

const NUMBER = /^[A-Za-z]{0,4}[-–]?\d[\d-]{3,}$/;

/** The number on a ticket's card: the first row whose value is nothing but a number to read out. */
export function ticketNumber(message: Message): string {
  if (message.rung !== "ticket") return "";
  for (const block of message.blocks) {
    if (block.type !== "card") continue;
    const row = block.rows.find(([, value]) => NUMBER.test(value.trim()));
    if (row) return row[1].trim();
  }
  return "";
}

export function TicketStatus({ number, ask }: { number: string; ask: (number: string) => Promise<Ticket> }) {
  const { texts, language } = useReading();
  const [shown, setShown] = useState("");
  const [busy, setBusy] = useState(false);
  const check = async () => {
    setBusy(true);
    try {
      const ticket = await ask(number);
      const promise = ticket.promised_at ? texts.ticketPromised(momentText(ticket.promised_at, language)) : "";
      const isOpen = ticket.status !== "resolved" && ticket.status !== "closed";
      const status = texts.ticketStatusIs(texts.ticketStatus[ticket.status] ?? ticket.status);
      setShown([status, isOpen ? promise : "", ticket.note].filter(Boolean).join(" · "));
    } catch {
      setShown(texts.ticketStatusFailed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="kf-ticket-status">
      <button type="button" class="kf-button" disabled={busy} onClick={check}>
        {texts.ticketStatusCheck}
      </button>
      <span role="status">{shown}</span>
    </div>
  );
}
