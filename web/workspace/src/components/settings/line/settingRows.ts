/** What kind of value each setting of a line holds, and on which tab it stands; each tab's are in rows/. */
import { lookOf, type Part } from "../logic/changes";
import * as automatic from "./rows/automatic";
import * as consent from "./rows/consent";
import * as appearance from "./rows/appearance";
import * as hours from "./rows/hours";
import type { Kind, Rows } from "./rows/kinds";
import * as kpi from "./rows/kpi";
import * as quality from "./rows/quality";
import * as queue from "./rows/queue";

export const TABS = [
  "queue",
  "hours",
  "automatic",
  "quality",
  "kpi",
  "consent",
  "appearance",
  "channels",
] as const;
export type Tab = (typeof TABS)[number];

/** Settings by tab, in the order of the page. Those of later rooms (bots) have no row yet. */
export const ROWS: Record<Exclude<Tab, "channels">, Rows> = {
  queue: queue.rows,
  hours: hours.rows,
  automatic: automatic.rows,
  quality: quality.rows,
  kpi: kpi.rows,
  consent: consent.rows,
  appearance: appearance.rows,
};

export function kindOf(part: Part): Kind {
  if (lookOf(part)) return "words";
  for (const rows of Object.values(ROWS)) {
    const kind = rows[part as keyof Rows];
    if (kind) return kind;
  }
  return "words";
}

export function tabOf(part: string): Tab | null {
  if (lookOf(part)) return "appearance";
  const name = part.split(".")[0] as Part;
  return (Object.keys(ROWS) as (keyof typeof ROWS)[]).find((tab) => name in ROWS[tab]) ?? null;
}

/** The usual durations of each setting, in seconds. */
export const PRESETS = {
  ...queue.presets,
  ...hours.presets,
  ...automatic.presets,
  ...quality.presets,
  ...kpi.presets,
};
