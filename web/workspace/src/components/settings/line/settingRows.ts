/** What kind of value each setting of a line holds, and on which tab it stands. */
import type { Part } from "../logic/changes";
import type { SettingName } from "../types";

export const TABS = ["queue", "hours", "actions", "quality", "channels"] as const;
export type Tab = (typeof TABS)[number];

export type Kind =
  "duration" | "days" | "flag" | "choice" | "number" | "texts" | "zone" | "week" | "exceptions" | "members" | "words";

/** Settings by tab, in the order of the page. Those of later rooms (bot, consent) have no row yet. */
export const ROWS: Record<Exclude<Tab, "channels">, Partial<Record<Part, Kind>>> = {
  queue: {
    mode: "choice",
    members: "members",
    queue_time: "duration",
    check_availability: "flag",
    limit: "number",
    counting: "choice",
    everyone_respects_limit: "flag",
    own_days: "days",
    own_time: "duration",
    reopen_window: "duration",
    transfer_must_accept: "flag",
    priority: "number",
  },
  hours: {
    hours_on: "flag",
    time_zone: "zone",
    week: "week",
    exceptions: "exceptions",
    off_hours: "choice",
    off_hours_text: "texts",
    off_hours_when_available: "flag",
  },
  actions: {
    greeting: "texts",
    greeting_each: "flag",
    no_answer_action: "choice",
    no_answer_time: "duration",
    no_answer_text: "texts",
    no_answer_stops_on: "choice",
    close_text: "texts",
    full_close_delay: "duration",
    auto_close_time: "duration",
    auto_close_text: "texts",
    escalate_after: "duration",
  },
  quality: {
    rating: "choice",
    rating_question: "texts",
    rating_thanks_good: "texts",
    rating_thanks_bad: "texts",
    rating_question_2: "texts",
    rating_thanks_good_2: "texts",
    rating_thanks_bad_2: "texts",
    rating_limit: "duration",
    rating_before_finish: "flag",
    close_after_rating: "flag",
    kpi_first: "duration",
    kpi_further: "duration",
    kpi_clock: "choice",
    kpi_from: "choice",
  },
};

export function kindOf(part: Part): Kind {
  for (const rows of Object.values(ROWS)) {
    const kind = rows[part];
    if (kind) return kind;
  }
  return "words";
}

export function tabOf(part: string): Tab | null {
  const name = part.split(".")[0] as Part;
  return (Object.keys(ROWS) as (keyof typeof ROWS)[]).find((tab) => name in ROWS[tab]) ?? null;
}

/** The usual durations of each setting, in seconds. */
export const PRESETS = {
  queue_time: [60, 180, 300, 600, 1_800, 3_600, 43_200],
  own_time: [60, 180, 300, 600],
  reopen_window: [0, 3_600, 86_400, 259_200, 604_800],
  no_answer_time: [60, 180, 300, 600, 1_800],
  full_close_delay: [0, 60, 300, 600, 1_800, 3_600, 86_400],
  auto_close_time: [0, 3_600, 14_400, 28_800, 86_400, 604_800],
  escalate_after: [0, 900, 3_600, 14_400, 86_400],
  rating_limit: [0, 86_400, 259_200, 604_800],
  kpi_first: [0, 30, 60, 120, 300],
  kpi_further: [0, 60, 300, 600, 900],
} as const satisfies Partial<Record<SettingName, readonly number[]>>;
