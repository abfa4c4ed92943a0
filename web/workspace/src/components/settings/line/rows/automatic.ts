/** The settings of the tab Automatic actions, in the order of the page. */
import type { Choices, Presets, Rows } from "./kinds";

export const rows = {
  greeting: "texts",
  greeting_each: "flag",
  no_answer_time: "duration",
  no_answer_action: "choice",
  no_answer_text: "texts",
  no_answer_stops_on: "choice",
  escalate_after: "duration",
  escalate_to: "choice",
  inactivity: "list",
  auto_close_time: "duration",
  auto_close_text: "texts",
  close_text: "texts",
  full_close_delay: "duration",
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  no_answer_action: ["none", "text"],
  no_answer_stops_on: ["reply", "accept"],
  escalate_to: ["head", "queue"],
} as const satisfies Choices;

/** The usual durations, in seconds. */
export const presets = {
  no_answer_time: [60, 180, 300, 600, 1_800],
  full_close_delay: [0, 60, 300, 600, 1_800, 3_600, 86_400],
  auto_close_time: [0, 3_600, 14_400, 28_800, 86_400, 604_800],
  escalate_after: [0, 900, 3_600, 14_400, 86_400],
} as const satisfies Presets;
