import type { LineSettings } from "../types";

/** Settings that are one of a few words, with the words in the order of the page. */
export const CHOICES = {
  mode: ["evenly", "strictly", "everyone", "least_busy"],
  counting: ["unanswered", "not_replied", "open"],
  off_hours: ["offer", "hold", "collect"],
  no_answer_action: ["none", "text"],
  no_answer_stops_on: ["reply", "accept"],
  rating: ["off", "like", "stars"],
  kpi_clock: ["calendar", "hours"],
  kpi_from: ["responsible", "words"],
} as const satisfies { [K in keyof LineSettings]?: readonly LineSettings[K][] };

export type ChoiceName = keyof typeof CHOICES;
