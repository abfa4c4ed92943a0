/** Requests to the visitor's side of the API. */

/** Milliseconds for an answer, all of it; a file may take longer. */
const TIMEOUT = 30_000;
const FILE_TIMEOUT = 600_000;

/** The server's refusal, or its silence (`status` 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code = "",
    /** In words, in the visitor's language. */
    readonly detail = "",
    /** Milliseconds that the server asks to wait. */
    readonly wait = 0,
    /** By the path of the field. */
    readonly fields: Record<string, { message: string }> = {},
  ) {
    super(detail || code || `HTTP ${status}`);
  }

  /** Whether the same request may succeed later without anybody changing it. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface Request {
  method?: "GET" | "POST" | "PATCH";
  body?: unknown;
  token?: string | undefined;
  language?: string;
}

export async function request<T>(url: string, { method = "GET", body, token, language }: Request): Promise<T> {
  const answer = await ask(url, {
    method,
    headers: headers({ token, language, json: body !== undefined }),
    ...(body !== undefined && { body: JSON.stringify(body, (_, value: unknown) => (typeof value === "string" ? whole(value) : value)) }),
  });
  if (!answer.ok) throw await refusal(answer);
  // Half an answer, or a page of somebody's between us and the server: whether it was done nobody can say.
  return (answer.status === 204 ? undefined : await answer.json().catch(silence)) as T;
}

export async function fetchBlob(url: string, token: string | undefined): Promise<Blob> {
  const answer = await ask(url, { headers: headers({ token }) }, FILE_TIMEOUT);
  if (!answer.ok) throw await refusal(answer);
  return answer.blob();
}

/** Half of a surrogate pair, as of a title that was cut, cannot be written in UTF-8. */
export function whole(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

export function headers(given: { token?: string | undefined; language?: string | undefined; json?: boolean }): Record<string, string> {
  return {
    ...(given.token && { Authorization: `Bearer ${given.token}` }),
    ...(given.language && { "Accept-Language": given.language }),
    ...(given.json && { "Content-Type": "application/json" }),
  };
}

function ask(url: string, init: RequestInit, within = TIMEOUT): Promise<Response> {
  return fetch(url, { ...init, credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(within) }).catch(silence);
}

function silence(): never {
  throw new Problem(0);
}

async function refusal(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => null);
  return problem(answer.status, body, answer.headers.get("Retry-After"));
}

export function problem(status: number, body: unknown, retryAfter: string | null): Problem {
  const { code, detail, title, fields = {} } = (body ?? {}) as Partial<Problem> & { title?: string };
  // What is wrong with a value says more than that something is.
  const words = Object.values(fields)[0]?.message ?? detail ?? title;
  return new Problem(status, code, words, (Number(retryAfter) || 0) * 1000, fields);
}
