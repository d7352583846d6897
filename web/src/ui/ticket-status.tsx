/** Under a ticket's card: how far it is, asked of the server when the customer wants to know. */

import { useState } from "preact/hooks";
import { momentText } from "../text/language";
import type { Message, Ticket } from "../wire/types";
import { useReading } from "./context";

const NUMBER = /\b\d{6,12}\b/;

/** The number on a new ticket's card: to read out, in its title ("工单 10000001") or alone in a row; "" without one. */
export function ticketNumber(message: Message): string {
  if (message.rung !== "ticket") return "";
  for (const block of message.blocks) {
    if (block.type !== "card") continue;
    const inTitle = NUMBER.exec(block.title)?.[0];
    const alone = block.rows.map(([, value]) => value.trim()).find((value) => NUMBER.exec(value)?.[0] === value);
    if (inTitle || alone) return inTitle ?? alone ?? "";
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
      const promise = ticket.promised_at ? texts.ticketPromised(momentText(ticket.promised_at, language, new Date(), true)) : "";
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
