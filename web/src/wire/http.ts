/** One HTTP call with a time limit; every failure is an `ApiError` that says whether trying again can help. */

const TIMEOUT_MS = 35_000;
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/** `status` 0: no answer came (offline, refused, timed out). `detail` is the server's own sentence, for logs only. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly retryAfterMs: number;

  constructor(status: number, code: string, detail = "", retryAfterMs = 0) {
    super(detail || `${status} ${code}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** The same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || RETRYABLE.has(this.status);
  }

  /** The credential is not (or no longer) good; 404 means the same for a conversation of one's own. */
  get credentialGone(): boolean {
    return this.status === 401 || this.status === 404;
  }
}

export interface Call {
  method?: "GET" | "POST" | "PUT";
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

export interface Answer<T> {
  status: number;
  body: T;
}

export async function call<T>(url: string, options: Call = {}): Promise<Answer<T>> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), options.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await reach(url, options, timeout.signal);
    const body = await readJson(response);
    if (!response.ok) throw problem(response, body);
    return { status: response.status, body: body as T };
  } finally {
    clearTimeout(timer);
  }
}

async function reach(url: string, options: Call, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, {
      method: options.method ?? "GET",
      headers: headersOf(options),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    throw new ApiError(0, "unreachable", error instanceof Error ? error.message : "");
  }
}

function headersOf(options: Call): Record<string, string> {
  return {
    Accept: "application/json",
    ...(options.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(options.token ? { Authorization: `Bearer ${options.token}` } : {}),
    ...options.headers,
  };
}

/** A body cut short by a lost line counts as no answer: the same key will fetch the same result again. */
async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    if (response.ok) throw new ApiError(0, "unreadable");
    return null;
  }
}

function problem(response: Response, body: unknown): ApiError {
  const fields = (typeof body === "object" && body !== null ? body : {}) as { code?: unknown; detail?: unknown };
  const retryAfter = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    typeof fields.code === "string" ? fields.code : `http_${response.status}`,
    typeof fields.detail === "string" ? fields.detail : "",
    Number.isFinite(retryAfter) ? Math.max(0, retryAfter) * 1000 : 0,
  );
}

/** 192 random bits as 32 URL-safe characters (the contract asks for at least 22). */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
}

/** Exponential with full jitter between half and all of it: 1, 2, 4 ... 30 s; the server's Retry-After is a floor. */
export function backoffMs(attempt: number, retryAfterMs = 0, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 1000 * 2 ** Math.max(0, attempt - 1));
  return Math.max(retryAfterMs, ceiling * (0.5 + random() / 2));
}
