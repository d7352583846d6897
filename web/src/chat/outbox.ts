/** Messages that the customer wrote and the transcript does not show yet. Pure: state in, state out. */

import type { Author, Message } from "../wire/types";

/** Attempts before a message is given back to the customer as "not sent". */
export const MAX_ATTEMPTS = 6;
/** Beyond this age a message from an earlier visit is not sent by itself: the moment may have passed. */
const STALE_MS = 30 * 60_000;
/** An accepted message that the transcript never shows (its text was rewritten) stops being shown twice after this. */
const ACCEPTED_MS = 120_000;

/**
 * waiting: to be sent, now or at `notBefore`; sending: on the way; accepted: the server has it, its turn is not done;
 * failed: not sent, for the customer to retry. `key` is its Idempotency-Key for all attempts.
 * `base` is the last position the customer saw when writing it.
 */
export interface Outgoing {
  key: string;
  text: string;
  base: number;
  createdAt: number;
  state: "waiting" | "sending" | "accepted" | "failed";
  attempts: number;
  notBefore: number;
  /** Why it failed: "" (the line), else the problem's code. */
  reason: string;
}

export function written(key: string, text: string, base: number, now: number): Outgoing {
  return { key, text, base, createdAt: now, state: "waiting", attempts: 0, notBefore: 0, reason: "" };
}

/** What an earlier visit left: sends in flight are tried again under their own key, old ones wait for the customer. */
export function restored(items: Outgoing[], now: number): Outgoing[] {
  return items.map((item) => {
    if (item.state === "accepted" || item.state === "failed") return item;
    const stale = now - item.createdAt > STALE_MS;
    return { ...item, state: stale ? "failed" : "waiting", attempts: 0, notBefore: 0 };
  });
}

export function change(items: Outgoing[], key: string, changes: Partial<Outgoing>): Outgoing[] {
  return items.map((item) => (item.key === key ? { ...item, ...changes } : item));
}

export function without(items: Outgoing[], key: string): Outgoing[] {
  return items.filter((item) => item.key !== key);
}

/** The next to send: strictly in the order written, so that a lost line never swaps two messages. */
export function nextToSend(items: Outgoing[]): Outgoing | null {
  return items.find((item) => item.state === "waiting" || item.state === "sending") ?? null;
}

/**
 * Those that the transcript does not show yet. Each message of the writer in the transcript stands for one item written
 * before it with the same words, so two equal messages are two.
 */
export function unseen(items: Outgoing[], messages: Message[], author: Author = "customer"): Outgoing[] {
  const own = messages.filter((message) => message.author === author);
  const taken = new Set<string>();
  return items.filter((item) => {
    const match = own.find((m) => m.position > item.base && !taken.has(m.message_id) && same(m.text, item.text));
    if (match) taken.add(match.message_id);
    return !match;
  });
}

/** After a fresh transcript: drop what it shows, and accepted items that it will never show. */
export function settled(items: Outgoing[], messages: Message[], now: number): Outgoing[] {
  const open = new Set(unseen(items, messages).map((item) => item.key));
  return items.filter((item) => {
    if (item.state === "accepted") return open.has(item.key) && now - item.createdAt < ACCEPTED_MS;
    return open.has(item.key) || item.state === "sending";
  });
}

function same(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

function plain(text: string): string {
  return text.normalize("NFKC").replace(/\s+/gu, " ").trim();
}
