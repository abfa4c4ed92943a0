import type { ConversationRow } from "@openlines/client";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { useApi } from "@/app/api";
import { world } from "@/app/live";

import { LongList } from "./longList";

const row = (id: number, version = 1, state: ConversationRow["state"] = "active"): ConversationRow => ({
  id,
  version,
  thread_id: id,
  line_id: 1,
  channel_id: 1,
  state,
  opened_at: "2026-11-22T08:00:00.000Z",
});
const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(from + index));
const ids = (list: LongList) => list.rows.value.map((one) => one.id);

/** Answers of the server that come when they are let go. */
function stage() {
  const asked: { cursor: string | undefined; answer: (items: ConversationRow[], next: string | null) => void }[] = [];
  vi.spyOn(useApi().api, "conversations").mockImplementation(
    (filter) =>
      new Promise((resolve) => {
        asked.push({ cursor: filter.cursor, answer: (items, next) => resolve({ items, next }) });
      }),
  );
  return asked;
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** The answers to a list that is asked for, and to its second page. */
async function twoPages(list: LongList, asked: ReturnType<typeof stage>): Promise<void> {
  asked[0]?.answer(rows(1, 100), "100");
  await settled();
  void list.more();
  asked[1]?.answer(rows(101, 100), "200");
  await settled();
}

describe("a list that comes page by page", () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 1, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" } });
  });

  it("goes on paging when its beginning was fetched anew while a page was on its way", async () => {
    const asked = stage();
    const list = new LongList("all");
    void list.refresh();
    await twoPages(list, asked);
    expect(ids(list).length).toBe(200);

    void list.more();
    void list.refresh();
    asked[3]?.answer(rows(1, 100), "100");
    await settled();
    asked[2]?.answer(rows(201, 100), "300");
    await settled();
    void list.more();
    expect(asked[4]?.cursor).toBe("200");
    asked[4]?.answer(rows(201, 5), null);
    await settled();
    expect(ids(list)).toEqual(rows(1, 205).map((one) => one.id));
    expect(list.done.value).toBe(true);
  });

  it("asks for one page at a time", async () => {
    const asked = stage();
    const list = new LongList("all");
    void list.refresh();
    asked[0]?.answer(rows(1, 100), "100");
    await settled();
    void list.more();
    void list.more();
    expect(asked.length).toBe(2);
  });

  it("does not show a row as it was when an event was faster than the page", async () => {
    const asked = stage();
    const list = new LongList("all");
    void list.refresh();
    world.apply({ type: "changes", cursor: 2, conversations: [row(1, 3), row(2, 3, "closed")] });
    asked[0]?.answer([row(1, 2), row(2, 2), row(3, 1)], null);
    await settled();
    expect(list.rows.value.map((one) => [one.id, one.version])).toEqual([[1, 3], [3, 1]]);
  });

  it("is fetched anew, all of it, when it is shown again: nobody told what happened to it meanwhile", async () => {
    const asked = stage();
    const list = new LongList("all");
    list.by({});
    await twoPages(list, asked);
    list.by({});
    expect(ids(list).length).toBe(200);
    await vi.waitFor(() => expect(asked.length).toBe(3), 3_000);
    asked[2]?.answer(rows(2, 100), "100");
    await settled();
    expect(ids(list)).toEqual(rows(2, 100).map((one) => one.id));
    void list.more();
    expect(asked[3]?.cursor).toBe("100");
  });

  it("shows last words as they were read, whatever is known of the same version from before", async () => {
    const said = (id: number, text: string) => ({ ...row(id, 3), last: { at: "", text } });
    world.apply({ type: "changes", cursor: 2, conversations: [said(1, "wrong"), said(2, "wrong")] });
    const asked = stage();
    const list = new LongList("all");
    void list.refresh();
    world.apply({ type: "changes", cursor: 3, conversations: [said(2, "right")] });
    asked[0]?.answer([said(1, "right"), said(2, "wrong")], null);
    await settled();
    world.apply({ type: "changes", cursor: 4, conversations: [row(3, 1)] });
    list.learn((id) => world.row(id));
    expect(list.rows.value.map((one) => one.last?.text)).toEqual(["right", "right"]);
  });
});
