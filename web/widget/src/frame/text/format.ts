/** Times and sizes in the visitor's language and zone. */

import { fill, type Speech } from "../words";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(regional(language), options)));
  return made;
}

/** The visitor's own variety of the language: half past two is 14:30 in London. */
function regional(language: string): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}

export function clock(speech: Speech, at: number): string {
  return format(speech.language, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** "Today", "Yesterday", "12 October", "12 October 2025". */
export function day({ language, words }: Speech, at: number, now: number): string {
  const ago = daysBetween(at, now);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(language, { day: "numeric", month: "long", ...(!sameYear && { year: "numeric" }) }).format(at);
}

/** When we open next, as a sentence. */
export function opens(speech: Speech, at: number, now: number): string {
  const { language, words } = speech;
  const time = clock(speech, at);
  const ahead = daysBetween(now, at);
  if (ahead <= 0) return fill(words.status_opens_today, { time });
  if (ahead === 1) return fill(words.status_opens_tomorrow, { time });
  if (ahead < 7) return fill(words.status_opens_weekday, { day: weekday(language, at), time });
  return fill(words.status_opens_date, { day: format(language, { day: "numeric", month: "long" }).format(at) });
}

export function size({ language, words }: Speech, bytes: number): string {
  const number = (value: number, digits: number) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  if (bytes < 1000) return `${number(bytes, 0)} ${words.bytes}`;
  if (bytes < 1_000_000) return `${number(bytes / 1000, 0)} ${words.kilobytes}`;
  return `${number(bytes / 1_000_000, 1)} ${words.megabytes}`;
}

/** Initials for whoever has no picture. */
export function initials(name: string): string {
  const parts = name.split(/[\s«»"]+/u).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((part) => [...(part ?? "")][0] ?? "").join("").toUpperCase();
}

function daysBetween(from: number, to: number): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / DAY);
}

function weekday(language: string, at: number): string {
  // "on Monday" takes another case in Russian than the calendar's own name of the day.
  const russian = ["в воскресенье", "в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу"];
  if (language === "ru") return russian[new Date(at).getDay()] ?? "";
  return format(language, { weekday: "long" }).format(at);
}
