import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Outgoing } from "./model/types";
import { Problem } from "./net/rest";
import { Outbox } from "./outbox";
import { createKeeper } from "./storage";

let tests = 0;

function setUp(send: (entry: Outgoing) => Promise<void>) {
  const keeper = createKeeper(`${tests}.`);
  const changed = vi.fn();
  const outbox = new Outbox({
    keeper,
    lock: "lock",
    send,
    changed,
    explain: (problem) => (problem as Problem).detail || "refused",
  });
  return { outbox, keeper, changed };
}

describe("the outbox", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
    tests += 1; // The listeners of one test must not hear the next.
  });
  afterEach(() => void vi.useRealTimers());

  it("sends in order, one at a time, and forgets what has arrived", async () => {
    const sent: string[] = [];
    let running = 0;
    const { outbox } = setUp(async ({ text }) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      sent.push(text);
      running -= 1;
    });
    for (const text of ["one", "two", "three"]) {
      outbox.add(text, []);
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toEqual(["one", "two", "three"]);
    expect(outbox.entries()).toEqual([]);
  });

  it("keeps the order of words of one instant, and of words after the clock was set back", async () => {
    const sent: string[] = [];
    let down = true;
    const { outbox } = setUp(({ text }) => {
      if (down) return Promise.reject(new Problem(0));
      sent.push(text);
      return Promise.resolve();
    });
    const said = Array.from({ length: 8 }, (_, index) => `${index}`);
    for (const text of said) {
      outbox.add(text, []);
      if (text === "3") vi.setSystemTime(Date.now() - 3_600_000);
    }
    down = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toEqual(said);
  });

  it("repeats with the same id until the server has it, then goes on", async () => {
    const ids: string[] = [];
    let down = true;
    const { outbox } = setUp(({ client_message_id }) => {
      ids.push(client_message_id);
      return down ? Promise.reject(new Problem(0)) : Promise.resolve();
    });
    outbox.add("one", []);
    await vi.advanceTimersByTimeAsync(5000);
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(1);
    down = false;
    outbox.nudge();
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.entries()).toEqual([]);
  });

  it("waits as long as the server asks", async () => {
    const times: number[] = [];
    const { outbox } = setUp(() => {
      times.push(Date.now());
      return Promise.reject(new Problem(429, "", "", 20_000));
    });
    outbox.add("one", []);
    await vi.advanceTimersByTimeAsync(30_000);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBe(20_000);
  });

  it("keeps what is refused, with the reason, and does not hold up what comes after", async () => {
    const sent: string[] = [];
    const { outbox } = setUp(({ text }) => {
      if (text === "bad") return Promise.reject(new Problem(422, "invalid", "Too long"));
      sent.push(text);
      return Promise.resolve();
    });
    const bad = outbox.add("bad", []);
    await vi.advanceTimersByTimeAsync(1);
    outbox.add("good", []);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual(["good"]);
    expect(outbox.entries()).toMatchObject([{ text: "bad", error: "Too long" }]);
    outbox.retry(bad);
    expect(outbox.entries()[0]?.error).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(outbox.entries()).toMatchObject([{ error: "Too long" }]);
    outbox.remove(bad);
    expect(outbox.entries()).toEqual([]);
  });

  it("is there again after the page was loaded anew, files included", async () => {
    const { outbox } = setUp(() => new Promise(() => undefined));
    outbox.add("one", [{ id: "f1", name: "a", size: 1, type: "text/plain" }]);
    const sent: Outgoing[] = [];
    const next = setUp((entry) => {
      sent.push(entry);
      return Promise.resolve();
    });
    await next.outbox.flush();
    expect(sent).toMatchObject([{ text: "one", files: [{ id: "f1" }] }]);
    expect(localStorage.length).toBe(0);
  });

  it("takes over what another tab left behind", async () => {
    const sent: string[] = [];
    setUp(({ text }) => {
      sent.push(text);
      return Promise.resolve();
    });
    const entry: Outgoing = { client_message_id: "x", text: "left behind", files: [], at: 0 };
    localStorage.setItem(`${tests}.out:x`, JSON.stringify(entry));
    dispatchEvent(new StorageEvent("storage", { key: `${tests}.out:x` }));
    await vi.advanceTimersByTimeAsync(4000);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(sent).toEqual(["left behind"]);
  });

  it("overlooks what somebody else wrote under its names", () => {
    localStorage.setItem(`${tests}.out:x`, "{broken");
    localStorage.setItem(`${tests}.out:y`, '"a text"');
    const { outbox } = setUp(() => Promise.resolve());
    expect(outbox.entries()).toEqual([]);
  });
});
