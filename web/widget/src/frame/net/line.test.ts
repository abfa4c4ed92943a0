import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Line, type LineState, type Socket } from "./line";

class Cable implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: string[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  ready(): void {
    this.onopen?.();
    this.say({ type: "ready" });
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  cut(code = 1006): void {
    this.onclose?.({ code });
  }
}

function setUp(poll: () => Promise<void> = () => Promise.reject(new Error("down"))) {
  const cables: Cable[] = [];
  const states: LineState[] = [];
  const heard: object[] = [];
  let signedOut = 0;
  let after = 0;
  const line = new Line({
    socket: () => {
      const cable = new Cable();
      cables.push(cable);
      return cable;
    },
    hello: () => ({ type: "hello", token: "t", after }),
    heard: (frame) => heard.push(frame),
    signedOut: () => (signedOut += 1),
    changed: (state) => states.push(state),
    poll,
    period: () => 3000,
    random: () => 1,
  });
  const last = () => cables.at(-1) as Cable;
  return { line, cables, states, heard, last, signedOut: () => signedOut, seen: (seq: number) => (after = seq) };
}

describe("the live line", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("says hello first, and takes up after the last message when it was lost", () => {
    const { line, cables, states, last, seen } = setUp();
    line.want(true);
    expect(line.send({ type: "typing" })).toBe(false);
    last().ready();
    expect(last().sent).toEqual(['{"type":"hello","token":"t","after":0}']);
    expect(line.send({ type: "read", seq: 3 })).toBe(true);
    seen(7);
    last().cut();
    vi.advanceTimersByTime(1000);
    expect(cables).toHaveLength(2);
    last().ready();
    expect(last().sent).toEqual(['{"type":"hello","token":"t","after":7}']);
    expect(states).toEqual(["connecting", "live", "connecting", "live"]);
  });

  it("waits longer each time, up to half a minute", () => {
    const { line, cables, last } = setUp(() => new Promise(() => undefined));
    line.want(true);
    const waits = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
    for (const [index, wait] of waits.entries()) {
      last().cut();
      vi.advanceTimersByTime(wait - 1);
      expect(cables).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(cables).toHaveLength(index + 2);
    }
  });

  it("does not come back at once, again and again, to a server that drops whoever enters", () => {
    const { line, cables, last } = setUp(() => new Promise(() => undefined));
    line.want(true);
    for (let round = 0; round < 5; round++) {
      last().ready();
      last().cut();
      vi.advanceTimersByTime(1000 * 2 ** round);
    }
    expect(cables).toHaveLength(6);
    vi.advanceTimersByTime(0);
    last().ready();
    vi.advanceTimersByTime(11_000);
    last().cut();
    vi.advanceTimersByTime(1000);
    expect(cables).toHaveLength(7);
  });

  it("takes silence for a loss", () => {
    const { line, cables, last } = setUp();
    line.want(true);
    last().ready();
    vi.advanceTimersByTime(50_000);
    last().say({ type: "ping" });
    vi.advanceTimersByTime(50_000);
    expect(cables).toHaveLength(1);
    vi.advanceTimersByTime(11_500);
    expect(cables[0]?.closed).toBe(true);
    expect(cables).toHaveLength(2);
  });

  it("does not sit out the wait when the network comes back", () => {
    const { line, cables, last } = setUp();
    line.want(true);
    last().cut();
    line.nudge();
    expect(cables).toHaveLength(2);
    line.nudge();
    expect(cables).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(cables).toHaveLength(2);
  });

  it("does not trust a line that was silent while the device slept", () => {
    const { line, cables, states, last } = setUp();
    line.want(true);
    last().ready();
    // Timers stood still; the clock did not, and the socket never says that it is dead.
    vi.setSystemTime(Date.now() + 45_000);
    line.nudge();
    expect(cables).toHaveLength(2);
    expect(cables[0]?.closed).toBe(true);
    expect(line.send({ type: "read", seq: 1 })).toBe(false);
    last().ready();
    expect(states).toEqual(["connecting", "live", "connecting", "live"]);
    vi.advanceTimersByTime(20_000);
    last().say({ type: "ping" });
    vi.setSystemTime(Date.now() + 26_000);
    line.nudge();
    expect(cables).toHaveLength(2);
    vi.advanceTimersByTime(10_000);
    expect(cables).toHaveLength(2);
  });

  it("asks over HTTP where a socket never gets through, and goes back to the socket when one does", async () => {
    const poll = vi.fn(() => Promise.resolve());
    const { line, states, cables, last } = setUp(poll);
    line.want(true);
    for (const wait of [1000, 2000, 0]) {
      last().cut();
      await vi.advanceTimersByTimeAsync(wait);
    }
    expect(poll).toHaveBeenCalledTimes(1);
    expect(states).toEqual(["connecting", "polling"]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(poll).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(cables).toHaveLength(4);
    last().cut();
    const before = cables.length;
    await vi.advanceTimersByTimeAsync(89_000);
    expect(cables).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1500);
    expect(cables).toHaveLength(before + 1);
    last().ready();
    expect(line.state).toBe("live");
    const asked = poll.mock.calls.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(poll).toHaveBeenCalledTimes(asked);
  });

  it("asks less often while asking fails as well, and never twice at once", async () => {
    let running = 0;
    let most = 0;
    const poll = vi.fn(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      throw new Error("down");
    });
    const { line, last } = setUp(poll);
    line.want(true);
    for (let round = 0; round < 12; round++) {
      last().cut();
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(most).toBe(1);
    expect(line.state).toBe("connecting");
    expect(poll.mock.calls.length).toBeLessThan(20);
  });

  it("says when the server does not know the visitor, and does not come back by itself", () => {
    for (const code of [4001, 4401]) {
      const { line, cables, last, signedOut } = setUp();
      line.want(true);
      last().cut(code);
      vi.advanceTimersByTime(60_000);
      expect(signedOut()).toBe(1);
      expect(cables).toHaveLength(1);
    }
  });

  it("is silent once nobody wants it, whatever was under way", async () => {
    const poll = vi.fn(() => Promise.resolve());
    const { line, cables, heard, last } = setUp(poll);
    line.want(true);
    const first = last();
    line.want(false);
    expect(first.closed).toBe(true);
    first.say({ type: "messages", items: [] });
    first.cut();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(heard).toEqual([]);
    expect(cables).toHaveLength(1);
    expect(poll).not.toHaveBeenCalled();
  });

  it("overlooks what is not a frame", () => {
    const { line, heard, last } = setUp();
    line.want(true);
    last().ready();
    last().onmessage?.({ data: "{" });
    expect(heard).toEqual([{ type: "ready" }]);
    expect(line.state).toBe("live");
  });
});
