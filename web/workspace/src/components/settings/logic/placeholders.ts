/** Placeholders of automatic texts, by the server's rules: `{name}` of these names; `{{` is a brace. */
export const PLACEHOLDERS = ["customer", "operator", "line", "number", "position", "opens_at"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

const MARK = /\{\{|\{([^{}\n]{0,60})\}/g;

/** The first `{name}` that stands for nothing, as it is written. */
export function strangePlaceholder(text: string): string | null {
  for (const found of text.matchAll(MARK)) {
    if (found[1] !== undefined && !(PLACEHOLDERS as readonly string[]).includes(found[1])) return found[0];
  }
  return null;
}
