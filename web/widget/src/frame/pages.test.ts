import { describe, expect, it } from "vitest";

import type { Look } from "../protocol";
import type { Config, Pages } from "./model/types";
import { fits, onPage } from "./pages";
import type { Keeper } from "./storage";

const HOUR = 3_600_000;

function keeper(): Keeper {
  const kept = new Map<string, unknown>();
  return {
    get: <T>(name: string) => kept.get(name) as T | undefined,
    set: (name, value) => void kept.set(name, value),
    remove: (name) => void kept.delete(name),
    names: () => [],
    changed: () => undefined,
  };
}

function lookAt(address: string, pages: Pages, given: { met?: boolean; keeper?: Keeper; now?: number } = {}): Look {
  const look = { shown: true, button: true, greeting: "Hello", delay: 3 } as Look;
  const config: Config = { name: "", language: "en", pages };
  onPage(look, config, address, given.met ?? false, given.keeper ?? keeper(), given.now ?? HOUR);
  return look;
}

const invite = (page: string, who: "all" | "new" | "returning" = "all") => ({ page, after: 20, who, text: `To ${page}` });

describe("masks of pages", () => {
  it.each([
    ["*", "https://a.example/"],
    ["/prices", "https://a.example/prices/?from=mail#top"],
    ["/prices*", "https://a.example/prices/lamps"],
    ["/цены*", "https://a.example/%D1%86%D0%B5%D0%BD%D1%8B/1"],
    ["/find?q=*", "https://a.example/find?q=lamp"],
    ["https://shop.a.example/*", "https://shop.a.example/lamps"],
    ["shop.a.example/*", "https://Shop.a.example/lamps"],
    ["*/basket/*", "https://a.example/de/basket/2"],
  ])("%s is %s", (mask, address) => expect(fits(mask, address)).toBe(true));

  it.each([
    ["/prices", "https://a.example/prices/lamps"],
    ["/prices*", "https://a.example/old/prices"],
    ["https://shop.a.example/*", "https://a.example/lamps"],
    ["/a*a", "https://a.example/a"],
    ["/prices", "about:blank"],
  ])("%s is not %s", (mask, address) => expect(fits(mask, address)).toBe(false));

  it("costs one walk, however many stars it has", () => {
    const began = performance.now();
    expect(fits(`/${"a*".repeat(100)}b`, `https://a.example/${"a".repeat(2000)}`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(200);
  });
});

describe("invitations", () => {
  it("the first that fits the page is shown in place of the greeting", () => {
    const look = lookAt("https://a.example/prices", { invitations: [invite("/about"), invite("/prices"), invite("*")] });
    expect(look).toMatchObject({ greeting: "To /prices", delay: 20, visit: HOUR, paged: true });
    expect(lookAt("https://a.example/", { invitations: [invite("/about")] }).greeting).toBe("Hello");
  });

  it("nobody who has written before is invited", () => {
    expect(lookAt("https://a.example/", { invitations: [invite("*")] }, { met: true }).visit).toBeUndefined();
  });

  it("a visitor returns when he was away for a while; until then it is one visit", () => {
    const mine = keeper();
    const pages = { invitations: [invite("*", "returning")] };
    const at = (now: number) => lookAt("https://a.example/", pages, { keeper: mine, now }).visit;
    expect(at(HOUR)).toBeUndefined();
    expect(at(HOUR + 60_000)).toBeUndefined();
    expect(at(3 * HOUR)).toBe(3 * HOUR);
    expect(at(3 * HOUR + 60_000)).toBe(3 * HOUR);
  });

  it("on pages of the list there is no button", () => {
    expect(lookAt("https://a.example/basket", { hidden: ["/basket*"] }).button).toBe(false);
    expect(lookAt("https://a.example/", { hidden: ["/basket*"] }).button).toBe(true);
  });
});
