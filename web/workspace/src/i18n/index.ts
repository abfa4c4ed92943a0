/**
 * The language of the page: one at a time, switched without a reload. Words of the inbox come with the page's
 * first load, in the chosen language only; words of other areas come with the pages that need them.
 */
import type { Language } from "@openlines/client";
import { computed, shallowRef } from "vue";

import { keep } from "@/app/keep";

import { type Catalog, number, type Params, phrase } from "./engine";
import type facts from "./facts.en";
import type inbox from "./inbox.en";
import type kpi from "./kpi.en";
import type line from "./line/all.en";
import type notify from "./notify.en";
import type settings from "./settings.en";
import type shell from "./shell.en";

interface Areas {
  facts: typeof facts;
  inbox: typeof inbox;
  kpi: typeof kpi;
  notify: typeof notify;
  settings: typeof settings & typeof line;
  shell: typeof shell;
}
export type Area = keyof Areas;

/** "inbox.finish": the area and the key in it. */
export type Key = { [A in Area]: `${A}.${Extract<keyof Areas[A], string>}` }[Area];

type Loader = () => Promise<{ default: Catalog }>;
const loaders: Record<Area, Record<Language, Loader>> = {
  facts: { en: () => import("./facts.en"), ru: () => import("./facts.ru") },
  inbox: { en: () => import("./inbox.en"), ru: () => import("./inbox.ru") },
  kpi: { en: () => import("./kpi.en"), ru: () => import("./kpi.ru") },
  notify: { en: () => import("./notify.en"), ru: () => import("./notify.ru") },
  settings: {
    en: () => both(import("./settings.en"), import("./line/all.en")),
    ru: () => both(import("./settings.ru"), import("./line/all.ru")),
  },
  shell: { en: () => import("./shell.en"), ru: () => import("./shell.ru") },
};

/** The words of a line's tabs lie in files of their own and are one area with the rest of the settings. */
async function both(...parts: Promise<{ default: Catalog }>[]): Promise<{ default: Catalog }> {
  const catalogs = await Promise.all(parts);
  return { default: Object.assign({}, ...catalogs.map((one) => one.default)) as Catalog };
}

const KEPT = "openlines.language";
const loaded = new Set<Area>(["shell"]);
const language = shallowRef<Language>(first());
const words = shallowRef<Partial<Record<Area, Catalog>>>({});

/** What was chosen here before, else what the browser asks for. */
function first(): Language {
  const kept = keep.get(KEPT);
  if (kept === "ru" || kept === "en") return kept;
  return navigator.languages.some((wanted) => wanted.toLowerCase().startsWith("ru")) ? "ru" : "en";
}

async function load(wanted: Language, areas: Iterable<Area>): Promise<Partial<Record<Area, Catalog>>> {
  const names = [...areas];
  const catalogs = await Promise.all(names.map((area) => loaders[area][wanted]()));
  return Object.fromEntries(names.map((area, index) => [area, catalogs[index]?.default]));
}

/** Make the words of these areas available; a page's route says which it needs. */
export async function needAreas(areas: readonly Area[]): Promise<void> {
  const missing = areas.filter((area) => words.value[area] === undefined);
  if (!missing.length) return;
  const asked = language.value;
  const more = await load(asked, missing);
  missing.forEach((area) => loaded.add(area));
  if (asked === language.value) words.value = { ...words.value, ...more };
  else words.value = await load(language.value, loaded);
}

/** Switch the whole page; it shows the old words until the new ones are here. */
export async function setLanguage(wanted: Language): Promise<void> {
  keep.set(KEPT, wanted);
  if (wanted === language.value && words.value.shell) return;
  const all = await load(wanted, loaded);
  language.value = wanted;
  words.value = all;
  document.documentElement.lang = wanted;
}

/** Words for the first page; call once before mounting. */
export async function startLanguage(): Promise<void> {
  document.documentElement.lang = language.value;
  await needAreas(["shell"]);
}

/** A phrase in the present language; reactive when used in a template or a computed. */
export function t(key: Key, params?: Params): string {
  return maybe(key, params) ?? key;
}

/** The same for a key that may be unknown (a code of the server): undefined when there is none. */
export function maybe(key: string, params?: Params): string | undefined {
  const dot = key.indexOf(".");
  const found = words.value[key.slice(0, dot) as Area]?.[key.slice(dot + 1)];
  return found === undefined ? undefined : phrase(language.value, found, params);
}

/** Of words given in both languages (a manifest's labels) those of the reader, else whatever there is. */
export function pick(given: Partial<Record<Language, string>> | undefined): string {
  return given?.[language.value] || given?.en || given?.ru || "";
}

const tag = computed(() => (language.value === "ru" ? "ru-RU" : "en-GB"));

export function useI18n() {
  return {
    language: computed(() => language.value),
    /** The BCP 47 tag for Intl: en-GB has a 24-hour clock and the day before the month, as Russian has. */
    tag,
    t,
    maybe,
    pick,
    n: (value: number) => number(language.value, value),
    setLanguage,
  };
}
