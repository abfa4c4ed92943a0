import { describe, expect, it } from "vitest";

import { world } from "@/app/live";

import { channelMark, glyphRules } from "./channelMark";

const kind = (name: string, en: string) => ({ kind: name, name: { en, ru: en }, capabilities: {} });

describe("mark of a channel", () => {
  it("is the glyph of its kind, else the first letter of its name; nothing for what is not known", () => {
    world.load({
      cursor: 1,
      epoch: "e",
      now: "",
      me: { id: 5, name: "", role: "", email: "", language: "en", time_zone: "UTC" },
      portal: { name: "", language: "en" },
      conversations: [],
      channels: [
        { id: 1, kind: "telegram", name: "Bot" },
        { id: 2, kind: "pigeon", name: "Post" },
        { id: 3, kind: "unheard", name: "ёлка" },
      ],
      kinds: [kind("telegram", "Telegram"), kind("pigeon", "𝒫igeon")],
    } as never);
    expect(channelMark(1)).toEqual({ classes: "channel-mark of-telegram", letter: "", name: "Telegram" });
    expect(channelMark(2)).toEqual({ classes: "channel-mark lettered", letter: "𝒫", name: "𝒫igeon" });
    expect(channelMark(3)).toMatchObject({ letter: "Ё", name: "ёлка" });
    expect(channelMark(4)).toEqual({ classes: "", letter: "", name: "" });
  });

  it("is drawn by one rule per kind, of characters that end no address", () => {
    const rules = glyphRules({ a: ["M1 1h2", "M3 3v4"], b: ["M0 0z"] }).split("\n");
    expect(rules.length).toBe(2);
    const [, address] = /--glyph: url\("data:image\/svg\+xml,([^"]*)"\); }$/.exec(rules[0] ?? "") ?? [];
    expect(address).not.toMatch(/[#"<>\s]/);
    expect(decodeURIComponent(address ?? "").match(/<path d="[^"]+"\/>/g)).toEqual(['<path d="M1 1h2"/>', '<path d="M3 3v4"/>']);
  });
});
