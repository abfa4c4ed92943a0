import { describe, expect, it } from "vitest";

import { type Catalog, type Phrase, phrase } from "./engine";

const files = import.meta.glob<{ default: Catalog }>("./**/*.{en,ru}.ts", { eager: true });
const areas = [...new Set(Object.keys(files).map((path) => path.slice(2).replace(/\.(en|ru)\.ts$/, "")))];
const catalog = (area: string, language: string) => files[`./${area}.${language}.ts`]?.default ?? {};
const names = (given: Phrase) => {
  const texts = typeof given === "string" ? [given] : Object.values(given);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1])))].sort();
};

describe.each(areas)("words of %s", (area) => {
  it("are the same keys in both languages", () => {
    expect(Object.keys(catalog(area, "ru")).sort()).toEqual(Object.keys(catalog(area, "en")).sort());
  });

  it("ask for the same values in both languages", () => {
    for (const [key, given] of Object.entries(catalog(area, "en"))) {
      const other = catalog(area, "ru")[key];
      if (other !== undefined) expect([key, names(other)]).toEqual([key, names(given)]);
    }
  });

  it("say something", () => {
    for (const language of ["en", "ru"] as const)
      for (const [key, given] of Object.entries(catalog(area, language))) expect([key, phrase(language, given, { count: 1 }).length > 0]).toEqual([key, true]);
  });
});

describe("words of the settings", () => {
  it("have each key in one file only", () => {
    const parts = areas.filter((area) => area === "settings" || (area.startsWith("line/") && area !== "line/all"));
    const keys = parts.flatMap((area) => Object.keys(catalog(area, "en")));
    expect(parts).toContain("line/texts");
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
  });
});

describe("phrase", () => {
  const messages: Phrase = { one: "{count} сообщение", few: "{count} сообщения", many: "{count} сообщений", other: "{count} сообщения" };
  it("chooses the plural form of the language", () => {
    expect([1, 2, 5, 11, 21, 1_000].map((count) => phrase("ru", messages, { count }))).toEqual(["1 сообщение", "2 сообщения", "5 сообщений", "11 сообщений", "21 сообщение", "1\u00a0000 сообщений"]);
    expect(phrase("en", { one: "{count} message", other: "{count} messages" }, { count: 1 })).toBe("1 message");
  });
  it("puts values in as they are and leaves what has none in sight", () => {
    expect(phrase("en", "{name} & {other}", { name: "<b>$&</b>" })).toBe("<b>$&</b> & {other}");
  });
});
