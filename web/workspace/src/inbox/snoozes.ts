/** When to be reminded: moments that people mean when they say "later". */
import type { Key } from "@/i18n";

export interface Preset {
  key: Key;
  at: number;
}

/** Presets that lie in the future, in the reader's own calendar. `now` in milliseconds. */
export function presets(now: number): Preset[] {
  const at = (days: number, hour: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(hour, 0, 0, 0);
    return date.getTime();
  };
  const monday = ((8 - new Date(now).getDay()) % 7) || 7;
  const found: Preset[] = [
    { key: "inbox.snoozeHour", at: now + 3_600_000 },
    { key: "inbox.snoozeThree", at: now + 3 * 3_600_000 },
  ];
  if (at(0, 18) - now > 4 * 3_600_000) found.push({ key: "inbox.snoozeEvening", at: at(0, 18) });
  found.push({ key: "inbox.snoozeTomorrow", at: at(1, 9) });
  if (monday > 1) found.push({ key: "inbox.snoozeMonday", at: at(monday, 9) });
  return found;
}

/** The value of an input of type datetime-local. */
export function localValue(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
