/** Text as pieces: plain, or an address that is safe to follow. Nothing here makes markup. */

export interface Piece {
  text: string;
  /** Set for links: http, https, mailto or tel, and nothing else. */
  href?: string;
}

// Marks that turn the direction of text could make an address read as another one: it ends at them.
const END = "\\s<>\"'`«»“”\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const ADDRESS = new RegExp(
  `\\bhttps?://[^${END}]+|\\bwww\\.[^${END}]+\\.[^${END}]+|\\b(?:mailto|tel):[^${END}]+|[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+`,
  "giu",
);
const TRAILING = /[.,:;!?…*_~|]+$/u;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trim(match[0]);
    const href = safe(address);
    if (!href) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: honest(address, href), href });
    from = match.index + address.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Punctuation after an address belongs to the sentence; a bracket does unless it was opened inside. */
function trim(address: string): string {
  let rest = address;
  for (;;) {
    const shorter = rest.replace(TRAILING, "");
    const last = shorter.at(-1) ?? "";
    const opener = { ")": "(", "]": "[", "}": "{" }[last];
    const loose = opener && shorter.split(last).length > shorter.split(opener).length;
    if (!loose) return shorter;
    rest = shorter.slice(0, -1);
  }
}

function safe(address: string): string | undefined {
  const whole = /^(https?|mailto|tel):/i.test(address)
    ? address
    : address.includes("@") && !/^www\./i.test(address)
      ? `mailto:${address}`
      : `https://${address}`;
  try {
    const url = new URL(whole);
    // `https://bank.example@evil.example` goes to evil.example.
    if (url.username || url.password) return undefined;
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

const ALPHABETS = ["Latin", "Cyrillic", "Greek", "Armenian", "Han", "Hangul"].map(
  (script) => new RegExp(`\\p{Script=${script}}`, "u"),
);

/** A host of two alphabets is shown as it really is, since letters of one look like those of another. */
function honest(address: string, href: string): string {
  if (!/^https?:\/\/[^/?#]*xn--/i.test(href)) return address;
  const host = /^(?:https?:\/\/)?(?:www\.)?([^/?#:]+)/i.exec(address)?.[1] ?? "";
  return ALPHABETS.filter((letters) => letters.test(host)).length > 1 ? href : address;
}
