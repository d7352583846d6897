/**
 * A scripted server that speaks docs/http-api.md and serves web/dist: `node mock/server.ts [--port 0] [--staff-token T]`.
 * For developing and testing the pages alone; it forgets everything when it stops. It prints one line of JSON.
 */

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { answerApi, type Request } from "./routes.ts";
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
    const reply = await answerApi(memory, await read(message));
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
  const isApi = path.startsWith("/v1/") || path.startsWith("/desk/v1/") || ["/healthz", "/page.json"].includes(path);
  void (isApi ? serveApi(message, response) : serveFile(path, response));
});
server.listen(Number(options.port), HOST, () => {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://${HOST}:${port}`, staff_tokens: options["staff-token"] })}\n`);
});
