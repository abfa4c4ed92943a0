/** Instants and durations in words: on the clock that the reader has chosen, or on that of a place (a zone). */
import { computed, shallowRef } from "vue";

import { t, useI18n } from "@/i18n";

const { tag } = useI18n();
const DAY = 86_400_000;

/** The zone of the reader's profile; undefined: that of the browser, until it is known who reads. */
const zone = shallowRef<string>();
export function showTimesIn(wanted: string | undefined): void {
  zone.value = wanted && clockIn(wanted) ? wanted : undefined;
}

const MINUTE = 60_000;
/** The clocks of the world differ by whole quarters of an hour: no day begins within one. */
const QUARTER = 900_000;
const MOST = 4_000;

/** What every row asks again with every look: made once for each stretch of time in which it is the same. */
function remembered<T>(make: (at: number) => T, stretch: number): (at: number) => T {
  const made = new Map<number, T>();
  return (at) => {
    const place = Math.floor(at / stretch);
    const known = made.get(place);
    if (known !== undefined) return known;
    if (made.size >= MOST) made.clear();
    const fresh = make(at);
    made.set(place, fresh);
    return fresh;
  };
}

function formatsOf(language: string, timeZone: string | undefined) {
  const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, { ...options, timeZone });
  const digits = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const plain = (more: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-CA", { ...digits, ...more, timeZone });
  const words = (stretch: number, format: Intl.DateTimeFormat) => remembered((at) => format.format(at), stretch);
  const calendar = words(QUARTER, plain({}));
  return {
    time: words(MINUTE, of({ hour: "2-digit", minute: "2-digit" })),
    day: words(QUARTER, of({ day: "numeric", month: "short" })),
    dayLong: words(QUARTER, of({ weekday: "long", day: "numeric", month: "long" })),
    dayYear: words(QUARTER, of({ day: "numeric", month: "short", year: "numeric" })),
    stamp: words(MINUTE, of({ dateStyle: "medium", timeStyle: "short" })),
    /** 2026-11-22: the date on a calendar. */
    calendar,
    /** The same as a number, a day being one. */
    days: remembered((at) => Date.parse(calendar(at)) / DAY, QUARTER),
    date: of({ day: "numeric", month: "long", year: "numeric" }),
    full: of({ dateStyle: "long", timeStyle: "medium" }),
    wall: plain({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  };
}
type Formats = ReturnType<typeof formatsOf>;

const formats = computed(() => formatsOf(tag.value, zone.value));
/** Clocks other than the reader's, by zone, in the reader's language; null: the browser knows no such zone. */
const others = computed(() => ({ language: tag.value, clocks: new Map<string, Formats | null>() }));

function clockIn(place: string): Formats | null {
  const { language, clocks } = others.value;
  let clock = clocks.get(place);
  if (clock === undefined) {
    try {
      clock = formatsOf(language, place);
    } catch {
      clock = null;
    }
    clocks.set(place, clock);
  }
  return clock;
}

/** The clock of a place; the reader's own without one, and for a zone that the browser does not know. */
const clockOf = (place: string | undefined): Formats => (place === undefined ? null : clockIn(place)) ?? formats.value;

const msOf = (instant: string | number): number => (typeof instant === "number" ? instant : Date.parse(instant));

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

export const clockTime = (instant: string | number, place?: string): string => clockOf(place).time(msOf(instant));
export const fullTime = (instant: string | number, place?: string): string => clockOf(place).full.format(msOf(instant));
/** 22 Nov 2026, 14:37: an instant that is looked up in a list. */
export const stampTime = (instant: string | number): string => formats.value.stamp(msOf(instant));
/** 22 Nov 2026. */
export const dayTime = (instant: string | number): string => formats.value.dayYear(msOf(instant));

/** March 2025, «марта 2025»: the month in the case that follows "since". */
export function monthOf(instant: string | number): string {
  const parts = formats.value.date.formatToParts(msOf(instant));
  return ["month", "year"].map((type) => parts.find((part) => part.type === type)?.value ?? "").join(" ");
}

/** Whole days between two instants as the calendar counts them. */
function daysApart(earlier: number, later: number, place?: string): number {
  const { days } = clockOf(place);
  return days(later) - days(earlier);
}

function sameYear(one: number, other: number): boolean {
  const { calendar } = formats.value;
  return calendar(one).slice(0, 4) === calendar(other).slice(0, 4);
}

/** 14:02 today; yesterday; 12 Oct; 12 Oct 2024: an instant in a narrow place. */
export function shortTime(instant: string, now: number): string {
  const at = Date.parse(instant);
  const days = daysApart(at, now);
  if (days <= 0) return clockTime(at);
  if (days === 1) return t("shell.yesterday").toLocaleLowerCase();
  return (sameYear(at, now) ? formats.value.day : formats.value.dayYear)(at);
}

/** Today; Yesterday; Thursday 12 November; 12 Oct 2024: the title of a day. */
export function dayTitle(instant: string, now: number): string {
  const at = Date.parse(instant);
  const days = daysApart(at, now);
  if (days === 0) return t("shell.today");
  if (days === 1) return t("shell.yesterday");
  const title = (sameYear(at, now) ? formats.value.dayLong : formats.value.dayYear)(at);
  return title.charAt(0).toLocaleUpperCase() + title.slice(1);
}

/** Which day an instant belongs to, as a key. */
export const dayKey = (instant: string): string => formats.value.calendar(Date.parse(instant));

/** When something will be: 14:40 today, else with its day. */
export function moment(instant: string | number, now: number, place?: string): string {
  const at = msOf(instant);
  const time = clockTime(at, place);
  return daysApart(now, at, place) === 0 ? time : `${clockOf(place).day(at)}, ${time}`;
}

/** What time it is in another zone; undefined for a zone that the browser does not know. */
export const timeIn = (zone: string, now: number): string | undefined => clockIn(zone)?.time(now);

/** What the clock shows, as the value of an input of type datetime-local: 2026-11-22T14:37. */
export function wallTime(at: number, place?: string): string {
  const part = Object.fromEntries(clockOf(place).wall.formatToParts(at).map((one) => [one.type, one.value]));
  return `${part["year"]}-${part["month"]}-${part["day"]}T${part["hour"]}:${part["minute"]}`;
}

/** The instant at which the clock shows this; NaN for what is no time. */
export function fromWall(value: string, place?: string): number {
  const wanted = Date.parse(`${value}Z`);
  if (Number.isNaN(wanted)) return NaN;
  const off = (at: number) => Date.parse(`${wallTime(at, place)}Z`) - Math.floor(at / 60_000) * 60_000;
  // Twice: the first guess may lie on the other side of a change of the clock.
  const near = wanted - off(wanted);
  return wanted - off(near);
}
