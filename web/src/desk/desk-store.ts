/** The staff page's state and what changes it. Everything shown as done was said to be done by the server. */

import { ApiError, backoffMs, idempotencyKey } from "../wire/http";
import * as outbox from "../chat/outbox";
import type { Outgoing } from "../chat/outbox";
import type { StaffApi } from "../wire/staff-api";
import type { Conversation, Message, Owner, QueueItem, StaffConversation, StaffMember, StaffTicket, TicketStatus, Unanswered } from "../wire/types";
import { inOrder, newlyWaiting, OWNERS } from "./queue";
import { continued, knownUpTo, renewed } from "./transcript";

/** Seconds between two looks: at the page that is seen, and at one that is hidden. Presence is what it is either way. */
const EVERY = {
  presence: [10, 10],
  queue: [3, 9],
  open: [2, 30],
  whole: [30, 120],
  me: [30, 60],
  section: [15, 60],
} as const;
const MAX_PAGES = 10;

export type Section = "conversations" | "tickets" | "unanswered";

/** A list with its state: `items` null until first loaded. */
export interface Listing<T> {
  items: T[] | null;
  more: boolean;
  failed: boolean;
}

/** Something that did not work, for the person to read; 409 says who has the conversation. */
export type Trouble = { kind: "conflict"; name: string } | { kind: "gone" } | { kind: "failed" };

export interface DeskState {
  me: StaffMember | null;
  available: boolean;
  link: boolean;
  signedOut: boolean;
  section: Section;
  queue: Listing<QueueItem>;
  openId: string;
  open: StaffConversation | null;
  openFailed: boolean;
  replies: Record<string, Outgoing[]>;
  busy: boolean;
  trouble: Trouble | null;
  ticketStatus: TicketStatus | "";
  tickets: Listing<StaffTicket>;
  unanswered: Listing<Unanswered>;
}

const NOTHING = { items: null, more: false, failed: false };

export interface ReplyMemory {
  load(): Record<string, Outgoing[]>;
  save(replies: Record<string, Outgoing[]>): void;
}

export class DeskStore {
  state: DeskState;
  /** Called with those who have just begun to wait. */
  onWaiting: (items: QueueItem[]) => void = () => undefined;
  private readonly api: StaffApi;
  private readonly memory: ReplyMemory;
  private readonly listeners = new Set<() => void>();
  private readonly pages: Record<Owner, number> = { queue: 1, agent: 1, bot: 1 };
  private ticketPages = 1;
  private unansweredPages = 1;
  private seconds = 0;
  private readonly running = new Set<string>();
  private readonly delivering = new Set<string>();
  private readonly isHidden: () => boolean;

  constructor(api: StaffApi, memory: ReplyMemory, isHidden: () => boolean = () => document.hidden) {
    this.api = api;
    this.memory = memory;
    this.isHidden = isHidden;
    this.state = {
      me: null,
      available: true,
      link: true,
      signedOut: false,
      section: "conversations",
      queue: NOTHING,
      openId: "",
      open: null,
      openFailed: false,
      replies: restoredReplies(memory.load()),
      busy: false,
      trouble: null,
      ticketStatus: "",
      tickets: NOTHING,
      unanswered: NOTHING,
    };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Begin with the person the token belongs to. */
  begin(me: StaffMember): void {
    this.set({ me });
    void this.beat();
    for (const id of Object.keys(this.state.replies)) void this.deliverAll(id);
  }

  /** Once a second; what is due runs, and nothing runs twice at once. */
  async beat(): Promise<void> {
    const second = this.seconds++;
    const isDue = (what: keyof typeof EVERY) => second % EVERY[what][this.isHidden() ? 1 : 0] === 0;
    const work: [keyof typeof EVERY, string, () => Promise<void>][] = [
      ["presence", "presence", () => this.api.setPresence(this.state.available)],
      ["queue", "queue", () => this.loadQueue()],
      ["open", `open ${this.state.openId}`, () => this.loadOpen(isDue("whole"))],
      ["me", "me", async () => this.set({ me: await this.api.me() })],
      ["section", "section", () => this.loadSection()],
    ];
    await Promise.all(work.filter(([what]) => isDue(what)).map(([, name, run]) => this.once(name, run)));
  }

  // -- presence and sections ----------------------------------------------------------------------------------------

  setAvailable(available: boolean): Promise<void> {
    this.set({ available });
    return this.once("presence!", () => this.api.setPresence(available));
  }

  show(section: Section, id = ""): void {
    if (section !== this.state.section) this.set({ section });
    if (section === "conversations" && id !== this.state.openId) this.set({ openId: id, open: null, openFailed: false, trouble: null });
    if (section === "conversations") void this.once(`open ${id}`, () => this.loadOpen());
    else void this.once(`section ${section}`, () => this.loadSection());
  }

  setTicketStatus(ticketStatus: TicketStatus | ""): void {
    this.ticketPages = 1;
    this.set({ ticketStatus, tickets: NOTHING });
    void this.once("section!", () => this.loadSection());
  }

  moreConversations(owners: Owner[]): void {
    for (const owner of owners) this.pages[owner] = Math.min(MAX_PAGES, this.pages[owner] + 1);
    void this.once("queue!", () => this.loadQueue());
  }

  moreOfSection(): void {
    if (this.state.section === "tickets") this.ticketPages = Math.min(MAX_PAGES, this.ticketPages + 1);
    else this.unansweredPages = Math.min(MAX_PAGES, this.unansweredPages + 1);
    void this.once("section!", () => this.loadSection());
  }

  refresh(): void {
    void this.once("queue!", () => this.loadQueue());
    void this.once("open!", () => this.loadOpen());
    void this.once("section!", () => this.loadSection());
  }

  // -- one conversation ---------------------------------------------------------------------------------------------

  isMine(conversation: Conversation): boolean {
    return conversation.owner === "agent" && !conversation.closed && conversation.agent_name === this.state.me?.name;
  }

  takeOver(): Promise<void> {
    return this.act((id) => this.api.takeOver(id));
  }

  handBack(): Promise<void> {
    return this.act((id) => this.api.handBack(id));
  }

  close(): Promise<void> {
    return this.act((id) => this.api.close(id));
  }

  private async act(work: (id: string) => Promise<{ conversation: Conversation }>): Promise<void> {
    const id = this.state.openId;
    this.set({ busy: true, trouble: null });
    try {
      const { conversation } = await work(id);
      if (this.state.open && this.state.openId === id) this.set({ open: { ...this.state.open, conversation } });
    } catch (error) {
      await this.explain(error);
    } finally {
      this.set({ busy: false });
    }
    this.refresh();
  }

  /** Ask the server who has the conversation now, so that the explanation is a fact. */
  private async explain(error: unknown): Promise<void> {
    if (this.signedOutBy(error)) return;
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 409) {
      await this.loadOpen().catch(() => undefined);
      const conversation = this.state.open?.conversation;
      if (conversation?.closed) this.set({ trouble: { kind: "gone" } });
      else this.set({ trouble: { kind: "conflict", name: this.otherAgent() } });
    } else this.set({ trouble: { kind: status === 404 ? "gone" : "failed" } });
  }

  /** The colleague who has the open conversation, "" when none has. */
  otherAgent(): string {
    const conversation = this.state.open?.conversation;
    return conversation?.owner === "agent" && !this.isMine(conversation) ? conversation.agent_name : "";
  }

  forgetTrouble(): void {
    this.set({ trouble: null });
  }

  // -- replies ------------------------------------------------------------------------------------------------------

  reply(text: string): void {
    const words = text.trim();
    const id = this.state.openId;
    if (!words || !id) return;
    const base = this.state.open?.messages.at(-1)?.position ?? 0;
    this.setReplies(id, [...this.repliesOf(id), outbox.written(idempotencyKey(), words, base, Date.now())]);
    void this.deliverAll(id);
  }

  retryReply(key: string): void {
    const id = this.state.openId;
    this.setReplies(id, outbox.change(this.repliesOf(id), key, { state: "waiting", attempts: 0, reason: "" }));
    void this.deliverAll(id);
  }

  discardReply(key: string): void {
    this.setReplies(this.state.openId, outbox.without(this.repliesOf(this.state.openId), key));
  }

  repliesOf(id: string): Outgoing[] {
    return this.state.replies[id] ?? [];
  }

  private async deliverAll(id: string): Promise<void> {
    if (this.delivering.has(id)) return;
    this.delivering.add(id);
    try {
      for (let item = outbox.nextToSend(this.repliesOf(id)); item; item = outbox.nextToSend(this.repliesOf(id))) await this.deliver(id, item);
    } finally {
      this.delivering.delete(id);
    }
  }

  private async deliver(id: string, item: Outgoing): Promise<void> {
    this.setReplies(id, outbox.change(this.repliesOf(id), item.key, { state: "sending" }));
    try {
      const message = await this.api.reply(id, item.text, item.key);
      this.setReplies(id, outbox.without(this.repliesOf(id), item.key));
      this.addMessage(id, message);
    } catch (error) {
      await this.undelivered(id, item, error);
    }
  }

  private async undelivered(id: string, item: Outgoing, error: unknown): Promise<void> {
    const problem = error instanceof ApiError ? error : new ApiError(0, "client");
    const attempts = item.attempts + 1;
    const giveUp = !problem.retryable || attempts >= outbox.MAX_ATTEMPTS || this.signedOutBy(problem);
    const reason = problem.status === 409 || problem.status === 404 ? "conflict" : problem.retryable ? "" : "rejected";
    const changes: Partial<Outgoing> = giveUp ? { state: "failed", attempts, reason } : { state: "sending", attempts };
    this.setReplies(id, outbox.change(this.repliesOf(id), item.key, changes));
    if (problem.status === 409) this.refresh();
    if (!giveUp) await new Promise((resolve) => setTimeout(resolve, backoffMs(attempts, problem.retryAfterMs)));
  }

  private addMessage(id: string, message: Message): void {
    const open = this.state.open;
    if (open && this.state.openId === id) this.set({ open: { ...open, messages: continued(open.messages, [message]) } });
  }

  private setReplies(id: string, items: Outgoing[]): void {
    const { [id]: _, ...others } = this.state.replies;
    const replies = items.length ? { ...others, [id]: items } : others;
    this.memory.save(replies);
    this.set({ replies });
  }

  // -- tickets ------------------------------------------------------------------------------------------------------

  /** Throws `ApiError`; the list shows the change only after the server has it. */
  async changeTicket(id: string, status: TicketStatus, note: string): Promise<void> {
    const ticket = await this.api.changeTicket(id, status, note);
    const items = this.state.tickets.items?.map((old) => (old.ticket_id === id ? ticket : old)) ?? null;
    this.set({ tickets: { ...this.state.tickets, items } });
  }

  // -- loading ------------------------------------------------------------------------------------------------------

  private async loadQueue(): Promise<void> {
    try {
      const lists = await Promise.all(OWNERS.map((owner) => this.pagesOf((cursor) => this.api.conversations(owner, cursor), this.pages[owner])));
      const items = inOrder(unique(lists.flatMap((list) => list.items)));
      const before = this.state.queue.items;
      this.set({ queue: { items, more: lists.some((list) => list.more), failed: false } });
      const waiting = newlyWaiting(before ?? [], items, this.state.me?.name ?? "");
      if (waiting.length) this.onWaiting(waiting);
    } catch (error) {
      this.set({ queue: { ...this.state.queue, failed: true } });
      throw error;
    }
  }

  /** What has come since; the whole now and then, for feedback on what was said before. */
  private async loadOpen(whole = false): Promise<void> {
    const id = this.state.openId;
    if (!id) return;
    const after = whole ? 0 : knownUpTo(this.state.open?.messages);
    try {
      const open = await this.api.conversation(id, after);
      if (id !== this.state.openId) return;
      const before = this.state.open?.messages;
      const messages = after && before ? continued(before, open.messages) : renewed(before, open.messages);
      this.set({ open: { ...open, messages }, openFailed: false });
    } catch (error) {
      if (id === this.state.openId) this.set({ openFailed: true });
      throw error;
    }
  }

  private async loadSection(): Promise<void> {
    if (this.state.section === "tickets") await this.loadTickets();
    if (this.state.section === "unanswered") await this.loadUnanswered();
  }

  private async loadTickets(): Promise<void> {
    const status = this.state.ticketStatus;
    try {
      const { items, more } = await this.pagesOf((cursor) => this.api.tickets(status, cursor), this.ticketPages);
      if (status === this.state.ticketStatus) this.set({ tickets: { items, more, failed: false } });
    } catch (error) {
      this.set({ tickets: { ...this.state.tickets, failed: true } });
      throw error;
    }
  }

  private async loadUnanswered(): Promise<void> {
    try {
      const { items, more } = await this.pagesOf((cursor) => this.api.unanswered(cursor), this.unansweredPages);
      this.set({ unanswered: { items, more, failed: false } });
    } catch (error) {
      this.set({ unanswered: { ...this.state.unanswered, failed: true } });
      throw error;
    }
  }

  /** The first `count` pages afresh: what was loaded once stays current. */
  private async pagesOf<T>(load: (cursor: string) => Promise<{ items: T[]; cursor: string | null }>, count: number): Promise<{ items: T[]; more: boolean }> {
    const items: T[] = [];
    let cursor = "";
    for (let page = 0; page < count; page++) {
      const loaded = await load(cursor);
      items.push(...loaded.items);
      cursor = loaded.cursor ?? "";
      if (!cursor) break;
    }
    return { items, more: cursor !== "" };
  }

  /** Run unless it runs already. A failure is shown as a lost link; a bad token ends the session. */
  private async once(name: string, work: () => Promise<void>): Promise<void> {
    if (this.running.has(name) || this.state.signedOut) return;
    this.running.add(name);
    try {
      await work();
      if (!this.state.link) this.set({ link: true });
    } catch (error) {
      if (!this.signedOutBy(error) && error instanceof ApiError && error.retryable) this.set({ link: false });
    } finally {
      this.running.delete(name);
    }
  }

  private signedOutBy(error: unknown): boolean {
    const isGone = error instanceof ApiError && error.status === 401;
    if (isGone) this.set({ signedOut: true });
    return isGone;
  }

  private set(changes: Partial<DeskState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}

function unique(items: QueueItem[]): QueueItem[] {
  return [...new Map(items.map((item) => [item.conversation_id, item])).values()];
}

function restoredReplies(stored: Record<string, Outgoing[]>): Record<string, Outgoing[]> {
  return Object.fromEntries(Object.entries(stored).map(([id, items]) => [id, outbox.restored(items, Date.now())]));
}
