/** Placeholders of automatic texts, by the server's rules (a test compares the lists): `{name}`; `{{`, `}}` are braces. */
export const PLACEHOLDERS = [
  "customer",
  "operator",
  "line",
  "portal",
  "number",
  "opens_at",
  "position",
  "wait",
  "answers_in",
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** What words to staff about a late answer may hold. */
export const NOTICE_PLACEHOLDERS = ["customer", "operator", "line", "number", "waited", "target", "step"] as const;
export type AnyPlaceholder = Placeholder | (typeof NOTICE_PLACEHOLDERS)[number];

const ALWAYS: readonly Placeholder[] = ["customer", "line", "portal", "number"];
const HELD: readonly Placeholder[] = ["customer", "operator", "line", "portal", "number"];

/** What can be known at the moment of a text, by the setting that holds it. */
export function suited(part: string): readonly Placeholder[] {
  switch (part.split(".")[0]) {
    case "greeting":
      return [...ALWAYS, "opens_at", "position", "wait", "answers_in"];
    case "off_hours_text":
    case "collected_text":
      return [...ALWAYS, "opens_at"];
    case "no_answer_text":
      return [...HELD, "opens_at", "position", "wait", "answers_in"];
    case "place_text":
      return ["position", "wait", ...ALWAYS, "answers_in"];
    case "consent_text":
      return ["line", "portal"];
    default:
      return HELD;
  }
}

export interface PlaceholderFault {
  kind: "unknown" | "misspelt" | "unclosed";
  /** As it is written. */
  value: string;
  /** The nearest known one, as it should be written. */
  meant?: string;
}

const MARK = /\{\{|\}\}|\{([^{}\n]{0,60})\}|\{/g;

/** The first thing that is wrong with the placeholders of a text. */
export function placeholderFault(text: string, known: readonly string[] = PLACEHOLDERS): PlaceholderFault | null {
  for (const found of text.matchAll(MARK)) {
    if (found[0] === "{") return { kind: "unclosed", value: /^.{0,20}/u.exec(text.slice(found.index))?.[0] ?? "{" };
    const name = found[1];
    if (name === undefined || known.includes(name)) continue;
    const meant = nearest(name, known);
    return meant
      ? { kind: "misspelt", value: found[0], meant: `{${meant}}` }
      : { kind: "unknown", value: found[0] };
  }
  return null;
}

const MEANT: Readonly<Record<string, Placeholder>> = {
  name: "customer",
  client: "customer",
  имя: "customer",
  клиент: "customer",
  agent: "operator",
  оператор: "operator",
  менеджер: "operator",
  линия: "line",
  company: "portal",
  компания: "portal",
  id: "number",
  номер: "number",
  место: "position",
  ожидание: "wait",
};

function nearest(name: string, known: readonly string[]): string | null {
  const plain = name.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_");
  for (const part of [plain, ...plain.split("_")]) {
    const meant = known.includes(part) ? part : MEANT[part];
    if (meant && known.includes(meant)) return meant;
  }
  const close = known
    .map((one) => ({ one, steps: distance(plain, one) }))
    .filter(({ one, steps }) => steps <= Math.max(1, Math.floor(one.length / 3)))
    .sort((a, b) => a.steps - b.steps);
  return close[0]?.one ?? null;
}

/** How many letters must be put in, taken out or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  [...from].forEach((letter, i) => {
    let left = i + 1;
    let corner = i;
    row = row.map((above, j) => {
      if (j === 0) return left;
      const best = Math.min(corner + (letter === to[j - 1] ? 0 : 1), above + 1, left + 1);
      corner = above;
      left = best;
      return best;
    });
  });
  return row.at(-1) ?? 0;
}
