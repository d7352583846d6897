/** A transcript that is fetched piece by piece: what is known already, and what has come since. */

import type { Message } from "../wire/types";

/** The position up to which nothing is missing: an agent's own reply may be here before the customer's message ahead of it. */
export function knownUpTo(messages: Message[] = []): number {
  let end = messages[0]?.position ?? 0;
  for (const message of messages.slice(1)) {
    if (message.position !== end + 1) break;
    end = message.position;
  }
  return end;
}

/** Known messages and those that came since, by position, each once. */
export function continued(before: Message[], since: Message[]): Message[] {
  const known = new Set(before.map((message) => message.message_id));
  const added = since.filter((message) => !known.has(message.message_id));
  return added.length ? [...before, ...added].sort((a, b) => a.position - b.position) : before;
}

/** The same objects for messages that have not changed (only feedback can), so that they are not drawn again. */
export function renewed(before: Message[] = [], whole: Message[]): Message[] {
  const known = new Map(before.map((message) => [message.message_id, message]));
  return whole.map((message) => {
    const old = known.get(message.message_id);
    return old && JSON.stringify(old.feedback) === JSON.stringify(message.feedback) ? old : message;
  });
}
