import { afterEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
const { useApi } = await import("./api");
const { useNotices } = await import("./notices");

const notice = (id: number) => ({ id, kind: "escalated", title: `Notice ${id}`, at: "2026-11-22T08:00:00.000Z" });
afterEach(() => void vi.restoreAllMocks());

describe("notices that are marked as read", () => {
  it("stay unread when the server did not hear it", async () => {
    const { rest } = useApi();
    const { load, readAll, items, unread } = useNotices();
    vi.spyOn(rest, "get").mockResolvedValue({ items: [notice(2), notice(1)], next: "1", unread: 7 });
    await load();
    vi.spyOn(rest, "post").mockRejectedValue(new Error("no"));
    await readAll();
    expect([unread.value, items.value.filter((one) => one.read).length]).toEqual([7, 0]);
  });

  it("are counted as the server does afterwards, also those that are not here and those that have just come", async () => {
    const { rest } = useApi();
    const { load, readAll, unread } = useNotices();
    const get = vi.spyOn(rest, "get").mockResolvedValue({ items: [notice(2), notice(1)], next: "1", unread: 7 });
    await load();
    vi.spyOn(rest, "post").mockResolvedValue(undefined);
    get.mockResolvedValue({ items: [notice(3), { ...notice(2), read: true }], next: "1", unread: 1 });
    await readAll();
    expect(unread.value).toBe(1);
  });
});
