/** The scripted server behind a line that can be cut: before a request arrives, or after it was done. */

import { vi } from "vitest";
import { answerApi } from "../mock/routes.ts";
import { Memory, Problem } from "../mock/state.ts";

export type Fault = "before" | "after" | { status: number; headers?: Record<string, string> };
export interface Sent {
  method: string;
  path: string;
  key: string;
  token: string;
  body: Record<string, unknown>;
}

export class Line {
  readonly memory = new Memory(["staff-one", "staff-two"]);
  readonly sent: Sent[] = [];
  private readonly faults: { when: RegExp; fault: Fault }[] = [];

  /** The next request whose "METHOD path" matches meets this fault. */
  fail(when: RegExp, ...faults: Fault[]): void {
    for (const fault of faults) this.faults.push({ when, fault });
  }

  install(): this {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.fetch(url, init));
    return this;
  }

  of(when: RegExp): Sent[] {
    return this.sent.filter(({ method, path }) => when.test(`${method} ${path}`));
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const address = new URL(url, "http://kefu.test");
    const headers = new Headers(init.headers);
    const body = init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {};
    const token = (headers.get("Authorization") ?? "").replace("Bearer ", "");
    const sent = { method: init.method ?? "GET", path: address.pathname + address.search, key: headers.get("Idempotency-Key") ?? "", token, body };
    this.sent.push(sent);
    const fault = this.faultFor(`${sent.method} ${sent.path}`);
    if (fault === "before") throw new TypeError("line cut");
    if (typeof fault === "object") return new Response("{}", fault);
    const response = await this.answer({ ...sent, url: address });
    if (fault === "after") throw new TypeError("reply lost");
    return response;
  }

  private faultFor(request: string): Fault | undefined {
    const index = this.faults.findIndex(({ when }) => when.test(request));
    return index < 0 ? undefined : this.faults.splice(index, 1)[0]?.fault;
  }

  private async answer(request: Sent & { url: URL }): Promise<Response> {
    try {
      const reply = await answerApi(this.memory, request);
      return new Response(reply.status === 204 ? null : JSON.stringify(reply.body), { status: reply.status });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return new Response(JSON.stringify({ code: error.code }), { status: error.status });
    }
  }
}
