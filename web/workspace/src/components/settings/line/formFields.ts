/** Questions of the form before the chat: their kinds, their bounds, and what a new one says to begin with. */
import type { FormField, Texts } from "../types";

export const FIELDS_MOST = 12;
export const CHOICES_MOST = 20;
export const LABEL_LIMIT = 200;
export const KINDS = ["name", "email", "phone", "text", "choice"] as const;

const LABELS: Record<FormField["kind"], Texts> = {
  name: { ru: "Как вас зовут?", en: "Your name" },
  email: { ru: "Электронная почта", en: "E-mail" },
  phone: { ru: "Телефон", en: "Phone" },
  text: { ru: "Ваш вопрос", en: "Your question" },
  choice: { ru: "О чём вопрос?", en: "What is it about?" },
};

/** Answers are kept under the key; nobody has to think of one. */
function newKey(kind: FormField["kind"], others: readonly FormField[]): string {
  const taken = new Set(others.map((one) => one.key));
  if (!taken.has(kind)) return kind;
  let number = 2;
  while (taken.has(`${kind}_${number}`)) number += 1;
  return `${kind}_${number}`;
}

/** The next question: of a kind that is not there yet, a contact first. */
export function newField(others: readonly FormField[]): FormField {
  const kind = KINDS.find((one) => !others.some((other) => other.kind === one)) ?? "text";
  return changedKind({ key: "", kind, label: {}, required: others.length === 0, choices: [] }, kind, others);
}

/** The question as one of another kind; words that somebody wrote himself stay. */
export function changedKind(field: FormField, kind: FormField["kind"], others: readonly FormField[]): FormField {
  const untouched = (["ru", "en"] as const).every((one) => (field.label[one] ?? "") === (LABELS[field.kind][one] ?? ""));
  const label = untouched || !(field.label.ru || field.label.en) ? { ...LABELS[kind] } : field.label;
  const choices = kind === "choice" ? (field.choices.length ? field.choices : [newChoice(1), newChoice(2)]) : [];
  return { key: newKey(kind, others), kind, label, required: field.required, choices };
}

export function newChoice(number: number): Texts {
  return { ru: `Вариант ${number}`, en: `Answer ${number}` };
}

/** What the page sees by itself: a question, or an answer to choose, without words. */
export function wordless(texts: Texts): boolean {
  return !texts.ru?.trim() && !texts.en?.trim();
}
