/**
 * REST over a `fetch` that is handed in. One place turns answers into values or into the errors of problem.ts.
 */
import { ApiError, type Problem, Unreachable } from "./problem";

/** The part of the Fetch standard that is used here. */
export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
  signal?: unknown;
  credentials?: "same-origin";
}
export interface FetchAnswer {
  status: number;
  ok: boolean;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  /** Makes a repeat of the same mutation harmless. */
  idempotencyKey?: string;
  /** An AbortSignal. */
  signal?: unknown;
}

export interface RestSettings {
  fetch: Fetch;
  base: string;
  /** "ru" or "en": the language in which problems are worded. */
  language: () => string;
  /** Called when the server no longer knows who is asking. */
  onSignedOut?: () => void;
  /** Gives a signal that aborts after so many milliseconds, joined with the caller's own. */
  limit?: (milliseconds: number, signal?: unknown) => unknown;
}

const TIME_LIMIT = 20_000;

export class Rest {
  private readonly settings: RestSettings;

  constructor(settings: RestSettings) {
    this.settings = settings;
  }

  get<T>(path: string, options: Options = {}): Promise<T> {
    return this.call<T>("GET", path, undefined, options);
  }
  post<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.call<T>("POST", path, body, options);
  }
  put<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.call<T>("PUT", path, body, options);
  }
  patch<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.call<T>("PATCH", path, body, options);
  }
  delete<T = void>(path: string, options: Options = {}): Promise<T> {
    return this.call<T>("DELETE", path, undefined, options);
  }

  /** The address of something that a browser fetches by itself (an image, a download). */
  address(path: string, query?: Query): string {
    return this.settings.base + path + search(query);
  }

  private async call<T>(method: string, path: string, body: unknown, options: Options): Promise<T> {
    const headers: Record<string, string> = {
      Accept: "application/json",
      "Accept-Language": this.settings.language(),
    };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
    const init: FetchInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) init.body = JSON.stringify(body);
    const signal = this.settings.limit ? this.settings.limit(TIME_LIMIT, options.signal) : options.signal;
    if (signal !== undefined) init.signal = signal;
    return this.read<T>(await this.reach(this.address(path, options.query), init));
  }

  private async reach(url: string, init: FetchInit): Promise<{ answer: FetchAnswer; text: string }> {
    try {
      const answer = await this.settings.fetch(url, init);
      return { answer, text: await answer.text() };
    } catch (error) {
      throw new Unreachable(error instanceof Error ? error.message : String(error));
    }
  }

  private read<T>({ answer, text }: { answer: FetchAnswer; text: string }): T {
    if (answer.ok) {
      if (text === "") return undefined as T;
      try {
        return JSON.parse(text) as T;
      } catch {
        // Whoever answered, it was not our server: a captive portal, a proxy's page.
        throw new Unreachable("the answer is not JSON");
      }
    }
    if (answer.status === 401) this.settings.onSignedOut?.();
    throw new ApiError(problemOf(answer.status, text), seconds(answer.headers.get("Retry-After")));
  }
}

function problemOf(status: number, text: string): Problem {
  try {
    const body: unknown = JSON.parse(text);
    if (body && typeof body === "object") return { ...(body as Problem), status };
  } catch {
    // A proxy's page: the status is all that is known.
  }
  return { status };
}

function seconds(value: string | null): number | null {
  const parsed = value === null ? NaN : Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : null;
}

function search(query: Query | undefined): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`);
  }
  return parts.length ? `?${parts.join("&")}` : "";
}
