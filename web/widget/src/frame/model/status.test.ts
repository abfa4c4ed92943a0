import { beforeAll, describe, expect, it } from "vitest";

import type { State } from "../state";
import { learn, speak } from "../words";
import { statusOf } from "./status";
import type { Config } from "./types";

const NOW = new Date(2026, 10, 20, 22, 0).getTime(); // a Friday night
const config: Config = { name: "Support", language: "en", online: true };

function status(change: Partial<State> = {}, language = "en") {
  const state = { speech: speak(language), config, fresh: true, offline: false, trouble: false, gone: false, ...change };
  return statusOf(state as State, NOW);
}

const opening = (day: number) => new Date(2026, 10, day, 9, 0).toISOString();
const closed = (opens_at?: string): Config => ({ ...config, online: false, hours: { shown: true, ...(opens_at && { opens_at }) } });

describe("the status line", () => {
  beforeAll(async () => {
    await learn("en");
    await learn("ru");
  });

  it("says what is wrong before anything else", () => {
    expect(status({ gone: true, offline: true }).text).toBe("The chat is closed now.");
    expect(status({ offline: true, trouble: true }).text).toMatch(/^No connection/);
    expect(status({ trouble: true }).text).toBe("Connecting…");
    expect(status({ config: undefined }).text).toBe("Loading…");
  });

  it("names nobody and no time that is not known", () => {
    expect(status()).toEqual({ text: "We are here", tone: "on" });
    expect(status({ config: closed() })).toEqual({ text: "We are away now and will answer here", tone: "off" });
    expect(status({ fresh: false })).toEqual({ text: "", tone: "off" });
  });

  it("says that the talk is over to who has just seen it end, and the pace to who comes back", () => {
    const over = { conversation: { state: "closed" as const } };
    expect(status({ ...over, ended: true })).toEqual({ text: "The conversation is closed. Write to start another", tone: "off" });
    expect(status(over).text).toBe("We are here");
    expect(status({ ...over, ended: true, config: closed() }).text).toBe("We are away now and will answer here");
  });

  it("says the place in the queue, and the wait where it was measured", () => {
    const waiting = { conversation: { state: "waiting" as const } };
    expect(status({ ...waiting, place: { place: 3 } }).text).toBe("Your place in the queue: 3");
    expect(status({ ...waiting, place: { place: 3, wait: 61 } }).text).toBe("Your place in the queue: 3, about 2 min");
    expect(status({ ...waiting, place: { place: 1, wait: 5 } }, "ru").text).toBe("Ваше место в очереди: 1, около 1 мин");
    expect(status({ conversation: { state: "active", operator: {} }, place: { place: 1 } }).text).toBe("is answering you");
  });

  it.each([
    [30, "Usually answers within a minute"],
    [61, "Usually answers in 2 min"],
    [3600, "Usually answers in 1 h"],
    [3601, "Usually answers in 2 h"],
  ])("tells the usual pace: %s s", (answers_in, text) => {
    expect(status({ config: { ...config, answers_in } }).text).toBe(text);
  });

  it.each([
    [opening(21), "We open tomorrow at 9:00 AM", /^Откроемся завтра в 0?9:00$/],
    [opening(24), "We open on Tuesday at 9:00 AM", /^Откроемся во вторник в 0?9:00$/],
    [opening(30), "We open on November 30", "Откроемся 30 ноября"],
    [new Date(NOW + 3_600_000).toISOString(), "We open at 11:00 PM", "Откроемся в 23:00"],
    [new Date(NOW - 1000).toISOString(), /^We are away/, /^Сейчас никого нет/],
  ])("tells when somebody will be there: %s", (opens_at, english, russian) => {
    expect(status({ config: closed(opens_at) }).text.replace(/\u202f/g, " ")).toEqual(expect.stringMatching(english));
    expect(status({ config: closed(opens_at) }, "ru").text).toEqual(expect.stringMatching(russian));
  });

  it("follows the conversation", () => {
    const operator = { name: "Anna" };
    expect(status({ conversation: { state: "waiting" } }).text).toBe("We have it, an answer is coming");
    expect(status({ conversation: { state: "waiting" }, config: closed(opening(21)) }).text).toMatch(/^We open tomorrow/);
    expect(status({ conversation: { state: "active", operator } }).text).toBe("is answering you");
    expect(status({ conversation: { state: "bot" } }).text).toBe("The assistant answers at once");
    expect(status({ conversation: { state: "closed", operator } }).text).toBe("We are here");
  });
});
