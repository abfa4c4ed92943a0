/**
 * "Open until 18:00", "opens on Monday at 9:00", as an example beside the settings under edit. The rules are the
 * server's (an interval belongs to the day on which it starts, the shortest exception of a day replaces its
 * week); the hour that a clock change skips or repeats is not looked at here.
 */
import type { Exception, Interval, LineSettings } from "../types";
import { DAY, span } from "./week";

export interface Moment {
  /** ISO date and minutes since midnight on the line's clock. */
  date: string;
  minutes: number;
}

export interface HoursNow {
  open: boolean;
  /** The next change; null when there is none within some weeks. */
  next: Moment | null;
  now: Moment;
}

export type HoursRules = Pick<LineSettings, "week" | "exceptions"> & {
  /** Days on which it is closed unless an exception says otherwise, with their names. */
  holidays?: ReadonlyMap<string, string>;
};
const HORIZON = 42;

/** Date and time of day on the wall of that zone. */
export function momentIn(zone: string, at: Date): Moment {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { date: `${of("year")}-${of("month")}-${of("day")}`, minutes: Number(of("hour")) * 60 + Number(of("minute")) };
}

export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

function dayOfWeek(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** The dated exception that holds on this date. */
export function specialOn(date: string, rules: HoursRules): Exception | null {
  const length = (one: Exception) => Date.parse(one.until || one.date) - Date.parse(one.date);
  const fitting = rules.exceptions.filter((one) => one.date <= date && date <= (one.until || one.date));
  // Between equally long ones the later listed holds.
  return fitting.reduce<Exception | null>(
    (kept, one) => (!kept || length(one) <= length(kept) ? one : kept),
    null,
  );
}

/** The intervals that start on this date. */
export function intervalsOn(date: string, rules: HoursRules): Interval[] {
  const special = specialOn(date, rules);
  if (special) return special.intervals;
  return rules.holidays?.has(date) ? [] : (rules.week[dayOfWeek(date)] ?? []);
}

/** Open stretches around `from`, as minutes counted from that day's midnight, joined where they touch. */
function openStretches(from: string, rules: HoursRules): [number, number][] {
  const all: [number, number][] = [];
  for (let day = -1; day <= HORIZON; day++) {
    for (const interval of intervalsOn(addDays(from, day), rules)) {
      const bounds = span(interval);
      if (bounds) all.push([bounds[0] + day * DAY, bounds[1] + day * DAY]);
    }
  }
  all.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [start, end] of all) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

export function hoursNow(rules: HoursRules, zone: string, at: Date): HoursNow {
  const now = momentIn(zone, at);
  const stretches = openStretches(now.date, rules);
  const current = stretches.find(([start, end]) => start <= now.minutes && now.minutes < end);
  const change = current ? current[1] : stretches.find(([start]) => start > now.minutes)?.[0];
  const endless = change !== undefined && change >= HORIZON * DAY;
  if (change === undefined || endless) return { open: Boolean(current), next: null, now };
  const days = Math.floor(change / DAY);
  return { open: Boolean(current), next: { date: addDays(now.date, days), minutes: change - days * DAY }, now };
}
