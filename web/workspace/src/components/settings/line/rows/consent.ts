/** The settings of the tab Consent and form, in the order of the page. */
import type { Choices, Rows } from "./kinds";

export const rows = {
  consent_text: "texts",
  consent_url: "words",
  consent_kind: "choice",
  form: "choice",
  form_fields: "list",
} as const satisfies Rows;

/** Values that are one of a few words, in the order of the page. */
export const choices = {
  consent_kind: ["notice", "agree"],
  form: ["off", "before", "after"],
} as const satisfies Choices;
