/** The chat's state and what changes it: no DOM, no framework. Components subscribe. */

import type { CustomerApi } from "../wire/customer-api";
import { ApiError, backoffMs, idempotencyKey } from "../wire/http";
import type { Conversation, CreatedConversation, Feedback, Language, Message, SendResult, Site, Ticket } from "../wire/types";
import * as outbox from "./outbox";
import type { Outgoing } from "./outbox";
import type { Vault } from "./vault";

const PERSON_POLL_MS = 2_000;
const IDLE_POLL_MS = 20_000;
const CLOSED_PANEL_POLL_MS = 30_000;
const CLOSED_PANEL_PERSON_POLL_MS = 5_000;
/** A question without an answer for longer than this is no longer shown as being worked on. */
const ANSWER_EXPECTED_MS = 90_000;
const PAGE = 100;
/** New conversations that one message may cause by being told that its token is unknown. */
const MAX_RENEWALS = 2;

export type Link = "ok" | "offline" | "trouble";

export interface ChatState {
  site: Site | null;
  siteFailed: boolean;
  restoring: boolean;
  messages: Message[];
  outgoing: Outgoing[];
  conversation: Conversation | null;
  link: Link;
  /** The last visit's conversation could not be opened any more. */
  expired: boolean;
  open: boolean;
  seen: number;
}

export interface Surroundings {
  now(): number;
  online(): boolean;
  hidden(): boolean;
}

export const browserSurroundings: Surroundings = {
  now: () => Date.now(),
  online: () => navigator.onLine !== false,
  hidden: () => document.hidden,
};

export class ChatStore {
  readonly api: CustomerApi;
  private readonly vault: Vault;
  private readonly around: Surroundings;
  private readonly language: () => Language;
  private readonly listeners = new Set<() => void>();
  private readonly undo: (() => void)[] = [];
  private session: CreatedConversation | null = null;
  private after = 0;
  private renewals = 0;
  private sending = false;
  private polling = false;
  private pollFailures = 0;
  private pollTimer = 0;
  private sendTimer = 0;
  private siteTimer = 0;
  private stopped = false;
  state: ChatState;

  /** `open`: whether the log is on view from the start (a widget's panel may be closed). */
  constructor(api: CustomerApi, vault: Vault, language: () => Language, open = true, around: Surroundings = browserSurroundings) {
    this.api = api;
    this.vault = vault;
    this.language = language;
    this.around = around;
    this.session = vault.session(around.now());
    this.state = {
      site: null,
      siteFailed: false,
      restoring: this.session !== null,
      messages: [],
      outgoing: outbox.restored(vault.outbox, around.now()),
      conversation: null,
      link: around.online() ? "ok" : "offline",
      expired: false,
      open,
      seen: vault.seen,
    };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  start(): void {
    this.listen(window, "online", () => this.lineChanged());
    this.listen(window, "offline", () => this.lineChanged());
    this.listen(document, "visibilitychange", () => this.pollNow());
    void this.loadSite(1);
    void this.pollOnce().then(() => this.pump());
  }

  stop(): void {
    this.stopped = true;
    for (const timer of [this.pollTimer, this.sendTimer, this.siteTimer]) clearTimeout(timer);
    for (const forget of this.undo) forget();
  }

  // -- what the customer does ---------------------------------------------------------------------------------------

  send(text: string): void {
    const words = text.trim();
    if (!words) return;
    const item = outbox.written(idempotencyKey(), words, this.lastPosition(), this.around.now());
    this.setOutgoing([...this.state.outgoing, item]);
    this.vault.draft = "";
    void this.pump();
  }

  /** Send a failed message again, under the key it always had. */
  retry(key: string): void {
    this.setOutgoing(outbox.change(this.state.outgoing, key, { state: "waiting", attempts: 0, notBefore: 0, reason: "" }));
    void this.pump();
  }

  discard(key: string): void {
    this.setOutgoing(outbox.without(this.state.outgoing, key));
  }

  /** Forget this conversation here and begin an empty one; the server keeps what was said. */
  startOver(): void {
    this.forgetSession();
    this.vault.creationKey = "";
    this.setOutgoing([]);
    this.set({ expired: false, seen: 0 });
  }

  /** Without a comment the server keeps the one of the same verdict; an empty one removes it. */
  async rate(messageId: string, helpful: boolean, comment?: string): Promise<void> {
    if (!this.session) throw new ApiError(0, "no_session");
    const feedback = await this.api.rate(this.session, messageId, comment === undefined ? { helpful } : { helpful, comment });
    this.replaceFeedback(messageId, feedback);
  }

  ticket(number: string): Promise<Ticket> {
    return this.api.ticket(this.session?.token ?? "", number);
  }

  /** Whether the customer looks at the log: decides what counts as unread and how often to ask for news. */
  setOpen(open: boolean): void {
    if (open !== this.state.open) this.set({ open });
    if (open) this.markSeen();
    this.pollNow();
  }

  get draft(): string {
    return this.vault.draft;
  }
  set draft(text: string) {
    this.vault.draft = text;
  }

  retrySite(): void {
    void this.loadSite(1);
  }

  // -- sending ------------------------------------------------------------------------------------------------------

  private async pump(): Promise<void> {
    if (this.sending || this.stopped) return;
    this.sending = true;
    clearTimeout(this.sendTimer);
    try {
      for (let item = this.due(); item; item = this.due()) await this.deliver(item);
    } finally {
      this.sending = false;
    }
    this.schedulePoll();
  }

  /** The head of the queue if it may go now; else a timer or the `online` event brings us back. */
  private due(): Outgoing | null {
    const item = outbox.nextToSend(this.state.outgoing);
    if (!item || !this.around.online() || this.stopped) return null;
    const waitMs = item.notBefore - this.around.now();
    if (waitMs <= 0) return item;
    this.sendTimer = window.setTimeout(() => void this.pump(), waitMs);
    return null;
  }

  private async deliver(item: Outgoing): Promise<void> {
    this.setOutgoing(outbox.change(this.state.outgoing, item.key, { state: "sending" }));
    try {
      const session = await this.ensureSession();
      this.accept(item, await this.api.send(session, item.text, item.key));
    } catch (error) {
      this.refuse(item, error);
    }
  }

  private async ensureSession(): Promise<CreatedConversation> {
    if (this.session) return this.session;
    this.vault.creationKey ||= idempotencyKey();
    const created = await this.api.createConversation(this.language(), this.vault.creationKey);
    this.vault.creationKey = "";
    this.vault.keepSession(created);
    this.session = created;
    return created;
  }

  private accept(item: Outgoing, result: SendResult): void {
    this.renewals = 0;
    const news = [result.customer_message, result.message].filter((message) => message !== undefined);
    const isShown = result.customer_message !== undefined;
    const rest = isShown
      ? outbox.without(this.state.outgoing, item.key)
      : outbox.change(this.state.outgoing, item.key, { state: "accepted" });
    this.setOutgoing(rest);
    this.set({ conversation: result.conversation, link: "ok", expired: false });
    this.addMessages(news);
  }

  private refuse(item: Outgoing, error: unknown): void {
    const problem = error instanceof ApiError ? error : new ApiError(0, "client", String(error));
    const isOver = problem.credentialGone || (problem.status === 409 && this.state.conversation?.closed === true);
    if (isOver && this.session && this.renewals < MAX_RENEWALS) return this.sessionGone();
    const attempts = item.attempts + 1;
    if (!problem.retryable || attempts >= outbox.MAX_ATTEMPTS) {
      const reason = problem.retryable ? "" : problem.code;
      this.setOutgoing(outbox.change(this.state.outgoing, item.key, { state: "failed", attempts, reason }));
      return;
    }
    const notBefore = this.around.now() + backoffMs(attempts, problem.retryAfterMs);
    this.setOutgoing(outbox.change(this.state.outgoing, item.key, { state: "waiting", attempts, notBefore }));
    this.set({ link: this.around.online() ? "trouble" : "offline" });
  }

  /** The token has expired: what was not answered goes into a new conversation, under new keys. */
  private sessionGone(): void {
    this.renewals += 1;
    const now = this.around.now();
    const unsent = this.state.outgoing.filter((item) => item.state !== "accepted");
    this.forgetSession();
    this.setOutgoing(
      unsent.map((item) => ({
        ...outbox.written(idempotencyKey(), item.text, 0, now),
        state: item.state === "failed" ? ("failed" as const) : ("waiting" as const),
      })),
    );
    this.set({ expired: true });
  }

  private forgetSession(): void {
    this.session = null;
    this.after = 0;
    this.vault.keepSession(null);
    this.vault.seen = 0;
    this.set({ messages: [], conversation: null, restoring: false, seen: 0 });
  }

  // -- listening ----------------------------------------------------------------------------------------------------

  private async pollOnce(): Promise<void> {
    const session = this.session;
    if (!session || this.polling || this.stopped) return;
    this.polling = true;
    try {
      await this.fetchNews(session);
      this.pollFailures = 0;
      if (this.state.link !== "ok") this.set({ link: "ok" });
    } catch (error) {
      this.pollFailed(session, error);
    } finally {
      this.polling = false;
    }
    this.schedulePoll();
  }

  private async fetchNews(session: CreatedConversation): Promise<void> {
    for (let more = true; more; ) {
      const page = await this.api.list(session, this.after, PAGE);
      if (session !== this.session) return;
      // Only the list moves the cursor: the answer to a send may lie behind messages that were not fetched yet.
      this.after = Math.max(this.after, page.next_after);
      this.set({ conversation: page.conversation });
      this.addMessages(page.messages);
      more = page.messages.length >= PAGE;
    }
    this.setOutgoing(outbox.settled(this.state.outgoing, this.state.messages, this.around.now()));
    if (this.state.restoring) this.set({ restoring: false });
  }

  private pollFailed(session: CreatedConversation, error: unknown): void {
    if (session !== this.session) return;
    if (error instanceof ApiError && error.credentialGone) return this.sessionGone();
    this.pollFailures += 1;
    if (this.pollFailures >= 2 || this.state.restoring) this.set({ link: this.around.online() ? "trouble" : "offline" });
  }

  private schedulePoll(): void {
    clearTimeout(this.pollTimer);
    if (!this.session || this.stopped || this.around.hidden()) return;
    const waitMs = this.pollFailures ? backoffMs(this.pollFailures + 1) : this.pollEveryMs();
    this.pollTimer = window.setTimeout(() => void this.pollOnce(), waitMs);
  }

  private pollEveryMs(): number {
    const person = this.state.conversation !== null && this.state.conversation.owner !== "bot";
    if (this.awaitingAnswer()) return PERSON_POLL_MS;
    if (!this.state.open) return person ? CLOSED_PANEL_PERSON_POLL_MS : CLOSED_PANEL_POLL_MS;
    return person ? PERSON_POLL_MS : IDLE_POLL_MS;
  }

  private pollNow(): void {
    clearTimeout(this.pollTimer);
    if (this.around.hidden()) return;
    void this.pollOnce();
  }

  private lineChanged(): void {
    this.set({ link: this.around.online() ? "ok" : "offline" });
    if (!this.around.online()) return;
    this.setOutgoing(this.state.outgoing.map((item) => (item.state === "waiting" ? { ...item, notBefore: 0 } : item)));
    void this.pump();
    this.pollNow();
  }

  private async loadSite(attempt: number): Promise<void> {
    clearTimeout(this.siteTimer);
    try {
      const site = await this.api.site();
      this.set({ site, siteFailed: false });
    } catch (error) {
      const problem = error instanceof ApiError ? error : new ApiError(0, "client");
      this.set({ siteFailed: true });
      if (problem.retryable && !this.stopped)
        this.siteTimer = window.setTimeout(() => void this.loadSite(attempt + 1), backoffMs(attempt, problem.retryAfterMs));
    }
  }

  // -- state --------------------------------------------------------------------------------------------------------

  /** The bot has the word and has not spoken since the customer did. */
  awaitingAnswer(): boolean {
    const { outgoing, conversation, messages } = this.state;
    if (conversation && (conversation.owner !== "bot" || conversation.closed)) return false;
    if (outgoing.some((item) => item.state === "sending" || item.state === "accepted")) return true;
    const last = messages.at(-1);
    return last?.author === "customer" && this.around.now() - Date.parse(last.created_at) < ANSWER_EXPECTED_MS;
  }

  unread(): number {
    return this.state.messages.filter((m) => m.author !== "customer" && m.position > this.state.seen).length;
  }

  private lastPosition(): number {
    return this.state.messages.at(-1)?.position ?? 0;
  }

  private addMessages(news: Message[]): void {
    if (!news.length) return;
    const byId = new Map(this.state.messages.map((message) => [message.message_id, message]));
    for (const message of news) byId.set(message.message_id, message);
    this.set({ messages: [...byId.values()].sort((a, b) => a.position - b.position) });
    if (this.state.open && !this.around.hidden()) this.markSeen();
  }

  private replaceFeedback(messageId: string, feedback: Feedback): void {
    const messages = this.state.messages.map((m) => (m.message_id === messageId ? { ...m, feedback } : m));
    this.set({ messages });
  }

  private markSeen(): void {
    const seen = this.lastPosition();
    if (seen === this.state.seen) return;
    this.vault.seen = seen;
    this.set({ seen });
  }

  private setOutgoing(outgoing: Outgoing[]): void {
    this.vault.outbox = outgoing;
    this.set({ outgoing });
  }

  private set(changes: Partial<ChatState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }

  private listen(target: EventTarget, type: string, handler: () => void): void {
    target.addEventListener(type, handler);
    this.undo.push(() => target.removeEventListener(type, handler));
  }
}
