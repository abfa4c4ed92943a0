import { beforeAll, describe, expect, it } from "vitest";

import { learn, speak } from "../words";
import { accent, contrast, DEFAULT_ACCENT, inkOn, readableOn } from "./color";
import { day, initials, size } from "./format";
import { pieces } from "./links";

const links = (text: string) => pieces(text).filter((piece) => piece.href);

describe("links", () => {
  it.each([
    ["see https://example.com.", "https://example.com", "https://example.com/"],
    ["(https://example.com/a_(b))", "https://example.com/a_(b)", "https://example.com/a_(b)"],
    ["https://example.com/?a=1&b=2, and", "https://example.com/?a=1&b=2", "https://example.com/?a=1&b=2"],
    ["«https://example.com/x»", "https://example.com/x", "https://example.com/x"],
    ["www.example.com/a", "www.example.com/a", "https://www.example.com/a"],
    ["write to a.b+c@example.co.uk!", "a.b+c@example.co.uk", "mailto:a.b+c@example.co.uk"],
    ["tel:+79001234567", "tel:+79001234567", "tel:+79001234567"],
    ["HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM", "https://example.com/"],
    ["https://пример.рф/путь", "https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"],
  ])("are recognised: %s", (text, shown, href) => {
    expect(links(text)).toEqual([{ text: shown, href }]);
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,<b>",
    "vbscript:x",
    "file:///etc/passwd",
    "https://bank.example@evil.example/",
    "https://user:pass@evil.example/",
    "http://",
    "example.com",
    "1.5.2026",
  ])("are not made of %s", (text) => {
    expect(links(text).filter((piece) => !piece.href?.startsWith("mailto:"))).toEqual([]);
  });

  it("end where the direction of the text is turned", () => {
    expect(links("https://example.com/\u202egpj.exe")).toEqual([{ text: "https://example.com/", href: "https://example.com/" }]);
  });

  it("show what a host of two alphabets really is", () => {
    expect(links("https://аpple.com/x")[0]?.text).toBe("https://xn--pple-43d.com/x");
  });

  it("lose nothing of the text", () => {
    const text = "a https://x.example/1. b www.y.example c d@z.example\n<script> e";
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
  });
});

describe("colours", () => {
  it("are the owner's, or ours when they are none", () => {
    expect(accent("#ABC")).toBe("#aabbcc");
    expect(accent(" #0F766E ")).toBe("#0f766e");
    for (const bad of [undefined, "", "red", "#12", "#1234567", "url(x)", "#ggg"]) expect(accent(bad)).toBe(DEFAULT_ACCENT);
  });

  it.each(["#000000", "#ffffff", "#3858d6", "#ffd54a", "#ff0000", "#00ff00", "#808080", "#7a7a7a"])(
    "can be read: on %s, and as words on our grounds",
    (color) => {
      expect(contrast(color, inkOn(color))).toBeGreaterThanOrEqual(4.2);
      for (const ground of ["#f3f4f6", "#282b31"]) expect(contrast(readableOn(ground, color), ground)).toBeGreaterThanOrEqual(4.5);
    },
  );
});

describe("numbers and days", () => {
  beforeAll(async () => {
    await learn("en");
    await learn("ru");
  });

  it("are told in the visitor's language", () => {
    expect([0, 999, 1500, 5_000_000, 12_345_678].map((bytes) => size(speak("en"), bytes))).toEqual([
      "0 B", "999 B", "2 KB", "5 MB", "12.3 MB",
    ]);
    expect(size(speak("ru"), 12_345_678)).toBe("12,3 МБ");
    const now = new Date(2026, 10, 22, 0, 5).getTime();
    expect(day(speak("en"), now - 60_000, now)).toBe("Today");
    expect(day(speak("ru"), now - 10 * 60_000, now)).toBe("Вчера");
    expect(day(speak("en"), new Date(2026, 1, 3).getTime(), now)).toBe("February 3");
    expect(day(speak("ru"), new Date(2025, 1, 3).getTime(), now)).toBe("3 февраля 2025 г.");
  });

  it("initials are of the first and the last name", () => {
    expect(["Анна Петрова", "Jo", "Mary Ann Evans", "", "😀 x", "«Дельта»"].map(initials)).toEqual(["АП", "J", "ME", "", "😀X", "Д"]);
  });
});
