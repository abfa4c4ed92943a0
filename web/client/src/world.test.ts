import { describe, expect, it } from "vitest";

import type { Group, Tab } from "./lists";
import type { ConversationRow, Snapshot } from "./types";
import { type Happening, type Slice, World } from "./world";

const T = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, second)).toISOString();

function row(id: number, more: Partial<ConversationRow> = {}): ConversationRow {
  return { id, version: 1, thread_id: id, line_id: 1, channel_id: 1, state: "active", awaiting: "operator", operator_id: 1, opened_at: T(0), ...more };
}

function world(conversations: ConversationRow[], more: Partial<Snapshot> = {}) {
  const slices: Slice[][] = [];
  const happenings: Happening[] = [];
  const made = new World({
    changed: (changed) => slices.push([...changed]),
    happened: (happening) => happenings.push(happening),
  });
  made.load({
    cursor: 1,
    epoch: "e",
    now: T(0),
    me: { id: 1, name: "Me", role: "operator", email: "", language: "en", time_zone: "UTC" },
    portal: { name: "P", language: "en" },
    lines: [
      { id: 1, name: "One", member: true },
      { id: 2, name: "Two" },
    ],
    conversations,
    ...more,
  });
  slices.length = 0;
  return { world: made, slices, happenings };
}

const ids = (made: World, tab: Tab, group: Group) => made.lists.rows(tab, group).map((one) => one.id);

describe("world", () => {
  it("puts conversations into their groups", () => {
    const { world: made } = world([
      row(1, { state: "offered", offered_to: 1, offer: "queue" }),
      row(2, { state: "offered", offer: "everyone" }),
      row(3, { state: "offered", offer: "everyone", declined: true }),
      row(4, { state: "offered", offer: "everyone", line_id: 2 }),
      row(5),
      row(6, { awaiting: "customer" }),
      row(7, { state: "closing" }),
      row(8, { awaiting: "customer", snoozed_until: T(50) }),
      row(9, { operator_id: 2, listening: true }),
      row(10, { operator_id: 2 }),
      row(11, { state: "waiting" }),
      row(12, { state: "closed" }),
    ]);
    expect(ids(made, "mine", "new")).toEqual([1, 2]);
    expect(ids(made, "mine", "work")).toEqual([5]);
    expect(ids(made, "mine", "answered")).toEqual([6]);
    expect(ids(made, "mine", "closing")).toEqual([7]);
    expect(ids(made, "mine", "snoozed")).toEqual([8]);
    expect(ids(made, "mine", "listening")).toEqual([9]);
    expect(ids(made, "queue", "waiting")).toEqual([11]);
    expect(ids(made, "queue", "offered")).toEqual([3, 4]);
  });

  it("replaces a row by a newer version only", () => {
    const { world: made, slices } = world([row(1, { version: 5 })]);
    made.apply({ type: "changes", cursor: 2, conversations: [row(1, { version: 4, awaiting: "customer" })] });
    expect(ids(made, "mine", "work")).toEqual([1]);
    expect(slices).toEqual([]);
    made.apply({ type: "changes", cursor: 3, conversations: [row(1, { version: 6, awaiting: "customer" })] });
    expect(ids(made, "mine", "work")).toEqual([]);
    expect(ids(made, "mine", "answered")).toEqual([1]);
    expect(slices).toEqual([["rows"]]);
  });

  it("takes the same version from what was read after the last word about it, not from an older read", () => {
    const { world: made, slices } = world([row(1, { version: 5, unread: 2 })]);
    const early = made.moment;
    made.apply({ type: "changes", cursor: 2, conversations: [row(1, { version: 5, listening: true })] });
    expect(made.row(1)).toMatchObject({ listening: true });
    expect(made.row(1)?.unread).toBeUndefined();
    expect(made.meet(row(1, { version: 5, unread: 9 }), early)).toMatchObject({ listening: true });
    // Words that were changed or taken back leave the version as it is.
    slices.length = 0;
    made.meet(row(1, { version: 5, last: { at: T(1), text: "edited" } }), made.moment);
    expect(made.row(1)?.last?.text).toBe("edited");
    made.meet(row(1, { version: 5, last: { at: T(1), text: "edited" } }), made.moment);
    expect(slices).toEqual([["rows"]]);
    made.learn(row(1, { version: 5, pinned: true }));
    expect(made.row(1)?.pinned).toBe(true);
    made.meet(row(1, { version: 6, unread: 1 }), early);
    expect(made.row(1)?.unread).toBe(1);
    made.meet(row(1, { version: 4 }), made.moment);
    expect(made.row(1)?.version).toBe(6);
  });

  it("takes nothing that was asked for before everything was read anew for the newer of two of one version", () => {
    const { world: made } = world([]);
    const early = made.moment;
    made.load({ cursor: 2, epoch: "e", now: T(9), me: { id: 1, name: "Me", role: "operator", email: "", language: "en", time_zone: "UTC" }, portal: { name: "P", language: "en" }, conversations: [row(1, { unread: 3 })] });
    made.meet(row(1, { unread: 1 }), early);
    expect(made.row(1)?.unread).toBe(3);
    made.meet(row(1, { unread: 4 }), made.moment);
    expect(made.row(1)?.unread).toBe(4);
  });

  it("forgets what went out of sight", () => {
    const { world: made } = world([row(1)]);
    made.apply({ type: "changes", cursor: 2, gone: [1, 77] });
    expect(made.row(1)).toBeUndefined();
    expect(ids(made, "mine", "work")).toEqual([]);
  });

  it("shows what was done here at once, through newer versions, until it is answered", () => {
    const { world: made } = world([row(1, { state: "offered", offered_to: 1, offer: "queue", operator_id: 2 })]);
    const remove = made.overlay(1, { state: "active", awaiting: "operator", operator_id: 1 });
    expect(ids(made, "mine", "work")).toEqual([1]);
    made.apply({
      type: "changes",
      cursor: 2,
      conversations: [row(1, { version: 2, state: "offered", offered_to: 1, offer: "queue", operator_id: 2, unread: 3 })],
    });
    expect(ids(made, "mine", "work")).toEqual([1]);
    expect(made.row(1)?.unread).toBe(3);
    remove();
    remove();
    expect(ids(made, "mine", "new")).toEqual([1]);
  });

  it("tells what a person should hear about, once", () => {
    const { world: made, happenings } = world([row(1, { unread: 1 })]);
    made.apply({ type: "changes", cursor: 2, conversations: [row(1, { version: 2, unread: 2 })] });
    made.apply({ type: "changes", cursor: 2, conversations: [row(1, { version: 2, unread: 2 })] });
    made.apply({ type: "changes", cursor: 2, conversations: [row(1, { version: 2, unread: 0 })] });
    const offered = row(2, { state: "offered", offered_to: 1, offer: "queue", unread: 1 });
    made.apply({ type: "changes", cursor: 3, conversations: [offered] });
    made.apply({ type: "changes", cursor: 4, conversations: [{ ...offered, version: 2, unread: 2 }] });
    made.apply({ type: "changes", cursor: 5, conversations: [row(3, { operator_id: 2, unread: 4 })] });
    expect(happenings.map((one) => [one.kind, one.row.id])).toEqual([
      ["spoke", 1],
      ["offered", 2],
    ]);
  });

  it("looks again when the lines change", () => {
    const { world: made } = world([row(1, { state: "offered", offer: "everyone", line_id: 2 })]);
    expect(ids(made, "mine", "new")).toEqual([]);
    made.apply({ type: "changes", cursor: 2, lines: [{ id: 2, name: "Two", member: true }] });
    expect(ids(made, "mine", "new")).toEqual([1]);
  });

  it("keeps the same order as sorting everything, whatever changes in whatever order", () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const any = (id: number, version: number): ConversationRow =>
      row(id, {
        version,
        state: (["waiting", "offered", "active", "active", "closing", "closed"] as const)[random(6)] ?? "active",
        awaiting: random(2) ? "operator" : "customer",
        operator_id: random(3) ? 1 : 2,
        ...(random(2) ? { waiting_since: T(random(50)) } : {}),
        ...(random(4) ? {} : { pinned: true }),
        ...(random(5) ? {} : { snoozed_until: T(random(50)) }),
        last: { at: T(random(50)) },
        priority: random(3),
      });
    const { world: made } = world(Array.from({ length: 200 }, (_, id) => any(id + 1, 1)));
    for (let version = 2; version < 2_000; version += 1) {
      made.apply({ type: "changes", cursor: version, conversations: [any(1 + random(220), version)] });
    }
    const fresh = world([...made.rows()]).world;
    for (const group of ["new", "work", "answered", "closing", "snoozed"] as const)
      expect(ids(made, "mine", group)).toEqual(ids(fresh, "mine", group));
    expect(ids(made, "queue", "waiting")).toEqual(ids(fresh, "queue", "waiting"));
    expect(ids(made, "queue", "waiting").length).toBeGreaterThan(5);
  });
});
