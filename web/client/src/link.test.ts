import { describe, expect, it } from "vitest";

import type { Connection } from "./connection";
import { Link, type LinkSettings, type Socket } from "./link";
import type { ClientFrame, ServerFrame, Snapshot } from "./types";

const SNAPSHOT: Snapshot = {
  cursor: 7,
  epoch: "e",
  now: "2026-11-22T08:00:00.000Z",
  me: { id: 1, name: "A", role: "operator", email: "a@b.c", language: "en", time_zone: "UTC" },
  portal: { name: "P", language: "en" },
};

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: ClientFrame[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }
  close(): void {
    this.closed = true;
  }
  hear(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function stage(overrides: Partial<LinkSettings> = {}) {
  const sockets: FakeSocket[] = [];
  const states: Connection[] = [];
  const frames: ServerFrame[] = [];
  const timers: { at: number; call: () => void }[] = [];
  const clock = { now: 0 };
  const link = new Link({
    connect: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    snapshot: () => Promise.resolve(SNAPSHOT),
    onSnapshot: () => undefined,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    onSignedOut: () => undefined,
    now: () => clock.now,
    random: () => 0.5,
    timer: (milliseconds, call) => {
      const timer = { at: clock.now + milliseconds, call };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    ...overrides,
  });
  const pass = (milliseconds: number) => {
    clock.now += milliseconds;
    for (const timer of timers.filter((one) => one.at <= clock.now)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.call();
    }
  };
  const socket = () => sockets.at(-1) as FakeSocket;
  return { link, sockets, states, frames, pass, socket };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};
const ready = { type: "ready", cursor: 7, epoch: "e", now: SNAPSHOT.now } as const;

async function live(overrides: Partial<LinkSettings> = {}) {
  const on = stage(overrides);
  on.link.start();
  await settled();
  on.socket().onopen?.();
  on.socket().hear(ready);
  return on;
}

describe("link", () => {
  it("subscribes with the snapshot's cursor, and again when it follows something else", async () => {
    const { link, socket } = await live();
    link.follow([3], ["all"]);
    link.follow([3], ["all"]);
    expect(socket().sent).toEqual([
      { type: "subscribe", cursor: 7, epoch: "e", threads: [], lists: [] },
      { type: "subscribe", cursor: 7, epoch: "e", threads: [3], lists: ["all"] },
    ]);
  });

  it("resumes after what it has shown", async () => {
    const { socket, sockets, pass, frames } = await live();
    socket().hear({ type: "changes", cursor: 9, gone: [4] });
    socket().onclose?.({ code: 1006 });
    pass(20_000);
    expect(sockets.length).toBe(2);
    socket().onopen?.();
    expect(socket().sent[0]).toMatchObject({ type: "subscribe", cursor: 9, epoch: "e" });
    expect(frames.map((frame) => frame.type)).toEqual(["ready", "changes"]);
  });

  it("notices a line that only seems alive", async () => {
    const { socket, sockets, pass } = await live();
    const first = socket();
    pass(50_000);
    first.hear({ type: "ping" });
    pass(50_000);
    expect(first.closed).toBe(false);
    pass(11_000);
    expect(first.closed).toBe(true);
    pass(20_000);
    expect(sockets.length).toBe(2);
  });

  it("hears nothing more from a socket that it has given up", async () => {
    const { link, socket, frames, pass, sockets } = await live();
    const old = socket();
    pass(40_000);
    link.hurry();
    expect(sockets.length).toBe(2);
    old.hear({ type: "changes", cursor: 99 });
    old.onclose?.({ code: 1006 });
    expect(frames.length).toBe(1);
  });

  it("repeats a snapshot that failed and stops when signed out", async () => {
    let calls = 0;
    const { link, pass, states } = stage({
      snapshot: () => (calls++ ? Promise.resolve(SNAPSHOT) : Promise.reject(new Error("no network"))),
    });
    link.start();
    await settled();
    expect(states.at(-1)?.phase).toBe("waiting");
    pass(500);
    await settled();
    expect(states.at(-1)?.phase).toBe("connecting");
    link.stop();
    expect(states.at(-1)?.phase).toBe("stopped");
  });

  it("keeps nothing that is worth nothing later", async () => {
    const { link, socket } = await live();
    const first = socket();
    link.tell({ type: "typing", thread_id: 1 });
    first.onclose?.({ code: 1006 });
    link.tell({ type: "typing", thread_id: 1 });
    expect(first.sent.filter((frame) => frame.type === "typing").length).toBe(1);
  });
});
