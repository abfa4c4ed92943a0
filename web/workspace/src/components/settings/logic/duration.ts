/** Durations: whole seconds in the settings, words on the page. */

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/**
 * "1 h 30 min", "10 мин": at most the two largest units that are not zero. A remainder below the
 * second unit is not lost: then all units that are needed appear.
 */
export function durationWords(seconds: number, language: string, display: "short" | "long" = "short"): string {
  if (seconds <= 0) return unitWords(0, "second", language, display);
  let rest = Math.round(seconds);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(unitWords(count, unit, language, display));
  }
  return parts.join(" ");
}

function unitWords(count: number, unit: string, language: string, display: "short" | "long"): string {
  const words = new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: display }).format(count);
  // A line break between a number and its unit reads badly.
  return words.replace(/ /g, "\u00a0");
}

const SIZES: [RegExp, number][] = [
  [/^(w|нед)/, 604_800],
  [/^(d|д|сут)/, 86_400],
  [/^(h|ч)/, 3_600],
  [/^(m|м)/, 60],
  [/^(s|с)/, 1],
];

/**
 * What a person types: "90" (minutes, unless `bare` says otherwise), "1:30" (hours and minutes),
 * "2 h", "1 ч 15 мин", "1,5h". Seconds, or null when it is not understood.
 */
export function parseDuration(input: string, bare = 60): number | null {
  const text = input.trim().toLowerCase().replace(/,/g, ".");
  if (!text) return null;
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(text);
  if (clock) return Number(clock[1]) * 3_600 + Number(clock[2]) * 60;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * bare);
  let total = 0;
  let matched = "";
  for (const [whole, number, unit = ""] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-zа-яё]+)\.?\s*/g)) {
    const size = SIZES.find(([pattern]) => pattern.test(unit));
    if (!size) return null;
    total += Number(number) * size[1];
    matched += whole;
  }
  return matched.length === text.length && total > 0 ? Math.round(total) : null;
}
