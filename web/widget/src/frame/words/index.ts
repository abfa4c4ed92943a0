/** The chat's words in one language. Each language is a file of its own, fetched when somebody needs it. */

import type { Config } from "../model/types";
import type { Words } from "./en";

export type { Words } from "./en";

/** Words and forms of one language. */
export interface Speech {
  language: string;
  words: Words;
}

const english = () => import("./en").then(({ en }) => en);
const BOOKS: Record<string, () => Promise<Words>> = {
  en: english,
  ru: () => import("./ru").then(({ ru }) => ru),
};
const learnt: Record<string, Words> = {};

/** Fetch the words of a language (English where we have none). */
export async function learn(language: string): Promise<void> {
  const known = nearest(language);
  learnt[known] ??= await (BOOKS[known] ?? english)();
}

/** A learnt language, with the owner's own words over ours; one that is not learnt yet speaks as any other that is. */
export function speak(language: string, texts: Config["texts"] = {}): Speech {
  const wanted = nearest(language);
  const known = learnt[wanted] ? wanted : (Object.keys(learnt)[0] ?? wanted);
  const words = { ...learnt[known] } as Words;
  for (const key of Object.keys(words) as (keyof Words)[]) {
    const own = Object.hasOwn(texts, key) ? texts[key] : undefined;
    if (typeof own === "string" && own.trim()) words[key] = own;
  }
  return { language: known, words };
}

export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** The form that the number asks for: one message, few messages, many messages. */
export function count({ language, words }: Speech, stem: "new_below" | "stars", n: number): string {
  const form = new Intl.PluralRules(language).select(n);
  const text = form === "one" ? words[`${stem}_one`] : form === "few" ? words[`${stem}_few`] : words[`${stem}_many`];
  return fill(text, { n });
}

function nearest(language: string): string {
  const short = language.toLowerCase().split(/[-_]/)[0] ?? "";
  return Object.hasOwn(BOOKS, short) ? short : "en";
}
