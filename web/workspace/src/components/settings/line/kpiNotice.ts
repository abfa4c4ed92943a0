/** Notices about late answers: bounds as the server has them, the house's own words, and how they read. */
import type { Language } from "@openlines/client";

import { durationWords } from "../logic/duration";
import type { KpiNotice, Texts } from "../types";

/** Percents of the target. */
export const STEP = [10, 1_000] as const;
export const STEPS_MOST = 6;

type Part = "kpi_first_notice" | "kpi_further_notice";

// As in core/notice_words.py of the server; a test there compares them.
const HOUSE: Record<Part, Record<Language, string>> = {
  kpi_first_notice: {
    en: "{customer} has been waiting for the first answer for {waited} (target {target}). Line: {line}.",
    ru: "{customer} ждёт первого ответа уже {waited} (цель: {target}). Линия: {line}.",
  },
  kpi_further_notice: {
    en: "{customer} has been waiting for an answer for {waited} (target {target}). Line: {line}.",
    ru: "{customer} ждёт ответа уже {waited} (цель: {target}). Линия: {line}.",
  },
};

export const houseWords = (part: Part): Texts => HOUSE[part];

export function withStep(steps: readonly number[], step: number): number[] {
  return [...new Set([...steps, step])].sort((a, b) => a - b).slice(0, STEPS_MOST);
}

const SAMPLE: Record<Language, Record<string, string>> = {
  en: { customer: "Emma Weber", operator: "Peter Olsen", line: "Support", number: "1042" },
  ru: { customer: "Анна Волкова", operator: "Пётр Ильин", line: "Поддержка", number: "1042" },
};

/** What somebody would read at the first step. */
export function sampleWords(part: Part, notice: KpiNotice, target: number, language: Language): string {
  const own = notice.text[language] || notice.text.ru || notice.text.en;
  const step = notice.steps[0] ?? 100;
  const values: Record<string, string> = {
    ...SAMPLE[language],
    step: String(step),
    target: durationWords(target, language),
    waited: durationWords(Math.round((target * step) / 100), language),
  };
  return (own || HOUSE[part][language]).replace(/\{\{|\}\}|\{(\w{1,60})\}/g, (whole, name?: string) =>
    name === undefined ? (whole[0] ?? "") : (values[name] ?? whole),
  );
}
