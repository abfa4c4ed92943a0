import { type Message, type MessagePage, type Snapshot, STOPPED, Unreachable } from "@openlines/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

import { useApi } from "@/app/api";
import { connection, useLive } from "@/app/live";

import { failureOf, followThreads, loadNewest, loadOlder, windowOf } from "./threads";

afterEach(() => void vi.restoreAllMocks());

describe("a thread that could not be fetched", () => {
  it("is fetched when the connection is back, if it is still looked at", async () => {
    let broken = true;
    const asked = vi.spyOn(useApi().api, "messages").mockImplementation(() => (broken ? Promise.reject(new Unreachable()) : Promise.resolve({ items: [] })));
    followThreads([1, 2]);
    await Promise.all([loadNewest(1), loadNewest(2)]);
    expect([failureOf(1), failureOf(2)].every((one) => one instanceof Unreachable)).toBe(true);
    followThreads([1]);
    broken = false;
    connection.value = { ...STOPPED, phase: "live" };
    await nextTick();
    await vi.waitFor(() => expect(windowOf(1).loaded).toBe(true));
    expect(asked.mock.calls.map(([id]) => id)).toEqual([1, 2, 1]);
    expect(failureOf(1)).toBeNull();
  });
});

/** A server with threads of messages, whose answers come when they are let go. */
class Server {
  readonly asked: number[] = [];
  private readonly texts = new Map<number, string>();
  private held: (() => void)[] | null = null;

  constructor(public length: number) {
    vi.spyOn(useApi().api, "messages").mockImplementation((thread, window) => this.page(thread, window));
  }

  edit(seq: number, text: string): void {
    this.texts.set(seq, text);
  }

  hold(): void {
    this.held = [];
  }

  release(): void {
    const held = this.held ?? [];
    this.held = null;
    // The last question is answered first.
    for (const go of held.reverse()) go();
  }

  private async page(thread: number, { before, limit = 50 }: { before?: number; limit?: number }): Promise<MessagePage> {
    this.asked.push(thread);
    const end = before ?? this.length + 1;
    const first = Math.max(1, end - limit);
    const items = Array.from({ length: end - first }, (_, index) => this.message(thread, first + index));
    if (this.held) await new Promise<void>((resolve) => this.held?.push(resolve));
    return { items, more: first > 1 };
  }

  private message(thread: number, seq: number): Message {
    return { id: thread * 1_000 + seq, thread_id: thread, conversation_id: thread, seq, author: "customer", kind: "text", text: this.texts.get(seq) ?? `words ${seq}`, at: "2026-11-22T08:00:00.000Z" };
  }
}

const shown = (thread: number, seq: number) => windowOf(thread).messages.find((one) => one.seq === seq)?.text;

describe("a thread that is opened again", () => {
  it("shows nothing as it was when nobody told of its edits, however far up it was read", async () => {
    const server = new Server(60);
    followThreads([11]);
    await loadNewest(11);
    await loadOlder(11);
    expect(windowOf(11).messages.length).toBe(60);
    followThreads([12]);
    server.edit(5, "far above");
    server.edit(55, "at the end");
    followThreads([11]);
    await loadNewest(11);
    expect([shown(11, 5), shown(11, 55)]).toEqual([undefined, "at the end"]);
    await loadOlder(11);
    expect(shown(11, 5)).toBe("far above");
  });

  it("is fetched once more when it was being fetched before anybody was to be told of it", async () => {
    const server = new Server(10);
    followThreads([]);
    server.hold();
    const hovered = loadNewest(13);
    server.edit(7, "meanwhile");
    followThreads([13]);
    const opened = loadNewest(13);
    server.release();
    await Promise.all([hovered, opened]);
    expect(server.asked).toEqual([13, 13]);
    expect(shown(13, 7)).toBe("meanwhile");
    await loadNewest(13);
    expect(server.asked.length).toBe(2);
  });

  it("takes no older page that joins only what it showed before", async () => {
    const server = new Server(200);
    followThreads([14]);
    await loadNewest(14);
    server.hold();
    const older = loadOlder(14);
    followThreads([]);
    server.length = 290;
    followThreads([14]);
    const anew = loadNewest(14);
    server.release();
    await anew;
    expect(await older).toBe(false);
    expect([windowOf(14).first, windowOf(14).messages.length]).toEqual([241, 50]);
    expect(await loadOlder(14)).toBe(true);
    expect([windowOf(14).first, windowOf(14).messages.length]).toEqual([191, 100]);
  });
});

describe("a thread that is open while everything is read anew", () => {
  it("is fetched after the snapshot, even when it was being fetched before", async () => {
    class Silent {
      send(): void {}
      close(): void {}
    }
    vi.stubGlobal("WebSocket", Silent);
    const snapshot: Snapshot = { cursor: 1, epoch: "e", now: "2026-11-22T08:00:00.000Z", me: { id: 1, name: "", role: "operator", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" } };
    vi.spyOn(useApi().api, "snapshot").mockResolvedValue(snapshot);
    const server = new Server(10);
    followThreads([15]);
    server.hold();
    const open = loadNewest(15);
    server.edit(7, "meanwhile");
    useLive().start();
    await vi.waitFor(() => expect(useLive().started.value).toBe(true));
    server.release();
    await open;
    await vi.waitFor(() => expect(shown(15, 7)).toBe("meanwhile"));
    useLive().stop();
  });
});
