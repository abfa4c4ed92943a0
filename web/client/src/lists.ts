/**
 * Which list a conversation is in, in which group, in which order. Kept up to date row by row: a change costs
 * a binary search, so ten thousand rows cost no more than ten.
 */
import type { ConversationRow } from "./types";

export type Tab = "mine" | "queue";
export type Group = "new" | "work" | "answered" | "closing" | "listening" | "snoozed" | "waiting" | "offered";

export const GROUPS: Readonly<Record<Tab, readonly Group[]>> = {
  mine: ["new", "work", "answered", "closing", "listening", "snoozed"],
  queue: ["waiting", "offered"],
};

/** Who is looking. */
export interface Viewer {
  id: number;
  /** Whether he is in the line's queue (offers to everyone are meant for him). */
  isMember: (lineId: number) => boolean;
}

/** Whether the conversation is in front of me to be accepted. */
export function isOfferedTo(row: ConversationRow, viewer: Viewer): boolean {
  if (row.state !== "offered") return false;
  if (row.offered_to === viewer.id) return true;
  return row.offer === "everyone" && !row.declined && viewer.isMember(row.line_id);
}

export function groupIn(tab: Tab, row: ConversationRow, viewer: Viewer): Group | null {
  return tab === "mine" ? groupInMine(row, viewer) : groupInQueue(row, viewer);
}

function groupInMine(row: ConversationRow, viewer: Viewer): Group | null {
  if (isOfferedTo(row, viewer)) return "new";
  if (row.state !== "active" && row.state !== "closing") return null;
  if (row.operator_id !== viewer.id) return row.listening ? "listening" : null;
  if (row.state === "closing") return "closing";
  if (row.snoozed_until) return "snoozed";
  return row.awaiting === "customer" ? "answered" : "work";
}

function groupInQueue(row: ConversationRow, viewer: Viewer): Group | null {
  if (row.state === "waiting") return "waiting";
  return row.state === "offered" && !isOfferedTo(row, viewer) ? "offered" : null;
}

type Compare = (a: ConversationRow, b: ConversationRow) => number;

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const waits = (row: ConversationRow): string => row.waiting_since ?? row.last?.at ?? row.opened_at;
const longestWaiting: Compare = (a, b) => text(waits(a), waits(b)) || a.id - b.id;
const pinnedFirst: Compare = (a, b) => Number(b.pinned ?? false) - Number(a.pinned ?? false);
const latest: Compare = (a, b) => text(b.last?.at ?? b.opened_at, a.last?.at ?? a.opened_at) || b.id - a.id;

const ORDER: Readonly<Record<Group, Compare>> = {
  new: (a, b) => text(a.offer_ends_at ?? "~", b.offer_ends_at ?? "~") || longestWaiting(a, b),
  work: (a, b) => pinnedFirst(a, b) || longestWaiting(a, b),
  answered: (a, b) => pinnedFirst(a, b) || latest(a, b),
  closing: (a, b) => text(a.closes_at ?? "~", b.closes_at ?? "~") || a.id - b.id,
  listening: latest,
  snoozed: (a, b) => text(a.snoozed_until ?? "", b.snoozed_until ?? "") || a.id - b.id,
  waiting: (a, b) => (b.priority ?? 0) - (a.priority ?? 0) || longestWaiting(a, b),
  offered: longestWaiting,
};

/** Rows in a total order. Whoever changes a row takes the old one out and puts the new one in. */
class Ordered {
  readonly rows: ConversationRow[] = [];
  private readonly compare: Compare;

  constructor(compare: Compare) {
    this.compare = compare;
  }

  /** Index of the first row that does not come before `row`. */
  private place(row: ConversationRow): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(this.rows[middle] as ConversationRow, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  put(row: ConversationRow): void {
    this.rows.splice(this.place(row), 0, row);
  }

  take(row: ConversationRow): void {
    const index = this.place(row);
    if (this.rows[index]?.id === row.id) this.rows.splice(index, 1);
  }

  fill(rows: ConversationRow[]): void {
    this.rows.length = 0;
    for (const row of rows.sort(this.compare)) this.rows.push(row);
  }
}

const TABS: readonly Tab[] = ["mine", "queue"];

export class Lists {
  private viewer: Viewer;
  private readonly groups = new Map<string, Ordered>();

  constructor(viewer: Viewer) {
    this.viewer = viewer;
    for (const tab of TABS)
      for (const group of GROUPS[tab]) this.groups.set(`${tab}.${group}`, new Ordered(ORDER[group]));
  }

  /** The rows of a group in order. Do not change the array; it changes by itself. */
  rows(tab: Tab, group: Group): readonly ConversationRow[] {
    return this.groups.get(`${tab}.${group}`)?.rows ?? [];
  }

  /** A row came (`before` undefined), changed, or left (`after` undefined). */
  move(before: ConversationRow | undefined, after: ConversationRow | undefined): void {
    for (const tab of TABS) {
      if (before) this.at(tab, before)?.take(before);
      if (after) this.at(tab, after)?.put(after);
    }
  }

  /** Everything anew, because who looks (or what he is a member of) has changed. */
  rebuild(rows: Iterable<ConversationRow>, viewer: Viewer): void {
    this.viewer = viewer;
    const sorted = new Map<Ordered, ConversationRow[]>([...this.groups.values()].map((list) => [list, []]));
    for (const row of rows) {
      for (const tab of TABS) {
        const list = this.at(tab, row);
        if (list) sorted.get(list)?.push(row);
      }
    }
    for (const [list, members] of sorted) list.fill(members);
  }

  private at(tab: Tab, row: ConversationRow): Ordered | undefined {
    const group = groupIn(tab, row, this.viewer);
    return group ? this.groups.get(`${tab}.${group}`) : undefined;
  }
}
