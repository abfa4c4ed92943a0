/** The owner's one colour, and what can be read on it and beside it. */

export const DEFAULT_ACCENT = "#3858d6";
const WHITE = "#ffffff";
const BLACK = "#14161a";
/** WCAG 2.2 AA for text. */
const READABLE = 4.5;

/** `#rgb` and `#rrggbb`; anything else is the default. */
export function accent(given: string | undefined): string {
  const hex = given?.trim().toLowerCase() ?? "";
  if (/^#[0-9a-f]{6}$/.test(hex)) return hex;
  return /^#[0-9a-f]{3}$/.test(hex) ? `#${[...hex.slice(1)].map((digit) => digit + digit).join("")}` : DEFAULT_ACCENT;
}

/** Black or white, whichever reads better. */
export function inkOn(hex: string): string {
  return contrast(hex, WHITE) >= contrast(hex, BLACK) ? WHITE : BLACK;
}

/** The colour itself as text on a ground, or the nearest tint or shade of it that can be read there. */
export function readableOn(ground: string, hex: string): string {
  const towards = luminance(ground) > 0.4 ? BLACK : WHITE;
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(hex, towards, part);
    if (contrast(mixed, ground) >= READABLE) return mixed;
  }
  return towards;
}

export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance of WCAG 2.2, 0–1. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = parts(hex).map((part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix(one: string, other: string, part: number): string {
  const far = parts(other);
  const mixed = parts(one).map((value, index) => Math.round(value + ((far[index] ?? 0) - value) * part));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function parts(hex: string): number[] {
  return [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));
}
