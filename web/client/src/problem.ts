/** What can go wrong between here and the server, as types that a screen can tell apart. */

export interface FieldProblem {
  code: string;
  message: string;
}

/** The body of an `application/problem+json` answer (RFC 9457, with a stable `code`). */
export interface Problem {
  type?: string;
  title?: string;
  status: number;
  detail?: string;
  code?: string;
  fields?: Record<string, FieldProblem>;
  params?: Record<string, unknown>;
}

/** The server answered, and the answer is no. `message` and `words` are in the reader's language. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly fields: Record<string, FieldProblem>;
  readonly params: Record<string, unknown>;
  /** Seconds to wait before trying again, when the server said so. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null = null) {
    super(problem.detail || problem.title || problem.code || String(problem.status));
    this.status = problem.status;
    this.code = problem.code ?? String(problem.status);
    this.fields = problem.fields ?? {};
    this.params = problem.params ?? {};
    this.retryAfter = retryAfter;
  }

  /** What to tell a person: what is wrong with single values where that is known, else the general sentence. */
  get words(): string {
    const said = new Set(Object.values(this.fields).map((field) => field.message));
    return said.size ? [...said].join(" ") : this.message;
  }

  /** The server is there but cannot now (overloaded, restarting, a proxy's page): the same call may succeed later. */
  get transient(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** No answer came: no network, the server is down, or the time limit ran out. What was sent may have been done. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Whether the same call may succeed later without anybody changing anything. */
export function isTransient(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiError && error.transient);
}
