/** How pressing a wait is: by the line's own target, else by what is usual. Times in milliseconds. */
import type { ConversationRow } from "./types";

export type Level = "calm" | "soon" | "late";

export interface Wait {
  /** How long the customer has been waiting for words. */
  waited: number;
  /** From the first unanswered words to the target; null without a target. */
  target: number | null;
  level: Level;
}

/** Without a target: two minutes are long, five are too long. */
export const USUAL_SOON = 120_000;
export const USUAL_LATE = 300_000;
/** With one: the last quarter of the time is pressing. */
const LAST_PART = 0.75;

/** Null when nobody is waiting for us: what is finished waits for nobody any more. */
export function waitOf(row: Pick<ConversationRow, "waiting_since" | "target_at" | "state">, now: number): Wait | null {
  if (!row.waiting_since || row.state === "closed" || row.state === "closing") return null;
  const since = Date.parse(row.waiting_since);
  const waited = Math.max(0, now - since);
  if (!row.target_at) return { waited, target: null, level: level(waited, USUAL_SOON, USUAL_LATE) };
  const target = Math.max(0, Date.parse(row.target_at) - since);
  return { waited, target, level: level(waited, target * LAST_PART, target) };
}

function level(waited: number, soon: number, late: number): Level {
  if (waited >= late) return "late";
  return waited >= soon ? "soon" : "calm";
}
