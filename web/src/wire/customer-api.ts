/** The customer's calls of docs/http-api.md. */

import { call } from "./http";
import type { CreatedConversation, Feedback, Language, MessagePage, SendResult, Site, Ticket } from "./types";

export interface Credential {
  conversation_id: string;
  token: string;
}

export class CustomerApi {
  private readonly base: string;
  private readonly siteKey: string;

  /** `base` is the server's address ("" for the page's own origin); `siteKey` may be empty on a single-company machine. */
  constructor(base: string, siteKey: string) {
    this.base = base.replace(/\/$/, "");
    this.siteKey = siteKey;
  }

  async site(): Promise<Site> {
    return (await call<Site>(this.base, "/v1/site", { headers: this.siteHeaders(), timeoutMs: 10_000 })).body;
  }

  /** Safe to repeat with the same key: the server gives the same conversation for ten minutes. */
  async createConversation(language: Language, key: string): Promise<CreatedConversation> {
    const headers = { ...this.siteHeaders(), "Idempotency-Key": key };
    return (await call<CreatedConversation>(this.base, "/v1/conversations", { method: "POST", body: { language }, headers })).body;
  }

  /** Safe to repeat with the same key and text. */
  async send(who: Credential, text: string, key: string): Promise<SendResult> {
    const headers = { ...this.siteHeaders(), "Idempotency-Key": key };
    return (await call<SendResult>(this.base, messages(who), { method: "POST", body: { text }, token: who.token, headers })).body;
  }

  async list(who: Credential, after: number, limit = 100): Promise<MessagePage> {
    const path = `${messages(who)}?after=${after}&limit=${limit}`;
    return (await call<MessagePage>(this.base, path, { token: who.token, headers: this.siteHeaders(), timeoutMs: 12_000 })).body;
  }

  async rate(who: Credential, messageId: string, feedback: { helpful: boolean; comment?: string }): Promise<Feedback> {
    const path = `${messages(who)}/${encodeURIComponent(messageId)}/feedback`;
    const answer = await call<{ feedback: Feedback }>(this.base, path, {
      method: "POST",
      body: feedback,
      token: who.token,
      headers: this.siteHeaders(),
    });
    return answer.body.feedback;
  }

  async ticket(token: string, number: string): Promise<Ticket> {
    const path = `/v1/tickets/${encodeURIComponent(number)}`;
    return (await call<Ticket>(this.base, path, { token, headers: this.siteHeaders(), timeoutMs: 12_000 })).body;
  }

  private siteHeaders(): Record<string, string> {
    return this.siteKey ? { "X-Site-Key": this.siteKey } : {};
  }
}

function messages(who: Credential): string {
  return `/v1/conversations/${encodeURIComponent(who.conversation_id)}/messages`;
}
