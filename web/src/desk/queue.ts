/** Which conversations a list shows, and in which order. Pure. */

import type { Owner, QueueItem } from "../wire/types";

export type Filter = "all" | "queue" | "mine" | "agent" | "bot";
export const FILTERS: Filter[] = ["all", "queue", "mine", "agent", "bot"];
export const OWNERS: Owner[] = ["queue", "agent", "bot"];

const RANK: Record<Owner, number> = { queue: 0, agent: 1, bot: 2 };

/** Those who wait come first, the longest wait at the top; then people's, then the bot's, each by last change. */
export function inOrder(items: QueueItem[]): QueueItem[] {
  return [...items].sort((a, b) => rank(a) - rank(b) || within(a, b));
}

function rank(item: QueueItem): number {
  return isWaiting(item) ? RANK.queue : RANK[item.owner];
}

function within(a: QueueItem, b: QueueItem): number {
  if (isWaiting(a)) return since(a).localeCompare(since(b));
  return b.updated_at.localeCompare(a.updated_at);
}

/** In the queue, or with a person who has not answered what the customer wrote last. */
export function isWaiting(item: QueueItem): boolean {
  return item.owner === "queue" || (item.owner === "agent" && item.waiting_since !== null);
}

/** Waiting for anybody, or for this agent: what is counted and rung for. */
export function waitsFor(item: QueueItem, myName: string): boolean {
  return isWaiting(item) && (item.owner === "queue" || item.agent_name === myName);
}

function since(item: QueueItem): string {
  return item.waiting_since ?? item.updated_at;
}

export function waitedMs(item: QueueItem, now: number): number {
  return now - Date.parse(since(item));
}

export function chosen(items: QueueItem[], filter: Filter, myName: string): QueueItem[] {
  if (filter === "all") return items;
  if (filter === "mine") return items.filter((item) => item.owner === "agent" && item.agent_name === myName);
  return items.filter((item) => item.owner === filter);
}

/** The owners a filter needs more pages of. */
export function ownersOf(filter: Filter): Owner[] {
  if (filter === "all") return OWNERS;
  return [filter === "mine" ? "agent" : filter];
}

/** Those who wait now and did not before: what a ring is for. */
export function newlyWaiting(before: QueueItem[], after: QueueItem[], myName: string): QueueItem[] {
  const known = new Set(before.filter((item) => waitsFor(item, myName)).map((item) => item.conversation_id));
  return after.filter((item) => waitsFor(item, myName) && !known.has(item.conversation_id));
}

/** The last letters of an id: enough to tell two visitors apart when speaking. */
export function shortId(conversationId: string): string {
  return conversationId.slice(-4).toUpperCase();
}
