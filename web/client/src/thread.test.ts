import { describe, expect, it } from "vitest";

import { ThreadWindow } from "./thread";
import type { Message } from "./types";

const message = (seq: number, text = `m${seq}`): Message => ({
  id: 100 + seq,
  thread_id: 1,
  conversation_id: 1,
  seq,
  author: "customer",
  kind: "text",
  text,
  at: "2026-11-22T08:00:00.000Z",
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const seqs = (window: ThreadWindow) => window.messages.map((one) => one.seq);

describe("thread window", () => {
  it("grows downwards by events and upwards by pages", () => {
    const window = new ThreadWindow(1);
    window.newest(range(11, 20), true, true);
    expect(window.changed([message(21)])).toBe(true);
    window.older(range(1, 10), false);
    expect(seqs(window)).toEqual(range(1, 21).map((one) => one.seq));
    expect(window.more).toBe(false);
  });

  it("takes the same event twice and an edit in place", () => {
    const window = new ThreadWindow(1);
    window.newest(range(1, 3), false, true);
    window.changed([message(4), message(4)]);
    window.changed([message(2, "edited")]);
    expect(window.messages.map((one) => one.text)).toEqual(["m1", "edited", "m3", "m4"]);
  });

  it("keeps what has come again as it was, so that nothing is drawn twice", () => {
    const window = new ThreadWindow(1);
    window.newest([...range(1, 3), { ...message(4), delivery: { state: "sent" } }], false, true);
    const before = window.messages;
    window.changed(range(2, 3));
    expect(window.messages).toBe(before);
    window.changed([...range(2, 3), { ...message(4), delivery: { state: "read" } }]);
    expect(window.messages.map((one, index) => one === before[index])).toEqual([true, true, true, false]);
    window.newest([...range(2, 3), message(4, "edited")], true, false);
    expect(window.messages.map((one) => before.includes(one))).toEqual([true, true, false]);
  });

  it("notices that something between is missing and waits for the newest page", () => {
    const window = new ThreadWindow(1);
    window.newest(range(1, 3), false, true);
    expect(window.changed([message(6)])).toBe(false);
    expect(seqs(window)).toEqual([1, 2, 3]);
    window.newest(range(2, 6), true, true);
    expect(seqs(window)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(window.more).toBe(false);
  });

  it("lets go of what no longer joins, rather than showing a gap", () => {
    const window = new ThreadWindow(1);
    window.newest(range(1, 3), false, true);
    window.newest(range(50, 60), true, true);
    expect(seqs(window)).toEqual(range(50, 60).map((one) => one.seq));
    expect(window.more).toBe(true);
  });

  it("takes nothing over from another time", () => {
    const window = new ThreadWindow(1);
    window.newest(range(1, 20), false, false);
    expect(seqs(window).length).toBe(20);
    window.newest(range(1, 4), false, false);
    expect(seqs(window)).toEqual([1, 2, 3, 4]);
    window.newest(range(3, 5), true, true);
    expect(seqs(window)).toEqual([1, 2, 3, 4, 5]);
  });

  it("leaves alone what is above the stretch that is here", () => {
    const window = new ThreadWindow(1);
    window.newest(range(10, 12), true, true);
    expect(window.changed([message(3, "edited far above")])).toBe(true);
    expect(seqs(window)).toEqual([10, 11, 12]);
  });

  it("takes the first message of an empty thread", () => {
    const window = new ThreadWindow(1);
    expect(window.changed([message(1)])).toBe(true);
    expect(seqs(window)).toEqual([]);
    window.newest([], false, true);
    window.changed([message(1)]);
    expect(seqs(window)).toEqual([1]);
  });
});
