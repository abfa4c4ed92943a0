/**
 * Links in what people write. Only http, https, mailto and tel are ever made into something to click; everything
 * else stays text. The result is data: whoever draws it makes elements of it, never markup.
 */
export interface Piece {
  text: string;
  href?: string;
}

// Every repetition is bounded and every alternative starts at a word's start: hostile text costs no more than other.
const CANDIDATE =
  /https?:\/\/[^\s<>"'«»“”]{1,2000}|(?<!\w)www\.[^\s<>"'«»“”]{1,2000}|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|(?<![\w+])\+\d[\d\s()-]{7,18}\d(?!\w)/giu;
const TAIL = new Set(".,:;!?…)]}'\"»”");

/** The text cut into pieces; joined, their texts are the text again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const word = withoutTail(match[0]);
    const href = target(word);
    if (!href) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: word, href });
    end = match.index + word.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The sentence's punctuation is not the link's, but a bracket that was opened inside the link is. */
function withoutTail(word: string): string {
  let end = word.length;
  while (end > 0 && TAIL.has(word[end - 1] ?? "")) end -= 1;
  for (const [open, close] of [["(", ")"], ["[", "]"]] as const) {
    while (word[end] === close && count(word.slice(0, end), open) > count(word.slice(0, end), close)) end += 1;
  }
  return word.slice(0, end);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

function target(word: string): string | null {
  if (/^https?:\/\//i.test(word)) return word.length > 8 ? word : null;
  if (/^www\./i.test(word)) return word.includes(".", 4) ? `https://${word}` : null;
  if (word.startsWith("+")) return `tel:${word.replace(/[^\d+]/g, "")}`;
  return `mailto:${word}`;
}
