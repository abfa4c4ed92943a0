/** When to be reminded: moments that people mean when they say "later". */
import { fromWall, wallTime } from "@/app/times";
import type { Key } from "@/i18n";

export interface Preset {
  key: Key;
  at: number;
}

/** Presets that lie in the future, in the reader's own calendar. `now` in milliseconds. */
export function presets(now: number): Preset[] {
  const today = new Date(`${wallTime(now).slice(0, 10)}T00:00Z`);
  const at = (days: number, hour: number) => {
    const date = new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);
    return fromWall(`${date}T${String(hour).padStart(2, "0")}:00`);
  };
  const monday = ((8 - today.getUTCDay()) % 7) || 7;
  const found: Preset[] = [
    { key: "inbox.snoozeHour", at: now + 3_600_000 },
    { key: "inbox.snoozeThree", at: now + 3 * 3_600_000 },
  ];
  if (at(0, 18) - now > 4 * 3_600_000) found.push({ key: "inbox.snoozeEvening", at: at(0, 18) });
  found.push({ key: "inbox.snoozeTomorrow", at: at(1, 9) });
  if (monday > 1) found.push({ key: "inbox.snoozeMonday", at: at(monday, 9) });
  return found;
}
