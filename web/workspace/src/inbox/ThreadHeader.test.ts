import type { ConversationDetails, ConversationRow } from "@openlines/client";
import { shallowMount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { world } = await import("@/app/live");
const { dispatchTo } = await import("@/app/shortcuts");
const { default: ThreadHeader } = await import("./ThreadHeader.vue");

const row = (state: string, operator = 5) =>
  ({ id: 1, version: 1, thread_id: 1, line_id: 1, channel_id: 1, state, operator_id: operator, opened_at: "2026-11-22T08:00:00.000Z" }) as ConversationRow;
const details = (conversation: ConversationRow, ...may: string[]) => ({ conversation, may, customer: {}, thread: {} }) as unknown as ConversationDetails;

function can(shown: ConversationRow, told: ConversationDetails, ...keys: ("finish" | "undo" | "pin" | "intercept")[]): boolean[] {
  const header = shallowMount(ThreadHeader, { props: { row: shown, details: told, sideOpen: false } });
  const found = keys.map((key) => dispatchTo.has(key));
  header.unmount();
  return found;
}

describe("what can be done with a conversation", () => {
  beforeEach(() => {
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 5, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" } });
  });

  it("is what the server has said of it", () => {
    expect(can(row("active"), details(row("active"), "finish"), "finish", "pin")).toEqual([true, false]);
    expect(can(row("active", 6), details(row("active", 6), "join"), "intercept")).toEqual([false]);
  });

  it("goes on from what one has just done oneself, before the server has said what may follow", () => {
    const closing = details(row("closing"), "finish_now", "undo_finish");
    expect(can(row("closing"), closing, "finish", "undo")).toEqual([true, true]);
    expect(can(row("active"), closing, "finish", "undo")).toEqual([true, false]);
    expect(can(row("closing"), details(row("active"), "finish", "pin"), "undo")).toEqual([true]);
    expect(can(row("active"), details(row("active", 6), "intercept"), "finish", "intercept")).toEqual([true, false]);
  });

  it("is no more than was said where somebody else has done something", () => {
    expect(can(row("active", 6), details(row("active", 5), "join"), "finish", "intercept")).toEqual([false, false]);
  });
});
