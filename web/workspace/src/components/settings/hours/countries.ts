import type { Language } from "../types";

/** A country's name in that language; its code where the browser does not know it. */
export function countryName(code: string, language: Language): string {
  try {
    return new Intl.DisplayNames(language, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}
