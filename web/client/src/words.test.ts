import { describe, expect, it } from "vitest";

import { ServerClock } from "./clock";
import { lengthIn } from "./limits";
import { pieces } from "./links";
import { waitOf } from "./urgency";

const hrefs = (text: string) => pieces(text).flatMap((piece) => (piece.href ? [piece.href] : []));

describe("links", () => {
  it("finds what may be clicked and leaves the sentence's punctuation", () => {
    expect(hrefs("See https://a.example/x?y=1. And (https://b.example/(c)).")).toEqual([
      "https://a.example/x?y=1",
      "https://b.example/(c)",
    ]);
    expect(hrefs("пишите на me@пример.рф или a.b+c@mail.example, www.site.example/путь")).toContain("mailto:a.b+c@mail.example");
    expect(hrefs("позвоните +7 900 555-01-23, пожалуйста")).toEqual(["tel:+79005550123"]);
    expect(hrefs("order 48213 of 2026-11-22, 12:30")).toEqual([]);
  });

  it("never makes a link of another scheme", () => {
    for (const text of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x", "//host/x"])
      expect(hrefs(text)).toEqual([]);
  });

  it("loses no letter", () => {
    const text = "a https://x.example/#?!, b@c.example; +1 (555) 123-4567 «https://й.example» конец";
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
  });

  it("is fast on hostile text", () => {
    const before = Date.now();
    pieces(`${"a.".repeat(20_000)}@ ${"+1 ".repeat(20_000)} http://${"(".repeat(20_000)}`);
    expect(Date.now() - before).toBeLessThan(500);
  });
});

describe("length", () => {
  it("counts in the channel's unit", () => {
    expect(lengthIn("😀я", "utf16")).toBe(3);
    expect(lengthIn("😀я", "chars")).toBe(2);
    expect(lengthIn("😀я", "bytes")).toBe(6);
    expect(lengthIn("abc", undefined)).toBe(3);
  });
});

describe("wait", () => {
  const since = "2026-11-22T08:00:00.000Z";
  const start = Date.parse(since);
  const level = (seconds: number, target_at?: string) =>
    waitOf({ state: "active", waiting_since: since, ...(target_at ? { target_at } : {}) }, start + seconds * 1_000)?.level;

  it("goes by the line's target", () => {
    const target = "2026-11-22T08:01:00.000Z";
    expect([0, 44, 45, 59, 60].map((second) => level(second, target))).toEqual(["calm", "calm", "soon", "soon", "late"]);
  });

  it("goes by what is usual without one", () => {
    expect([119, 120, 299, 300].map((second) => level(second))).toEqual(["calm", "soon", "soon", "late"]);
  });

  it("is nothing when nobody waits", () => {
    expect(waitOf({ state: "active" }, start)).toBeNull();
    expect(waitOf({ state: "closed", waiting_since: since }, start)).toBeNull();
    expect(waitOf({ state: "closing", waiting_since: since }, start)).toBeNull();
  });
});

describe("server clock", () => {
  it("follows the server, not the machine", () => {
    let local = 1_000;
    const clock = new ServerClock(() => local);
    clock.heard("2026-11-22T08:00:00.000Z");
    local += 5_000;
    expect(new Date(clock.now()).toISOString()).toBe("2026-11-22T08:00:05.000Z");
  });
});
