import { t } from "@/i18n";

import { hoursNow, type HoursNow, type HoursRules, type Moment, momentIn } from "../logic/hours";
import { timeOf } from "../logic/week";
import type { Language, Line } from "../types";
import { dayName } from "./describe";

const DAY = 86_400_000;

/** "18:00", "Mon, 09:00", "9 January, 09:00": as short as it can be understood today. */
export function momentWords(moment: Moment, today: string, language: Language): string {
  const time = timeOf(moment.minutes);
  if (moment.date === today) return time;
  const date = new Date(`${moment.date}T00:00:00Z`);
  const days = Math.round((date.getTime() - Date.parse(`${today}T00:00:00Z`)) / DAY);
  if (days < 7) return t("settings.dayAt", { day: dayName((date.getUTCDay() + 6) % 7, language), time });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone: "UTC" }).format(date);
  return t("settings.dayAt", { day, time });
}

/** The same as the server sees it for a line that is stored: with holidays, shared hours and changes of the clock. */
export function storedWords(line: Line, zone: string, at: Date, language: Language): { open: boolean; words: string } {
  const open = line.open ?? false;
  const next = open ? line.closes_at : line.opens_at;
  // Its moment has passed since the line was read: what the page can work out by itself is the better guess.
  if (next && Date.parse(next) <= at.getTime()) return hoursWords(line.settings, zone, at, language);
  if (!next) return { open, words: t(open ? "settings.openAlways" : "settings.closedForGood") };
  const when = momentWords(momentIn(zone, new Date(next)), momentIn(zone, at).date, language);
  return { open, words: t(open ? "settings.openUntil" : "settings.opensAt", { when }) };
}

/** Whether the line is open by these settings, and until when or when again, in a sentence. */
export function hoursWords(
  rules: HoursRules,
  zone: string,
  at: Date,
  language: Language,
): HoursNow & { words: string } {
  const state = hoursNow(rules, zone, at);
  if (!state.next) return { ...state, words: t(state.open ? "settings.openAlways" : "settings.closedForGood") };
  const when = momentWords(state.next, state.now.date, language);
  return { ...state, words: t(state.open ? "settings.openUntil" : "settings.opensAt", { when }) };
}
