import { t } from "@/i18n";

/** A name for a new line that no other line has: "Line 4". */
export function newLineName(lines: readonly { name: string }[]): string {
  const taken = new Set(lines.map((line) => line.name));
  let number = lines.length + 1;
  while (taken.has(t("settings.lineNumber", { number }))) number++;
  return t("settings.lineNumber", { number });
}
