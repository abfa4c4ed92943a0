import type { ConversationDetails, ConversationRow, Message } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ComponentPublicInstance } from "vue";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { useApi } = await import("@/app/api");
const { needAreas } = await import("@/i18n");
const { default: MessageList } = await import("./MessageList.vue");
const { takeMessages } = await import("./threads");

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

  it("draws those bubbles again whose tick has changed, and no others", async () => {
    const here = { thread_id: 2, conversation_id: 2 };
    const page = (read: number) =>
      [1, 2, 3, 4, 5].map((seq): Message => {
        if (seq === 2) return { ...message(seq), ...here, reply_to: 1 };
        return { ...message(seq), ...here, author: "operator", author_id: 1, delivery: { state: seq <= read ? "read" : "sent" } };
      });
    vi.spyOn(useApi().api, "messages").mockResolvedValue({ items: page(1) });
    const details = (read_seq: number) => ({ thread: { read_seq, delivered_seq: read_seq } }) as ConversationDetails;
    const drawn = new Set<string>();
    const count = {
      updated(this: ComponentPublicInstance) {
        const bubble = (this.$el as Node).parentElement?.closest<HTMLElement>("[data-seq]") ?? (this.$el as HTMLElement);
        if (this.$options.__name?.includes("Bubble")) drawn.add(bubble.dataset["seq"] ?? "");
      },
    };
    const list = mount(MessageList, {
      props: { row: { ...row(5), id: 2, thread_id: 2 }, details: details(1), canEdit: false, canDelete: false },
      global: { stubs: { UIcon: true }, mixins: [count] },
    });
    await vi.advanceTimersByTimeAsync(3_000);
    const marks = () => list.findAll("[data-mark]").map((one) => one.attributes("data-mark"));
    expect(marks()).toEqual(["read", "sent", "sent", "sent"]);

    // A receipt is told as the messages that can have a tick, all of them.
    drawn.clear();
    takeMessages(page(3));
    await vi.advanceTimersByTimeAsync(100);
    expect(marks()).toEqual(["read", "read", "sent", "sent"]);
    expect([...drawn]).toEqual(["3"]);
    // And the conversation's details tell it once more, farther by now.
    drawn.clear();
    await list.setProps({ details: details(4) });
    expect(marks()).toEqual(["read", "read", "read", "sent"]);
    expect([...drawn]).toEqual(["4"]);
    list.unmount();
  });
});
