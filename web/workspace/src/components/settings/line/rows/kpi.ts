/** The settings of the tab KPI, in the order of the page. */
import type { Choices, Presets, Rows } from "./kinds";

export const rows = {
  kpi_first: "duration",
  kpi_further: "duration",
  kpi_clock: "choice",
  kpi_from: "choice",
  kpi_first_notice: "notice",
  kpi_further_notice: "notice",
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  kpi_clock: ["calendar", "hours"],
  kpi_from: ["responsible", "words"],
} as const satisfies Choices;

/** The usual durations, in seconds. */
export const presets = {
  kpi_first: [0, 30, 60, 120, 300],
  kpi_further: [0, 60, 300, 600, 900],
} as const satisfies Presets;
