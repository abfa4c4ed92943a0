import { t } from "@/i18n";

import { hoursNow, type HoursNow, type Moment } from "../logic/hours";
import { timeOf } from "../logic/week";
import type { Language, LineSettings } from "../types";
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

/** Whether the line is open by these settings, and until when or when again, in a sentence. */
export function hoursWords(
  settings: LineSettings,
  portalZone: string,
  at: Date,
  language: Language,
): HoursNow & { words: string } {
  const state = hoursNow(settings, settings.time_zone || portalZone, at);
  if (!state.next) return { ...state, words: t(state.open ? "settings.openAlways" : "settings.closedForGood") };
  const when = momentWords(state.next, state.now.date, language);
  return { ...state, words: t(state.open ? "settings.openUntil" : "settings.opensAt", { when }) };
}
