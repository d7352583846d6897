/** The contract's routes over the scripted memory: no sockets, so that component tests can use them too. */

import type { Language, TicketStatus } from "../src/wire/types.ts";
import { site } from "./script.ts";
import { type Memory, Problem } from "./state.ts";

export interface Request {
  method: string;
  url: URL;
  token: string;
  key: string;
  body: Record<string, unknown>;
}
export interface Reply {
  status: number;
  body: unknown;
}
type Handler = (memory: Memory, request: Request, ...parts: string[]) => Reply | Promise<Reply>;

const ok = (body: unknown): Reply => ({ status: 200, body });

const ROUTES: [string, RegExp, Handler][] = [
  ["GET", /^\/healthz$/, () => ok({ status: "ok", release: "mock" })],
  ["GET", /^\/page\.json$/, () => ok({})],
  ["GET", /^\/v1\/site$/, () => ok(site)],
  ["POST", /^\/v1\/conversations$/, (memory, r) => ({ status: 201, body: memory.create((r.body.language as Language) ?? "zh", r.key) })],
  ["POST", /^\/v1\/conversations\/([^/]+)\/messages$/, (memory, r, room) => memory.receive(memory.room(room!, r.token), textOf(r), r.key)],
  ["GET", /^\/v1\/conversations\/([^/]+)\/messages$/, listMessages],
  [
    "POST",
    /^\/v1\/conversations\/([^/]+)\/messages\/([^/]+)\/feedback$/,
    (memory, r, room, message) => ok(memory.rate(memory.room(room!, r.token), message!, r.body as { helpful: boolean })),
  ],
  ["GET", /^\/v1\/tickets\/([^/]+)$/, findTicket],
  ["GET", /^\/desk\/v1\/me$/, (memory, r) => ok({ ...publicAgent(memory, r), company: site.name, available_agents: memory.availableAgents() })],
  ["PUT", /^\/desk\/v1\/presence$/, setPresence],
  ["GET", /^\/desk\/v1\/conversations$/, (memory, r) => staff(memory, r, () => ({ items: memory.list(r.url.searchParams.get("owner")), cursor: null }))],
  ["GET", /^\/desk\/v1\/conversations\/([^/]+)$/, (memory, r, room) => staff(memory, r, () => openRoom(memory, r, room!))],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/take-over$/, (memory, r, room) => owned(memory, r, room!, "takeOver")],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/hand-back$/, (memory, r, room) => owned(memory, r, room!, "handBack")],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/close$/, (memory, r, room) => owned(memory, r, room!, "close")],
  [
    "POST",
    /^\/desk\/v1\/conversations\/([^/]+)\/reply$/,
    async (memory, r, room) => ok(await memory.reply(memory.staffRoom(room!), memory.agent(r.token), textOf(r), r.key)),
  ],
  ["GET", /^\/desk\/v1\/tickets$/, (memory, r) => staff(memory, r, () => ({ items: ticketsWith(memory, r.url.searchParams.get("status")), cursor: null }))],
  ["POST", /^\/desk\/v1\/tickets\/([^/]+)$/, changeTicket],
  ["GET", /^\/desk\/v1\/unanswered$/, (memory, r) => staff(memory, r, () => ({ items: memory.unanswered(), cursor: null }))],
];

function textOf(request: Request): string {
  const text = request.body.text;
  if (typeof text !== "string" || !text.trim() || [...text].length > 4000) throw new Problem(422, "bad_field", "text: 1 to 4,000 characters");
  return text;
}

function listMessages(memory: Memory, request: Request, roomId?: string): Reply {
  const room = memory.room(roomId!, request.token);
  const after = Number(request.url.searchParams.get("after") ?? 0);
  const limit = Number(request.url.searchParams.get("limit") ?? 100);
  const messages = room.messages.filter((message) => message.position > after).slice(0, limit);
  return ok({ messages, conversation: room.view, next_after: messages.at(-1)?.position ?? after });
}

function findTicket(memory: Memory, request: Request, number?: string): Reply {
  const ticket = memory.tickets.find((t) => t.number === number || t.ticket_id === number);
  const room = ticket && memory.rooms.get(ticket.conversation_id);
  if (!ticket || room?.token !== request.token) throw new Problem(404, "not_found", "no such ticket");
  const { ticket_id, status, kind, created_at, updated_at, promised_at, note } = ticket;
  return ok({ ticket_id, number: ticket.number, status, kind, created_at, updated_at, promised_at, note });
}

function publicAgent(memory: Memory, request: Request): { agent_id: string; name: string } {
  const { agent_id, name } = memory.agent(request.token);
  return { agent_id, name };
}

function setPresence(memory: Memory, request: Request): Reply {
  memory.agent(request.token).seenAt = request.body.available === true ? Date.now() : 0;
  return { status: 204, body: null };
}

function staff(memory: Memory, request: Request, answer: () => unknown): Reply {
  memory.agent(request.token);
  return ok(answer());
}

function openRoom(memory: Memory, request: Request, roomId: string): unknown {
  const room = memory.staffRoom(roomId);
  const after = Number(request.url.searchParams.get("after") ?? 0);
  const messages = room.messages.filter((message) => message.position > after);
  return { conversation: room.view, messages, tickets: memory.tickets.filter((t) => t.conversation_id === roomId) };
}

function owned(memory: Memory, request: Request, roomId: string, act: "takeOver" | "handBack" | "close"): Reply {
  return ok({ conversation: memory[act](memory.staffRoom(roomId), memory.agent(request.token)) });
}

function ticketsWith(memory: Memory, status: string | null): unknown[] {
  return memory.tickets.filter((ticket) => !status || ticket.status === status);
}

function changeTicket(memory: Memory, request: Request, ticketId?: string): Reply {
  const note = typeof request.body.note === "string" ? request.body.note : "";
  return ok({ ticket: memory.changeTicket(ticketId!, request.body.status as TicketStatus, note, memory.agent(request.token)) });
}

export async function answerApi(memory: Memory, request: Request): Promise<Reply> {
  for (const [method, path, handler] of ROUTES) {
    const match = path.exec(request.url.pathname);
    if (match && method === request.method) return handler(memory, request, ...match.slice(1).map(decodeURIComponent));
  }
  throw new Problem(404, "not_found", "no such route");
}
