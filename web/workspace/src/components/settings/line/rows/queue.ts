/** The settings of the tab Queue, in the order of the page. */
import type { Choices, Presets, Rows } from "./kinds";

export const rows = {
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
  operator_shown: "choice",
  faces: "faces",
  common_name: "texts",
  common_photo: "photo",
  see_typing: "flag",
  place_on: "flag",
  place_text: "texts",
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  mode: ["evenly", "strictly", "everyone", "least_busy"],
  counting: ["unanswered", "not_replied", "open"],
  operator_shown: ["profile", "line", "common"],
} as const satisfies Choices;

/** The usual durations, in seconds. */
export const presets = {
  queue_time: [60, 180, 300, 600, 1_800, 3_600, 43_200],
  own_time: [60, 180, 300, 600],
  reopen_window: [0, 3_600, 86_400, 259_200, 604_800],
} as const satisfies Presets;
