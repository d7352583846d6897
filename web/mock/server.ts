/**
 * A scripted server that speaks docs/http-api.md and serves web/dist: `node mock/server.ts [--port 0] [--staff-token T]`.
 * For developing and testing the pages alone; it forgets everything when it stops. It prints one line of JSON.
 */

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import type { Language, TicketStatus } from "../src/wire/types.ts";
import { site } from "./script.ts";
import { Memory, Problem } from "./state.ts";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    "staff-token": { type: "string", multiple: true, default: ["mock-staff-token-one", "mock-staff-token-two"] },
  },
});
const HOST = "127.0.0.1";
const DIST = join(import.meta.dirname, "..", "dist");
const HEADERS = JSON.parse(await readFile(join(import.meta.dirname, "..", "security-headers.json"), "utf8")) as {
  all: Record<string, string>;
  paths: { prefix: string; headers: Record<string, string> }[];
};
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, POST",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, X-Site-Key",
  "Access-Control-Expose-Headers": "Location, Retry-After",
  "Access-Control-Max-Age": "600",
};

const memory = new Memory(options["staff-token"]);

interface Request {
  method: string;
  url: URL;
  token: string;
  key: string;
  body: Record<string, unknown>;
}
interface Reply {
  status: number;
  body: unknown;
}
type Handler = (request: Request, ...parts: string[]) => Reply | Promise<Reply>;

const ok = (body: unknown): Reply => ({ status: 200, body });

const ROUTES: [string, RegExp, Handler][] = [
  ["GET", /^\/healthz$/, () => ok({ status: "ok", release: "mock" })],
  ["GET", /^\/v1\/site$/, () => ok(site)],
  ["POST", /^\/v1\/conversations$/, (r) => ({ status: 201, body: memory.create((r.body.language as Language) ?? "zh", r.key) })],
  ["POST", /^\/v1\/conversations\/([^/]+)\/messages$/, (r, room) => memory.receive(memory.room(room!, r.token), textOf(r), r.key)],
  ["GET", /^\/v1\/conversations\/([^/]+)\/messages$/, listMessages],
  [
    "POST",
    /^\/v1\/conversations\/([^/]+)\/messages\/([^/]+)\/feedback$/,
    (r, room, message) => ok(memory.rate(memory.room(room!, r.token), message!, r.body as { helpful: boolean })),
  ],
  ["GET", /^\/v1\/tickets\/([^/]+)$/, findTicket],
  ["GET", /^\/desk\/v1\/me$/, (r) => ok({ ...publicAgent(r), company: site.name, available_agents: memory.availableAgents() })],
  ["PUT", /^\/desk\/v1\/presence$/, setPresence],
  ["GET", /^\/desk\/v1\/conversations$/, (r) => staff(r, () => ({ items: memory.list(r.url.searchParams.get("owner")), cursor: null }))],
  ["GET", /^\/desk\/v1\/conversations\/([^/]+)$/, (r, room) => staff(r, () => openRoom(room!))],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/take-over$/, (r, room) => owned(r, room!, "takeOver")],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/hand-back$/, (r, room) => owned(r, room!, "handBack")],
  ["POST", /^\/desk\/v1\/conversations\/([^/]+)\/close$/, (r, room) => owned(r, room!, "close")],
  [
    "POST",
    /^\/desk\/v1\/conversations\/([^/]+)\/reply$/,
    (r, room) => ok(memory.reply(memory.staffRoom(room!), memory.agent(r.token), textOf(r), r.key)),
  ],
  ["GET", /^\/desk\/v1\/tickets$/, (r) => staff(r, () => ({ items: ticketsWith(r.url.searchParams.get("status")), cursor: null }))],
  ["POST", /^\/desk\/v1\/tickets\/([^/]+)$/, changeTicket],
  ["GET", /^\/desk\/v1\/unanswered$/, (r) => staff(r, () => ({ items: memory.unanswered(), cursor: null }))],
];

function textOf(request: Request): string {
  const text = request.body.text;
  if (typeof text !== "string" || !text.trim() || [...text].length > 4000) throw new Problem(422, "bad_field", "text: 1 to 4,000 characters");
  return text;
}

function listMessages(request: Request, roomId?: string): Reply {
  const room = memory.room(roomId!, request.token);
  const after = Number(request.url.searchParams.get("after") ?? 0);
  const limit = Number(request.url.searchParams.get("limit") ?? 100);
  const messages = room.messages.filter((message) => message.position > after).slice(0, limit);
  return ok({ messages, conversation: room.view, next_after: messages.at(-1)?.position ?? after });
}

function findTicket(request: Request, number?: string): Reply {
  const ticket = memory.tickets.find((t) => t.number === number || t.ticket_id === number);
  const room = ticket && memory.rooms.get(ticket.conversation_id);
  if (!ticket || room?.token !== request.token) throw new Problem(404, "not_found", "no such ticket");
  const { ticket_id, status, kind, created_at, updated_at, promised_at, note } = ticket;
  return ok({ ticket_id, number: ticket.number, status, kind, created_at, updated_at, promised_at, note });
}

function publicAgent(request: Request): { agent_id: string; name: string } {
  const { agent_id, name } = memory.agent(request.token);
  return { agent_id, name };
}

function setPresence(request: Request): Reply {
  memory.agent(request.token).seenAt = request.body.available === true ? Date.now() : 0;
  return { status: 204, body: null };
}

function staff(request: Request, answer: () => unknown): Reply {
  memory.agent(request.token);
  return ok(answer());
}

function openRoom(roomId: string): unknown {
  const room = memory.staffRoom(roomId);
  return { conversation: room.view, messages: room.messages, tickets: memory.tickets.filter((t) => t.conversation_id === roomId) };
}

function owned(request: Request, roomId: string, act: "takeOver" | "handBack" | "close"): Reply {
  return ok({ conversation: memory[act](memory.staffRoom(roomId), memory.agent(request.token)) });
}

function ticketsWith(status: string | null): unknown[] {
  return memory.tickets.filter((ticket) => !status || ticket.status === status);
}

function changeTicket(request: Request, ticketId?: string): Reply {
  const note = typeof request.body.note === "string" ? request.body.note : "";
  return ok({ ticket: memory.changeTicket(ticketId!, request.body.status as TicketStatus, note, memory.agent(request.token)) });
}

// -- HTTP -------------------------------------------------------------------------------------------------------------

async function answerApi(request: Request): Promise<Reply> {
  for (const [method, path, handler] of ROUTES) {
    const match = path.exec(request.url.pathname);
    if (match && method === request.method) return handler(request, ...match.slice(1).map(decodeURIComponent));
  }
  throw new Problem(404, "not_found", "no such route");
}

async function read(message: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return {
    method: message.method ?? "GET",
    url: new URL(message.url ?? "/", `http://${HOST}`),
    token: (message.headers.authorization ?? "").replace(/^Bearer /, ""),
    key: String(message.headers["idempotency-key"] ?? ""),
    body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

async function serveApi(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = { ...HEADERS.all, ...CORS, "Cache-Control": "no-store" };
  if (message.method === "OPTIONS") return void response.writeHead(204, headers).end();
  try {
    const reply = await answerApi(await read(message));
    response.writeHead(reply.status, { ...headers, "Content-Type": "application/json" });
    response.end(reply.body === null ? "" : JSON.stringify(reply.body));
  } catch (error) {
    const problem = error instanceof Problem ? error : new Problem(500, "internal", String(error));
    response.writeHead(problem.status, { ...headers, "Content-Type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: problem.code, status: problem.status, code: problem.code, detail: problem.message }));
  }
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const file = normalize(path.endsWith("/") ? `${path}index.html` : path);
  const rule = HEADERS.paths.find(({ prefix }) => path.startsWith(prefix));
  try {
    const content = await readFile(join(DIST, file));
    response.writeHead(200, { ...HEADERS.all, ...rule?.headers, "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(content);
  } catch {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
  }
}

const server = createServer((message, response) => {
  const path = new URL(message.url ?? "/", `http://${HOST}`).pathname;
  const isApi = path.startsWith("/v1/") || path.startsWith("/desk/v1/") || path === "/healthz";
  void (isApi ? serveApi(message, response) : serveFile(path, response));
});
server.listen(Number(options.port), HOST, () => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://${HOST}:${port}`, staff_tokens: options["staff-token"] })}\n`);
});
