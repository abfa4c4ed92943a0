import { describe, expect, it } from "vitest";

import { Outbox, type Outgoing, type Storage } from "./outbox";
import { ApiError, Unreachable } from "./problem";
import type { Message } from "./types";

class Memory implements Storage {
  readonly map = new Map<string, string>();
  keys = () => [...this.map.keys()];
  get = (key: string) => this.map.get(key) ?? null;
  set = (key: string, value: string) => void this.map.set(key, value);
  remove = (key: string) => void this.map.delete(key);
}

const words = (id: string, thread = 1, at = 0): Omit<Outgoing, "state"> => ({
  client_message_id: id,
  conversation_id: thread,
  thread_id: thread,
  text: id,
  files: [],
  note: false,
  at,
});

function stage(answer: (message: Outgoing, call: number) => Promise<void>, storage = new Memory()) {
  const sent: string[] = [];
  const refused: Outgoing[] = [];
  const timers: (() => void)[] = [];
  let calls = 0;
  const outbox = new Outbox({
    storage,
    owner: 5,
    send: async (message) => {
      await answer(message, calls++);
      return { client_message_id: message.client_message_id } as Message;
    },
    onChange: () => undefined,
    onSent: (_, of) => sent.push(of.client_message_id),
    onRefused: (of) => refused.push(of),
    random: () => 0.5,
    timer: (_, call) => {
      timers.push(call);
      return () => timers.splice(timers.indexOf(call), timers.includes(call) ? 1 : 0);
    },
  });
  return { outbox, sent, refused, timers, storage };
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe("outbox", () => {
  it("sends in order within a thread, and threads beside each other", async () => {
    let release: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (release = resolve));
    const { outbox, sent } = stage((message) => (message.client_message_id === "a" ? first : Promise.resolve()));
    outbox.add(words("a"));
    outbox.add(words("b"));
    outbox.add(words("c", 2));
    await settled();
    expect(sent).toEqual(["c"]);
    release();
    await settled();
    expect(sent).toEqual(["c", "a", "b"]);
    expect(outbox.size).toBe(0);
  });

  it("repeats while there is no answer, and what follows waits behind it", async () => {
    const { outbox, sent, timers } = stage((_, call) =>
      call === 0 ? Promise.reject(new Unreachable()) : Promise.resolve(),
    );
    outbox.add(words("a"));
    outbox.add(words("b"));
    await settled();
    expect(sent).toEqual([]);
    expect(outbox.of(1).map((item) => item.state)).toEqual(["waiting", "waiting"]);
    expect(timers.length).toBe(1);
    outbox.hurry();
    await settled();
    expect(sent).toEqual(["a", "b"]);
    expect(timers.length).toBe(0);
  });

  it("shows what was refused with its reason and goes on with the rest", async () => {
    const { outbox, sent, refused } = stage((_, call) =>
      call === 0 ? Promise.reject(new ApiError({ status: 422, code: "too_long", detail: "Too long" })) : Promise.resolve(),
    );
    outbox.add(words("a"));
    outbox.add(words("b"));
    await settled();
    expect(sent).toEqual(["b"]);
    expect(refused.map((item) => item.error)).toEqual(["Too long"]);
    expect(outbox.of(1).map((item) => [item.client_message_id, item.state])).toEqual([["a", "refused"]]);
    outbox.retry("a");
    await settled();
    expect(sent).toEqual(["b", "a"]);
  });

  it.each([
    ["en", { text: "At most 4096 characters.", reply_to: "There is no such message." }, "At most 4096 characters. There is no such message."],
    ["ru", { text: "Не более 4096 знаков.", files: "Не более 4096 знаков." }, "Не более 4096 знаков."],
  ])("says of a refusal what is wrong with which value, in the words of the server (%s)", async (_, told, shown) => {
    const fields = Object.fromEntries(Object.entries(told).map(([name, message]) => [name, { code: "any", message }]));
    const { outbox, refused } = stage(() => Promise.reject(new ApiError({ status: 422, code: "invalid", detail: "Some values cannot be saved.", fields })));
    outbox.add(words("a"));
    await settled();
    expect(refused.map((item) => item.error)).toEqual([shown]);
  });

  it("survives a reload, in order, and asks again for what was on its way", async () => {
    const storage = new Memory();
    const never = new Promise<void>(() => undefined);
    const before = stage(() => never, storage);
    before.outbox.add(words("late", 1, 2));
    before.outbox.add(words("early", 1, 1));
    await settled();
    storage.set("openlines.outbox.6.other", JSON.stringify(words("other")));
    storage.set("openlines.outbox.5.broken", "{");
    const after = stage(() => Promise.resolve(), storage);
    expect(after.outbox.of(1).map((item) => [item.client_message_id, item.state])).toEqual([
      ["early", "waiting"],
      ["late", "waiting"],
    ]);
    after.outbox.hurry();
    await settled();
    expect(after.sent).toEqual(["early", "late"]);
    expect(storage.keys().filter((key) => key.startsWith("openlines.outbox.5."))).toEqual(["openlines.outbox.5.broken"]);
  });

  it("forgets what an event has shown to have arrived, and does not bring it back when the answer is lost", async () => {
    let fail: (error: Error) => void = () => undefined;
    const { outbox, refused } = stage(() => new Promise((_, reject) => (fail = reject)));
    outbox.add(words("a"));
    outbox.arrived("a");
    expect(outbox.size).toBe(0);
    fail(new Unreachable());
    await settled();
    expect(outbox.size).toBe(0);
    expect(refused).toEqual([]);
  });

  it("keeps what could not be said because nobody was signed in, and says it when its author is back", async () => {
    const storage = new Memory();
    const before = stage(() => Promise.reject(new ApiError({ status: 401 })), storage);
    before.outbox.add(words("a", 1, 1));
    before.outbox.add(words("b", 1, 2));
    await settled();
    before.outbox.hurry();
    await settled();
    expect([before.sent, before.refused, before.timers.length]).toEqual([[], [], 0]);
    const after = stage(() => Promise.resolve(), storage);
    after.outbox.hurry();
    await settled();
    expect(after.sent).toEqual(["a", "b"]);
  });

  it("sends nothing more when it is stopped: whoever is signed in now did not write it", async () => {
    const { outbox, sent, timers } = stage((_, call) => (call === 0 ? Promise.reject(new Unreachable()) : Promise.resolve()));
    outbox.add(words("a"));
    await settled();
    expect(timers.length).toBe(1);
    outbox.stop();
    expect(timers.length).toBe(0);
    outbox.hurry();
    await settled();
    expect(sent).toEqual([]);
  });

  it("tells when nothing of a thread is being sent any more, also when it could not be", async () => {
    let release: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (release = resolve));
    const { outbox } = stage((message) =>
      message.client_message_id === "a" ? first : Promise.reject(new Unreachable()),
    );
    expect(outbox.quiet(1)).toBeUndefined();
    outbox.add(words("a"));
    outbox.add(words("b"));
    let quiet = false;
    void outbox.quiet(1)?.then(() => (quiet = true));
    expect(outbox.quiet(2)).toBeUndefined();
    await settled();
    expect(quiet).toBe(false);
    release();
    await settled();
    // The second one waits for its next try: whoever waits for it all the same would wait for the net.
    expect(quiet).toBe(true);
    expect(outbox.of(1).map((item) => item.client_message_id)).toEqual(["b"]);
  });
});
