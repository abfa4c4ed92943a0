import type { Message, Outgoing } from "@openlines/client";
import { describe, expect, it } from "vitest";

import { type Bubble, keepSame, layOut, markOf, type ThreadItem } from "./threadItems";

const START = Date.UTC(2026, 10, 22, 8);
function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: 100 + seq,
    thread_id: 1,
    conversation_id: 1,
    seq,
    author: "customer",
    kind: "text",
    text: `m${seq}`,
    at: new Date(START + seq * 1_000).toISOString(),
    ...more,
  };
}
const day = (instant: string) => instant.slice(0, 10);
const lay = (messages: Message[], outgoing: Outgoing[] = [], unreadAfter = 0) => layOut({ messages, outgoing, unreadAfter, day });
const bubbles = (items: ThreadItem[]) => items.filter((item): item is ThreadItem & { type: "bubble" } => item.type === "bubble");
const outgoing = (id: string, more: Partial<Outgoing> = {}): Outgoing => ({
  client_message_id: id,
  conversation_id: 1,
  thread_id: 1,
  text: id,
  files: [],
  note: false,
  at: START + 60_000,
  state: "sending",
  ...more,
});

describe("layout of a thread", () => {
  it("begins every day with its title", () => {
    const items = lay([message(1), message(2, { at: "2026-11-23T09:00:00.000Z" })]);
    expect(items.map((item) => item.type)).toEqual(["day", "bubble", "day", "bubble"]);
  });

  it("joins what one person says in a row, and nobody else's", () => {
    const operator = { author: "operator", author_id: 2 } as const;
    const items = bubbles(
      lay([message(1), message(2), message(3, operator), message(4, { ...operator, author_id: 3 }), message(400, { ...operator, author_id: 3 })]),
    );
    expect(items.map((one) => [one.first, one.last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  it("breaks a run at a fact and between a reply and a note", () => {
    const mine = { author: "operator", author_id: 2 } as const;
    const items = lay([message(1, mine), message(2, { author: "system", kind: "fact", fact: { code: "pinned" } }), message(3, mine), message(4, { ...mine, kind: "note" })]);
    expect(items.map((item) => item.type)).toEqual(["day", "bubble", "fact", "bubble", "bubble"]);
    expect(bubbles(items).every((one) => one.first && one.last)).toBe(true);
  });

  it("gathers an album in one bubble", () => {
    const items = bubbles(lay([message(1, { album: "a" }), message(2, { album: "a" }), message(3, { album: "b" })]));
    expect(items.map((one) => one.album.length)).toEqual([1, 0]);
  });

  it("draws the line above the first words that were not seen", () => {
    const items = lay([message(1), message(2, { author: "operator" }), message(3), message(4)], [], 2);
    expect(items.map((item) => item.type)).toEqual(["day", "bubble", "bubble", "unread", "bubble", "bubble"]);
  });

  it("puts what is on its way at the end, and does not show it twice when it has arrived", () => {
    const arrived = message(2, { author: "operator", author_id: 1, client_message_id: "x" });
    const before = bubbles(lay([message(1)], [outgoing("x"), outgoing("y")]));
    const after = bubbles(lay([message(1), arrived], [outgoing("x"), outgoing("y")]));
    expect(before.map((one) => one.key)).toEqual(["m101", "x", "y"]);
    expect(after.map((one) => one.key)).toEqual(["m101", "x", "y"]);
  });
});

describe("items kept the same", () => {
  it("are those whose message, album and place in a run have not changed", () => {
    const messages = [message(1), message(2, { album: "a" }), message(3, { album: "a" }), message(4, { author: "system", kind: "fact" })];
    const before = lay(messages);
    const changed = [...messages.slice(0, 2), message(3, { album: "a", text: "edited" }), ...messages.slice(3), message(5)];
    const after = keepSame(before, lay(changed));
    expect(after.map((item, index) => item === before[index])).toEqual([true, true, false, true, false]);
    expect(keepSame(before, lay(messages))).toEqual(before);
  });
});

describe("mark of a message", () => {
  const bubble = (more: Partial<Message>): Bubble => ({ key: "k", message: message(5, { author: "operator", ...more }), album: [], side: "out", first: true, last: true });
  it("is the delivery's, or how far the customer's device has come", () => {
    expect(markOf(bubble({ delivery: { state: "failed" } }), {})).toBe("failed");
    expect(markOf(bubble({ delivery: { state: "sent" } }), {})).toBe("sent");
    expect(markOf(bubble({}), { delivered_seq: 5 })).toBe("delivered");
    expect(markOf(bubble({}), { delivered_seq: 9, read_seq: 5 })).toBe("read");
    expect(markOf(bubble({}), { delivered_seq: 4, read_seq: 4 })).toBe("sent");
  });
  it("is nothing for the customer's words, notes and facts", () => {
    expect(markOf(bubble({ author: "customer" }), { read_seq: 9 })).toBeNull();
    expect(markOf(bubble({ kind: "note" }), { read_seq: 9 })).toBeNull();
  });
  it("is loud when it was refused", () => {
    const out = { key: "x", outgoing: outgoing("x", { state: "refused" }), album: [], side: "out", first: true, last: true } as const;
    expect(markOf({ ...out, album: [] }, {})).toBe("refused");
  });
});
