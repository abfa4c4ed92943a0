/** The days that come: what the week, its holidays and its dated exceptions make of them. */
import type { Interval } from "../types";
import { addDays, type HoursRules, intervalsOn, type Moment, specialOn } from "./hours";
import { DAY, span } from "./week";

export interface Special {
  kind: "holiday" | "exception";
  name: string;
  date: string;
  /** The last day, the first one again where it is only one. */
  until: string;
  intervals: Interval[];
}

export interface DayAhead {
  date: string;
  /** Monday is 0. */
  weekday: number;
  intervals: Interval[];
  /** Open stretches of this day in minutes, what is left of the night before included. */
  pieces: [number, number][];
  special: Special | null;
}

const SHOWN = 7;
const NEXT = 3;
const YEAR = 366;

export function daysAhead(now: Moment, rules: HoursRules): DayAhead[] {
  return Array.from({ length: SHOWN }, (_, at) => {
    const date = addDays(now.date, at);
    const intervals = intervalsOn(date, rules);
    const nights = intervalsOn(addDays(date, -1), rules).map((one) => shifted(one, -DAY));
    const pieces = [...nights, ...intervals.map((one) => shifted(one, 0))].filter(
      (piece): piece is [number, number] => piece !== null && piece[1] > piece[0],
    );
    return { date, weekday: (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7, intervals, pieces, special: specialAt(date, rules) };
  });
}

/** An interval as part of a day that begins `by` minutes later, cut to that day; null when it is none. */
function shifted(interval: Interval, by: number): [number, number] | null {
  const bounds = span(interval);
  return bounds && [Math.max(0, bounds[0] + by), Math.min(DAY, bounds[1] + by)];
}

function specialAt(date: string, rules: HoursRules): Special | null {
  const exception = specialOn(date, rules);
  if (exception) {
    const { name = "", intervals } = exception;
    const known = name || rules.holidays?.get(date) || "";
    return { kind: "exception", name: known, date: exception.date, until: exception.until || exception.date, intervals };
  }
  const holiday = rules.holidays?.get(date);
  return holiday === undefined ? null : { kind: "holiday", name: holiday, date, until: date, intervals: [] };
}

/** The next special days behind those that are shown one by one; a range counts once, within a year. */
export function nextSpecial(today: string, rules: HoursRules): Special[] {
  const found: Special[] = [];
  for (let at = SHOWN; at < YEAR && found.length < NEXT; at++) {
    const special = specialAt(addDays(today, at), rules);
    const last = found.at(-1);
    if (!special || (special.kind === "exception" && last?.date === special.date)) continue;
    // Holidays of one name that follow each other are one: ten days of New Year.
    if (special.kind === "holiday" && last?.kind === "holiday" && last.name === special.name && addDays(last.until, 1) === special.date)
      last.until = special.date;
    else found.push(special);
  }
  return found;
}
