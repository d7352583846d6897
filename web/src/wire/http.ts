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

/** Call `root` + `path`; `root` is the server's address without a slash at its end, "" for the page's own origin. */
export async function call<T>(root: string, path: string, options: Call = {}): Promise<Answer<T>> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), options.timeoutMs ?? TIMEOUT_MS);
  try {
    const key = await gatewayKey(root, timeout.signal);
    const response = await reach(root + path, requestOf(options, key), timeout.signal);
    const body = await readJson(response);
    if (!response.ok) throw problem(response, body);
    return { status: response.status, body: body as T };
  } finally {
    clearTimeout(timer);
  }
}

const gatewayKeys = new Map<string, string>();

/**
 * The key that a gateway before the server wants from its pages, from the server's own page.json; "" where there is none.
 * It is public: it says that a page calls, and opens nothing. Asked for once per server.
 */
async function gatewayKey(root: string, signal: AbortSignal): Promise<string> {
  const known = gatewayKeys.get(root);
  if (known !== undefined) return known;
  const response = await reach(`${root}/page.json`, {}, signal);
  // A server that is busy or broken has not said that there is no key.
  if (RETRYABLE.has(response.status)) throw problem(response, null);
  const settings = (response.ok ? await readJson(response) : {}) as { api_key?: unknown } | null;
  const key = typeof settings?.api_key === "string" ? settings.api_key : "";
  gatewayKeys.set(root, key);
  return key;
}

async function reach(url: string, request: RequestInit, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { credentials: "omit", redirect: "error", signal, ...request });
  } catch (error) {
    throw new ApiError(0, "unreachable", error instanceof Error ? error.message : "");
  }
}

function requestOf(options: Call, key: string): RequestInit {
  return {
    method: options.method ?? "GET",
    headers: { ...headersOf(options), ...(key ? { "X-Api-Key": key } : {}) },
    cache: "no-store",
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  };
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
