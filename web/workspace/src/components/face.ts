/** What stands in a face's place. */

const HUES = 10;

/** A colour by number: the same for the same person, different for neighbours. */
export function hue(seed: number): number {
  return Math.abs(Math.trunc(seed)) % HUES;
}

/** «Марина Лебедева» → МЛ, "Guest 7" → G7, «Салон «Дельта»» → СД; nothing to go by → a dot. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const first = [...(words[0] ?? "")][0] ?? "";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toUpperCase() || "·";
}
