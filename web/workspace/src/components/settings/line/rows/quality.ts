/** The settings of the tab Quality, in the order of the page. */
import type { Choices, Presets, Rows } from "./kinds";

export const rows = {
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
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  rating: ["off", "like", "stars"],
} as const satisfies Choices;

/** The usual durations, in seconds. */
export const presets = {
  rating_limit: [0, 86_400, 259_200, 604_800],
} as const satisfies Presets;
