import { type ConversationRow, type Group, World } from "@openlines/client";
import { describe, expect, it } from "vitest";

import { groupedItems, heightOf, plainItems, ROW_HEIGHT, TITLE_HEIGHT } from "./listItems";
import { Offsets, shift } from "./virtual";

describe("offsets", () => {
  const heights = [34, 60, 60, 34, 60];
  const offsets = new Offsets(heights);
  it("knows where a line begins and which line covers a place", () => {
    expect([0, 1, 2, 3, 4, 5].map((index) => offsets.top(index))).toEqual([0, 34, 94, 154, 188, 248]);
    expect(offsets.total).toBe(248);
    expect([0, 33, 34, 93, 94, 187, 188, 247, 10_000].map((place) => offsets.at(place))).toEqual([0, 0, 1, 1, 2, 3, 4, 4, 4]);
  });
  it("draws what is in sight and a bit around it, never more", () => {
    expect(offsets.window(0, 100, 0)).toEqual([0, 3]);
    expect(offsets.window(100, 60, 10)).toEqual([1, 4]);
    expect(offsets.window(100_000, 60, 10)).toEqual([4, 5]);
    expect(new Offsets([]).window(0, 100, 50)).toEqual([0, 0]);
  });
  it("agrees with a plain search for any heights", () => {
    const many = Array.from({ length: 500 }, (_, index) => 20 + ((index * 7_919) % 60));
    const measured = new Offsets(many);
    let sum = 0;
    for (const [index, height] of many.entries()) {
      expect(measured.at(sum)).toBe(index);
      expect(measured.at(sum + height - 1)).toBe(index);
      sum += height;
    }
  });
});

describe("shift", () => {
  const places = (keys: string[]) => (key: string) => (keys.includes(key) ? keys.indexOf(key) * 60 : undefined);
  it("is how far the anchored line has moved", () => {
    expect(shift("b", places(["a", "b"]), places(["n", "a", "b"]))).toBe(60);
    expect(shift("b", places(["a", "b"]), places(["b"]))).toBe(-60);
  });
  it("is nothing without an anchor, or when it has gone", () => {
    expect(shift(undefined, places(["a"]), places(["n", "a"]))).toBe(0);
    expect(shift("a", places(["a"]), places(["n"]))).toBe(0);
  });
});

describe("items of a list", () => {
  const row = (id: number, more: Partial<ConversationRow> = {}): ConversationRow => ({ id, version: 1, thread_id: id, line_id: 1, channel_id: 1, state: "active", awaiting: "operator", operator_id: 1, opened_at: "2026-11-22T08:00:00.000Z", ...more });
  function world(rows: ConversationRow[]): World {
    const made = new World();
    made.load({ cursor: 1, epoch: "e", now: "2026-11-22T08:00:00.000Z", me: { id: 1, name: "", role: "operator", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" }, conversations: rows });
    return made;
  }
  const look = { lineId: null, folded: new Set<Group>() };

  it("has a title with the exact count before every group that is not empty", () => {
    const items = groupedItems(world([row(1), row(2), row(3, { state: "closing" })]), "mine", look);
    expect(items.map((item) => (item.type === "title" ? `${item.group} ${item.count}` : item.row.id))).toEqual(["work 2", 1, 2, "closing 1", 3]);
    expect(items.map(heightOf)).toEqual([TITLE_HEIGHT, ROW_HEIGHT, ROW_HEIGHT, TITLE_HEIGHT, ROW_HEIGHT]);
  });
  it("shows a folded group by its title, and one line only when asked", () => {
    const rows = [row(1), row(2, { line_id: 2 })];
    expect(groupedItems(world(rows), "mine", { lineId: null, folded: new Set<Group>(["work"]) }).length).toBe(1);
    const only = groupedItems(world(rows), "mine", { ...look, lineId: 2 });
    expect(only.map((item) => (item.type === "title" ? item.count : item.row.id))).toEqual([1, 2]);
  });
  it("gives the same item for the same row, so that nothing is drawn twice", () => {
    const rows = [row(1)];
    expect(plainItems(rows)[0]).toBe(plainItems(rows)[0]);
    expect(plainItems([row(1)])[0]).not.toBe(plainItems(rows)[0]);
  });
});
