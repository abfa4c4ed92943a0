import * as automatic from "./rows/automatic";
import * as consent from "./rows/consent";
import * as hours from "./rows/hours";
import * as kpi from "./rows/kpi";
import * as quality from "./rows/quality";
import * as queue from "./rows/queue";

/** Settings that are one of a few words, with the words in the order of the page. */
export const CHOICES = {
  ...queue.choices,
  ...hours.choices,
  ...automatic.choices,
  ...quality.choices,
  ...kpi.choices,
  ...consent.choices,
};

export type ChoiceName = keyof typeof CHOICES;
