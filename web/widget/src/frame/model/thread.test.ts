import { describe, expect, it } from "vitest";

import { lastOperator, merge, rows, stillOut } from "./thread";
import type { Message, Outgoing } from "./types";

const at = (minute: number, day = 1) => new Date(2026, 10, day, 10, minute).toISOString();
const message = (id: number, change: Partial<Message> = {}): Message => ({
  id, seq: id, author: "operator", text: `m${id}`, at: at(id), ...change,
});
const entry = (id: string): Outgoing => ({ client_message_id: id, text: id, files: [], at: Date.parse(at(30)) });

describe("the thread", () => {
  it("takes the later version of a message, and keeps the order of the server", () => {
    const known = merge([], [message(3), message(1)]);
    const merged = merge(known, [message(2), message(3, { text: "edited" }), message(1)]);
    expect(merged.map(({ id, text }) => [id, text])).toEqual([[1, "m1"], [2, "m2"], [3, "edited"]]);
  });

  it("shows a message on its way once, also when it has arrived before its answer", () => {
    const arrived = [message(1, { author: "customer", client_message_id: "a" })];
    expect(stillOut([entry("a"), entry("b")], arrived).map((one) => one.client_message_id)).toEqual(["b"]);
    const keys = rows(arrived, [entry("a"), entry("b")]).map((row) => row.key);
    expect(keys.slice(1)).toEqual(["a", "b"]);
  });

  it("keeps the place of a message when it arrives", () => {
    const before = rows([message(1)], [entry("a")]).at(-1);
    const after = rows([message(1), message(2, { author: "customer", client_message_id: "a" })], []).at(-1);
    expect(after?.key).toBe(before?.key);
  });

  it("puts days between, and runs of one author together", () => {
    const list = rows(
      [
        message(1),
        message(2),
        message(3, { author: "customer" }),
        message(4, { author: "customer", at: at(20) }),
        message(5, { author: "customer", at: at(21, 2) }),
      ],
      [],
    );
    expect(list.map((row) => (row.kind === "day" ? "day" : `${row.message.id}${row.first ? "f" : ""}${row.last ? "l" : ""}`))).toEqual(
      ["day", "1f", "2l", "3fl", "4fl", "day", "5fl"],
    );
  });

  it("remembers who answered last", () => {
    expect(lastOperator([message(1, { name: "Anna" }), message(2, { name: "Oleg", photo: "p" }), message(3)])).toEqual({
      name: "Oleg",
      photo: "p",
    });
    expect(lastOperator([])).toBeUndefined();
  });
});
