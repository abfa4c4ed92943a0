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
export const rank = (query: string, text: string): number => ranker(query)(text);

/** The same for many texts: what is asked for is looked at once. */
function ranker(query: string): (text: string) => number {
  const meant = rankerOf(fold(query));
  const other = rankerOf(fold(otherLayout(query)));
  return (text) => {
    const folded = fold(text);
    return Math.max(meant(folded), other(folded) * 0.9);
  };
}

function rankerOf(query: string): (text: string) => number {
  const words = query.split(/\s+/).filter(Boolean).map((word) => ({ word, begins: new RegExp(`(?:^|[^\\p{L}\\p{N}])${escape(word)}`, "u") }));
  return (text) => {
    if (!words.length) return 1;
    let sum = 0;
    for (const { word, begins } of words) {
      if (!text.includes(word)) return 0;
      sum += begins.test(text) ? 3 : 1;
    }
    return sum / words.length + (text.startsWith(query) ? 2 : 0);
  };
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The best matches first; equals keep their order. */
export function best<T>(items: readonly T[], query: string, text: (item: T) => string, most: number): T[] {
  const rankOf = ranker(query);
  return items
    .map((item) => ({ item, rank: rankOf(text(item)) }))
    .filter((one) => one.rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, most)
    .map((one) => one.item);
}
