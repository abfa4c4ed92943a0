/** Instants and durations in words. Everything is in the reader's own time zone unless another is given. */
import { computed } from "vue";

import { t, useI18n } from "@/i18n";

const { tag } = useI18n();
const DAY = 86_400_000;

const formats = computed(() => ({
  time: new Intl.DateTimeFormat(tag.value, { hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat(tag.value, { day: "numeric", month: "short" }),
  dayLong: new Intl.DateTimeFormat(tag.value, { weekday: "long", day: "numeric", month: "long" }),
  dayYear: new Intl.DateTimeFormat(tag.value, { day: "numeric", month: "short", year: "numeric" }),
  date: new Intl.DateTimeFormat(tag.value, { day: "numeric", month: "long", year: "numeric" }),
  full: new Intl.DateTimeFormat(tag.value, { dateStyle: "long", timeStyle: "medium" }),
}));

/** 0:47, 12:05, 1:02:10: a counter that is watched. */
export function counter(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A counter in a narrow place: 0:47, 12:05, then 3 h, 2 d. */
export function shortCounter(milliseconds: number): string {
  if (milliseconds < 3_600_000) return counter(milliseconds);
  if (milliseconds < DAY) return t("shell.hour", { count: Math.floor(milliseconds / 3_600_000) });
  return t("shell.day", { count: Math.floor(milliseconds / DAY) });
}

/** 45 s, 3 min, 2 h: a length that is told once. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 100) return t("shell.sec", { count: seconds });
  if (seconds < 5_400) return t("shell.min", { count: Math.round(seconds / 60) });
  if (seconds < 129_600) return t("shell.hour", { count: Math.round(seconds / 3_600) });
  return t("shell.day", { count: Math.round(seconds / 86_400) });
}

export const clockTime = (instant: string | number): string => formats.value.time.format(new Date(instant));
export const fullTime = (instant: string | number): string => formats.value.full.format(new Date(instant));

/** March 2025, «марта 2025»: the month in the case that follows "since". */
export function monthOf(instant: string | number): string {
  const parts = formats.value.date.formatToParts(new Date(instant));
  return ["month", "year"].map((type) => parts.find((part) => part.type === type)?.value ?? "").join(" ");
}

/** Whole days between two instants as the calendar of this place counts them. */
function daysApart(earlier: number, later: number): number {
  const midnight = (value: number) => new Date(value).setHours(0, 0, 0, 0);
  return Math.round((midnight(later) - midnight(earlier)) / DAY);
}

/** 14:02 today; yesterday; 12 Oct; 12 Oct 2024: an instant in a narrow place. */
export function shortTime(instant: string, now: number): string {
  const at = Date.parse(instant);
  const days = daysApart(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return t("shell.yesterday").toLocaleLowerCase();
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (thisYear ? formats.value.day : formats.value.dayYear).format(at);
}

/** Today; Yesterday; Thursday 12 November; 12 Oct 2024: the title of a day. */
export function dayTitle(instant: string, now: number): string {
  const at = Date.parse(instant);
  const days = daysApart(at, now);
  if (days === 0) return t("shell.today");
  if (days === 1) return t("shell.yesterday");
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const title = (thisYear ? formats.value.dayLong : formats.value.dayYear).format(at);
  return title.charAt(0).toLocaleUpperCase() + title.slice(1);
}

/** Which day an instant belongs to, as a key. */
export const dayKey = (instant: string): string => new Date(instant).toDateString();

/** When something will be: 14:40 today, else with its day. */
export function moment(instant: string | number, now: number): string {
  const at = new Date(instant).getTime();
  const time = clockTime(at);
  return daysApart(now, at) === 0 ? time : `${formats.value.day.format(at)}, ${time}`;
}

/** What time it is in another zone; undefined for a zone that the browser does not know. */
export function timeIn(zone: string, now: number): string | undefined {
  try {
    return new Intl.DateTimeFormat(tag.value, { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(now);
  } catch {
    return undefined;
  }
}
