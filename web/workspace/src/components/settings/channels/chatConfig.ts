/** Settings of a chat as its window takes them, laid over what the server has said. */
import type { Language } from "@openlines/client";

export type ChatConfig = Record<string, unknown>;

export function chatConfig(settings: Record<string, unknown>, language: Language): ChatConfig {
  const text = (name: string): string => {
    const value = settings[name];
    return typeof value === "string" ? value.trim() : "";
  };
  const words = (settings[`texts_${language}`] ?? {}) as Record<string, string>;
  return {
    preview: true,
    colors: { accent: text("accent") },
    position: text("position") || "right",
    radius: Number(text("radius") || "16"),
    bubble: settings["bubble"] === false ? false : text(`bubble_${language}`) || true,
    greeting_bubble: text(`greeting_${language}`),
    texts: Object.fromEntries(Object.entries(words).filter(([, said]) => said.trim())),
    // What belongs to single pages of the site is not for this one.
    pages: null,
    // Here it is looked at at any hour.
    hours: { shown: true, open: true },
    ...(settings["faces"] === false ? { operators: [] } : {}),
  };
}
