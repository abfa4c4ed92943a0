import type { ConversationRow, Message } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { useApi } = await import("@/app/api");
const { needAreas } = await import("@/i18n");
const { default: MessageList } = await import("./MessageList.vue");

const at = (second: number) => `2026-11-22T08:00:${String(second).padStart(2, "0")}.000Z`;
const message = (seq: number): Message => ({ id: seq, thread_id: 1, conversation_id: 1, seq, author: "customer", kind: "text", text: `words ${seq}`, at: at(seq) });
const row = (last: number): ConversationRow => ({ id: 1, version: last, thread_id: 1, line_id: 1, channel_id: 1, state: "active", opened_at: at(0), last: { text: "", author: "customer", at: at(last) } });

describe("a thread", () => {
  beforeEach(async () => {
    await needAreas(["inbox", "facts"]);
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("fetches words that were said while it was being subscribed to, and asks no more than that", async () => {
    let stored = [message(1), message(2)];
    const asked = vi.spyOn(useApi().api, "messages").mockImplementation(() => Promise.resolve({ items: stored }));
    const list = mount(MessageList, { props: { row: row(2), details: null, canEdit: false, canDelete: false }, global: { stubs: { UIcon: true } } });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveBeenCalledTimes(1);
    stored = [...stored, message(3)];
    await list.setProps({ row: row(3) });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveBeenCalledTimes(2);
    expect(list.findAll('[data-testid="message"]').map((one) => one.get(".words").text())).toEqual(["words 1", "words 2", "words 3"]);
    await list.setProps({ row: { ...row(3), version: 4 } });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toHaveBeenCalledTimes(2);
    list.unmount();
  });
});
