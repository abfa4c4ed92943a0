import type { Exception, Interval } from "../types";

/**
 * Working time on the page: seven days, Monday first, several intervals a day; an interval whose end
 * is not later than its start goes on into the next day.
 */

export const DAY = 1_440;

/** Minutes since midnight; "24:00" is 1 440; null when it is not a time of day. */
export function minutesOf(time: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(time.trim());
  if (!match) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= DAY ? minutes : null;
}

export function timeOf(minutes: number): string {
  const inDay = minutes === DAY ? DAY : ((minutes % DAY) + DAY) % DAY;
  return `${String(Math.floor(inDay / 60)).padStart(2, "0")}:${String(inDay % 60).padStart(2, "0")}`;
}

/** What people type without looking: "9", "930", "9.30", "9-30" → "09:00", "09:30". */
export function readTime(input: string): string | null {
  const text = input.trim().replace(/[.,\-–\s]/g, ":");
  const digits = /^(\d{1,2})(\d{2})$/.exec(text);
  const candidate = /^\d{1,2}$/.test(text) ? `${text}:00` : digits ? `${digits[1]}:${digits[2]}` : text;
  const minutes = minutesOf(candidate);
  return minutes === null ? null : timeOf(minutes);
}

/** Start and end in minutes of the interval's first day; the end may exceed one day. */
export function span(interval: Interval): [number, number] | null {
  const from = minutesOf(interval.from);
  const to = minutesOf(interval.to);
  if (from === null || to === null || from === DAY) return null;
  return [from, to > from ? to : to + DAY];
}

export interface Stretch {
  day: number;
  start: number;
  end: number;
  /** Which interval of which day it comes from. */
  source: { day: number; index: number };
  continued: boolean;
}

/** The week as it is drawn: an interval over midnight is cut into two stretches. */
export function stretches(week: Interval[][]): Stretch[] {
  const out: Stretch[] = [];
  week.forEach((intervals, day) => {
    intervals.forEach((interval, index) => {
      const bounds = span(interval);
      if (!bounds) return;
      const [start, end] = bounds;
      const source = { day, index };
      out.push({ day, start, end: Math.min(end, DAY), source, continued: false });
      if (end > DAY) out.push({ day: (day + 1) % 7, start: 0, end: end - DAY, source, continued: true });
    });
  });
  return out;
}

export type WeekFault = "time" | "overlap";

/** Faults by "day.index": a time that is none, or an interval that overlaps another one of the week. */
export function weekFaults(week: Interval[][]): Record<string, WeekFault> {
  const faults: Record<string, WeekFault> = {};
  week.forEach((intervals, day) =>
    intervals.forEach((interval, index) => {
      if (!span(interval)) faults[`${day}.${index}`] = "time";
    }),
  );
  const drawn = stretches(week).sort((a, b) => a.day - b.day || a.start - b.start);
  let before: Stretch | undefined;
  for (const after of drawn) {
    if (before && before.day === after.day && after.start < before.end) {
      faults[`${after.source.day}.${after.source.index}`] = "overlap";
      if (after.end <= before.end) continue;
    }
    before = after;
  }
  return faults;
}

/** A day's intervals in order of their start; the ones that are not times stay at the end. */
export function sortIntervals(intervals: Interval[]): Interval[] {
  return [...intervals].sort((a, b) => (minutesOf(a.from) ?? 9_999) - (minutesOf(b.from) ?? 9_999));
}

/** The next sensible interval for a day: after its last one, else nine to six. */
export function nextInterval(intervals: Interval[]): Interval {
  const last = sortIntervals(intervals).at(-1);
  const bounds = last && span(last);
  if (!bounds) return { from: "09:00", to: "18:00" };
  if (bounds[1] >= DAY - 60) return { from: "00:00", to: timeOf(Math.min(bounds[0], 60)) };
  const start = Math.min(bounds[1] + 60, DAY - 60);
  return { from: timeOf(start), to: timeOf(Math.min(start + 240, DAY)) };
}

/** Minutes of work in a week. */
export function weekMinutes(week: Interval[][]): number {
  return stretches(week).reduce((sum, piece) => sum + piece.end - piece.start, 0);
}

export interface DayGroup {
  /** First and last day, Monday is 0. */
  from: number;
  to: number;
  intervals: Interval[];
}

/** Neighbouring days with the same hours together, as a sign on a door has it. */
export function dayGroups(week: Interval[][]): DayGroup[] {
  const groups: DayGroup[] = [];
  week.forEach((intervals, day) => {
    const last = groups.at(-1);
    if (last && same(last.intervals, intervals)) last.to = day;
    else groups.push({ from: day, to: day, intervals });
  });
  return groups;
}

function same(a: Interval[], b: Interval[]): boolean {
  return a.length === b.length && a.every((one, i) => one.from === b[i]?.from && one.to === b[i]?.to);
}

export type ExceptionFault = "date" | "order" | "time" | "overlap" | "double";

/**
 * Faults of dated exceptions by their index. Dates are ISO, so they compare as text. Ranges may meet (a half-day
 * inside the holidays: the shorter one holds); only the same dates twice are a fault.
 */
export function exceptionFaults(exceptions: Exception[]): Record<number, ExceptionFault> {
  const faults: Record<number, ExceptionFault> = {};
  const seen = new Set<string>();
  exceptions.forEach((exception, index) => {
    const until = exception.until || exception.date;
    const inside = Object.values(weekFaults([exception.intervals]))[0];
    const key = `${exception.date} ${until}`;
    if (!isDate(exception.date) || !isDate(until)) faults[index] = "date";
    else if (until < exception.date) faults[index] = "order";
    else if (inside) faults[index] = inside;
    else if (seen.has(key)) faults[index] = "double";
    seen.add(key);
  });
  return faults;
}

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
