/** Finding names by what people type: case, ё and the keyboard's layout do not matter; every word has to be there. */
const LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
const CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё";
const swap = new Map<string, string>();
[...LATIN].forEach((letter, index) => {
  const other = CYRILLIC[index] ?? letter;
  swap.set(letter, other);
  swap.set(other, letter);
});

/** «ghbdtn» → «привет», «ещьнж» → «tomy;»: what was meant on the other layout. */
export function otherLayout(text: string): string {
  return [...text.toLowerCase()].map((letter) => swap.get(letter) ?? letter).join("");
}

export function fold(text: string): string {
  return text.toLowerCase().replaceAll("ё", "е").normalize("NFKD").replace(/\p{M}(?<!й)/gu, "");
}

/** 0: no match; else the higher the better: a word's start beats its middle. */
export function rank(query: string, text: string): number {
  return Math.max(rankOf(fold(query), fold(text)), rankOf(fold(otherLayout(query)), fold(text)) * 0.9);
}

function rankOf(query: string, text: string): number {
  const words = query.split(/\s+/).filter(Boolean);
  if (!words.length) return 1;
  let sum = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    const starts = at === 0 || new RegExp(`[^\\p{L}\\p{N}]${escape(word)}`, "u").test(text);
    sum += starts ? 3 : 1;
  }
  return sum / words.length + (text.startsWith(query) ? 2 : 0);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The best matches first; equals keep their order. */
export function best<T>(items: readonly T[], query: string, text: (item: T) => string, most: number): T[] {
  return items
    .map((item) => ({ item, rank: rank(query, text(item)) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map((one) => one.item);
}
