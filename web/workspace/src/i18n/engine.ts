/**
 * Words in two languages. An area is a pair of files `<area>.en.ts` and `<area>.ru.ts` with the same keys; a
 * phrase is a string with `{names}` in it, or its plural forms, chosen by `count` with Intl.PluralRules.
 */
import type { Language } from "@openlines/client";

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Phrase = string | Plural;
export type Catalog = Readonly<Record<string, Phrase>>;
/** What the other language's file of an area must satisfy: the same keys, free wording. */
export type SameKeys<T> = { readonly [K in keyof T]: Phrase };
export type Params = Readonly<Record<string, string | number>>;

const rules: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules("en"),
  ru: new Intl.PluralRules("ru"),
};

/** The phrase in words. A name without a value stays visible, so that it is noticed. */
export function phrase(language: Language, given: Phrase, params: Params = {}): string {
  return fill(form(language, given, params), language, params);
}

function form(language: Language, given: Phrase, params: Params): string {
  if (typeof given === "string") return given;
  return given[rules[language].select(Number(params["count"] ?? 0))] ?? given.other;
}

function fill(text: string, language: Language, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(language, value) : value;
  });
}

const numbers: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat("en"),
  ru: new Intl.NumberFormat("ru"),
};

export function number(language: Language, value: number): string {
  return numbers[language].format(value);
}
