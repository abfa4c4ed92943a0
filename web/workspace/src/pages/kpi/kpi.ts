/** What the KPI page asks for and gets, and how it is written in the page's address. */
import type { LocationQuery } from "vue-router";

export interface Group {
  line_id?: number;
  operator_id?: number;
  answers?: number;
  met?: number;
  met_percent?: number;
  breached?: number;
  closed?: number;
  /** Times in seconds. */
  average?: number;
  median?: number;
  p90?: number;
  longest?: number;
  owed?: number;
  overdue?: number;
}

export interface Day {
  day: string;
  met: number;
  breached: number;
  closed: number;
}

export interface Report {
  from: string;
  to: string;
  zone: string;
  total: Group;
  lines: Group[];
  operators: Group[];
  days: Day[];
}

export interface Late {
  id: number;
  conversation_id: number;
  thread_id: number;
  line_id: number;
  kind: "first" | "further";
  started_at: string;
  target: number;
  due_at: string;
  customer?: string;
  operator_id?: number;
  answered_by?: number;
  answered_at?: string;
  elapsed?: number;
  running?: boolean;
  held?: { seconds: number; operator_id?: number }[];
}

export const KINDS = ["all", "first", "further"] as const;
export const SPANS = [1, 7, 30] as const;
export const MOST_DAYS = 366;

/** `span` 0: the own dates `from` and `to`. `operator` null: everybody; 0: nobody, the line itself. */
export interface Asked {
  span: number;
  from: string;
  to: string;
  line: number | null;
  kind: (typeof KINDS)[number];
  operator: number | null;
}

const DATE = /^\d{4}-\d\d-\d\d$/;

function one(value: LocationQuery[string] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? "";
}

function numberOf(value: string): number | null {
  return /^\d{1,15}$/.test(value) ? Number(value) : null;
}

/** What an address asks for; what makes no sense in it is left out. */
export function askedOf(query: LocationQuery): Asked {
  const from = one(query["from"]);
  const to = one(query["to"]);
  const own = DATE.test(from) && DATE.test(to);
  const days = numberOf(one(query["days"]));
  const kind = KINDS.find((each) => each === one(query["kind"]));
  return {
    span: own ? 0 : (SPANS.find((each) => each === days) ?? 7),
    from: own ? from : "",
    to: own ? to : "",
    line: numberOf(one(query["line"])),
    kind: kind ?? "all",
    operator: numberOf(one(query["operator"])),
  };
}

/** The same as an address, without what is usual. */
export function addressOf(asked: Asked): Record<string, string> {
  return {
    ...(asked.span ? (asked.span === 7 ? {} : { days: String(asked.span) }) : { from: asked.from, to: asked.to }),
    ...(asked.line === null ? {} : { line: String(asked.line) }),
    ...(asked.kind === "all" ? {} : { kind: asked.kind }),
    ...(asked.operator === null ? {} : { operator: String(asked.operator) }),
  };
}

/** As the server is asked. */
export function queryOf(asked: Asked): Record<string, string | number> {
  return {
    ...(asked.span ? { days: asked.span } : { from: asked.from, to: asked.to }),
    ...(asked.line === null ? {} : { line_id: asked.line }),
    kind: asked.kind,
  };
}

/** Where a bar's parts begin and end, in parts of the highest day. */
export interface Bar extends Day {
  total: number;
  metTo: number;
  lateTo: number;
  closedTo: number;
}

export function barsOf(days: readonly Day[]): { bars: Bar[]; top: number } {
  const top = niceTop(Math.max(0, ...days.map((day) => day.met + day.breached + day.closed)));
  const bars = days.map((day) => ({
    ...day,
    total: day.met + day.breached + day.closed,
    metTo: day.met / top,
    lateTo: (day.met + day.breached) / top,
    closedTo: (day.met + day.breached + day.closed) / top,
  }));
  return { bars, top };
}

/** The next of 4, 10, 20, 40, 100, 200 …: the top line of a chart and its half are whole numbers. */
export function niceTop(most: number): number {
  for (let size = 1; ; size *= 10) {
    for (const step of [4, 10, 20]) if (most <= step * size) return step * size;
  }
}
