import { beforeAll, describe, expect, it } from "vitest";

import { en } from "./en";
import { count, fill, learn, speak } from "./index";
import { ru } from "./ru";

const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the words", () => {
  beforeAll(async () => {
    await learn("en");
    await learn("ru-RU");
  });

  it("are the same in both languages, with the same holes", () => {
    expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(ru[key].trim(), key).not.toBe("");
      expect(holes(ru[key]), key).toEqual(holes(en[key]));
    }
  });

  it("come in the nearest language, else in English", () => {
    expect(speak("ru").words.send).toBe("Отправить");
    expect(speak("RU_ru").language).toBe("ru");
    for (const other of ["de", "", "constructor", "__proto__"]) expect(speak(other).words.send).toBe("Send");
  });

  it("are the owner's where he has any", () => {
    const texts = { welcome: "Ask!", send: "  ", toString: "x", nonsense: "y", close: 5 as unknown as string };
    const { words } = speak("en", texts);
    expect([words.welcome, words.send, words.close]).toEqual(["Ask!", "Send", "Close"]);
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    expect(speak("en", { constructor: "x" } as unknown as Record<string, string>).words.send).toBe("Send");
  });

  it("agree with their number", () => {
    const forms = [1, 2, 5, 11, 21, 22, 111].map((n) => count(speak("ru"), "new_below", n));
    expect(forms).toEqual([
      "1 новое сообщение", "2 новых сообщения", "5 новых сообщений", "11 новых сообщений",
      "21 новое сообщение", "22 новых сообщения", "111 новых сообщений",
    ]);
    expect(count(speak("en"), "stars", 1)).toBe("1 star of 5");
  });

  it("keep a hole that nothing fills", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });
});

describe("every word", () => {
  it("is said somewhere: an owner who puts another in its place must see it", () => {
    const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../words/*", "!../**/*.test.*"], {
      query: "?raw",
      import: "default",
      eager: true,
    });
    const all = Object.values(sources).join("\n");
    expect(all.length).toBeGreaterThan(50_000);
    const said = (name: string) => new RegExp(`\\b${name.replace(/_(one|few|many)$/, "")}\\b`).test(all);
    expect(Object.keys(en).filter((name) => !said(name))).toEqual([]);
  });
});
