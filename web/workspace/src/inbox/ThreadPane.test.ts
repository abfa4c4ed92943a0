import type { ConversationRow } from "@openlines/client";
import { shallowMount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.mock("vue-router", () => ({ useRoute: () => ({ params: {}, name: "conversation" }), useRouter: () => ({}) }));

const { useApi } = await import("@/app/api");
const { world } = await import("@/app/live");
const { default: MessageList } = await import("./MessageList.vue");
const { default: ThreadPane } = await import("./ThreadPane.vue");

const row = (id: number): ConversationRow => ({ id, version: 1, thread_id: id, line_id: 1, channel_id: 1, state: "active", operator_id: 5, unread: 2, opened_at: "2026-11-22T08:00:00.000Z" });

describe("what was read of a thread", () => {
  beforeEach(() => {
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 5, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" } });
  });

  it("is told of a short thread after a long one, once of each, and again when it was not heard", async () => {
    const told: [number, number][] = [];
    let broken = false;
    vi.spyOn(useApi().api, "read").mockImplementation((id, seq) => {
      told.push([id, seq]);
      return broken ? Promise.reject(new Error("no")) : Promise.resolve({ conversation: row(id) });
    });
    const pane = shallowMount(ThreadPane, { props: { row: row(1), details: null, sideOpen: false }, global: { stubs: { UIcon: true } } });
    const see = async (seq: number) => {
      pane.getComponent(MessageList).vm.$emit("seen", seq);
      await nextTick();
      await nextTick();
    };
    await see(400);
    await see(400);
    await pane.setProps({ row: row(2) });
    broken = true;
    await see(7);
    broken = false;
    await see(7);
    await see(7);
    expect(told).toEqual([[1, 400], [2, 7], [2, 7]]);
  });
});
