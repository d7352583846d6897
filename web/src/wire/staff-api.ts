/** The staff's calls of docs/http-api.md. */

import { call } from "./http";
import type {
  Conversation,
  Message,
  Owner,
  Page,
  QueueItem,
  StaffConversation,
  StaffMember,
  StaffTicket,
  TicketStatus,
  Unanswered,
} from "./types";

const POLL_TIMEOUT_MS = 12_000;

export class StaffApi {
  private readonly token: string;
  private readonly base: string;

  /** `base` is the server's address ("" for the page's own origin). */
  constructor(token: string, base = "") {
    this.token = token;
    this.base = base.replace(/\/$/, "");
  }

  me(): Promise<StaffMember> {
    return this.get("/desk/v1/me");
  }

  async setPresence(available: boolean): Promise<void> {
    await call(this.base, "/desk/v1/presence", { method: "PUT", body: { available }, token: this.token, timeoutMs: POLL_TIMEOUT_MS });
  }

  conversations(owner: Owner, cursor = ""): Promise<Page<QueueItem>> {
    return this.get(`/desk/v1/conversations${query({ owner, cursor })}`);
  }

  /** With `after`, only the messages behind that position. */
  conversation(id: string, after = 0): Promise<StaffConversation> {
    return this.get(this.path(id) + query({ after: after ? `${after}` : "" }));
  }

  takeOver(id: string): Promise<{ conversation: Conversation }> {
    return this.post(`${this.path(id)}/take-over`);
  }

  /** Safe to repeat with the same key and text. */
  async reply(id: string, text: string, key: string): Promise<Message> {
    const answer = await this.post<{ message: Message }>(`${this.path(id)}/reply`, { text }, { "Idempotency-Key": key });
    return answer.message;
  }

  handBack(id: string): Promise<{ conversation: Conversation }> {
    return this.post(`${this.path(id)}/hand-back`);
  }

  close(id: string): Promise<{ conversation: Conversation }> {
    return this.post(`${this.path(id)}/close`);
  }

  tickets(status: TicketStatus | "", cursor = ""): Promise<Page<StaffTicket>> {
    return this.get(`/desk/v1/tickets${query({ status, cursor })}`);
  }

  async changeTicket(id: string, status: TicketStatus, note: string): Promise<StaffTicket> {
    const body = note ? { status, note } : { status };
    return (await this.post<{ ticket: StaffTicket }>(`/desk/v1/tickets/${encodeURIComponent(id)}`, body)).ticket;
  }

  unanswered(cursor = ""): Promise<Page<Unanswered>> {
    return this.get(`/desk/v1/unanswered${query({ cursor })}`);
  }

  private path(id: string): string {
    return `/desk/v1/conversations/${encodeURIComponent(id)}`;
  }

  private async get<T>(path: string): Promise<T> {
    return (await call<T>(this.base, path, { token: this.token, timeoutMs: POLL_TIMEOUT_MS })).body;
  }

  private async post<T>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<T> {
    return (await call<T>(this.base, path, { method: "POST", body, token: this.token, headers })).body;
  }
}

function query(parameters: Record<string, string>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== "");
  return given.length ? `?${new URLSearchParams(given).toString()}` : "";
}
