/** How long a text is in the unit that a channel counts in. */
import type { Capabilities } from "./types";

export function lengthIn(text: string, unit: Capabilities["text_unit"]): number {
  if (unit === "utf16") return text.length;
  let count = 0;
  for (const letter of text) count += unit === "bytes" ? bytes(letter.codePointAt(0) ?? 0) : 1;
  return count;
}

function bytes(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
