/** The settings of the tab Working time, in the order of the page. */
import type { Choices, Presets, Rows } from "./kinds";

export const rows = {
  hours_on: "flag",
  timetable_id: "timetable",
  time_zone: "zone",
  week: "week",
  holidays_country: "country",
  holidays_region: "words",
  exceptions: "exceptions",
  off_hours: "choice",
  off_hours_text: "texts",
  collected_text: "texts",
  off_hours_when_available: "flag",
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  off_hours: ["offer", "hold", "collect"],
} as const satisfies Choices;

/** The usual durations, in seconds. */
export const presets = {} as const satisfies Presets;
