import type { ConversationDetails } from "@openlines/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useApi } from "@/app/api";
import { world } from "@/app/live";

import { changeCustomer } from "./customer";
import { detailsOf, holdDetails, loadDetails, refreshDetails } from "./details";

const details = (id: number, version = 1): ConversationDetails => ({
  conversation: { id, version, thread_id: id, line_id: 1, channel_id: 1, state: "active", opened_at: "" },
  customer: { id, name: "Ann", created_at: "", version },
  thread: { id, channel_id: 1 },
  opened_at: "",
});

describe("what is known about a conversation", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is fetched once more when it changed while it was on its way", async () => {
    const answers: ((value: ConversationDetails) => void)[] = [];
    const asked = vi.spyOn(useApi().api, "conversation").mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    void loadDetails(1);
    refreshDetails(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveBeenCalledTimes(1);
    answers[0]?.(details(1, 5));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveBeenCalledTimes(2);
    answers[1]?.(details(1, 6));
    await vi.advanceTimersByTimeAsync(0);
    expect(detailsOf(1)?.details?.conversation.version).toBe(6);
  });

  it("stays for the one on the screen while many others are looked at in passing", async () => {
    vi.spyOn(useApi().api, "conversation").mockImplementation((id) => Promise.resolve(details(id)));
    await loadDetails(1);
    holdDetails(1);
    for (let id = 2; id < 80; id += 1) await loadDetails(id);
    expect(detailsOf(1)?.state).toBe("ready");
    expect(detailsOf(2)).toBeUndefined();
    holdDetails(null);
  });

  it("takes two changes to a customer one after the other, the second on top of the first", async () => {
    vi.spyOn(useApi().api, "conversation").mockImplementation((id) => Promise.resolve(details(id)));
    const versions: number[] = [];
    let stored = 1;
    vi.spyOn(useApi().api, "updateCustomer").mockImplementation(async (id, { version, ...changes }) => {
      versions.push(version);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { id, created_at: "", ...changes, version: (stored += 1) };
    });
    await loadDetails(90);
    const customer = details(90).customer;
    const both = Promise.all([changeCustomer(90, customer, { name: "Anna" }), changeCustomer(90, customer, { phone: "+1" })]);
    await vi.advanceTimersByTimeAsync(200);
    await both;
    expect(versions).toEqual([1, 2]);
    expect(detailsOf(90)?.details?.customer).toMatchObject({ name: "Anna", phone: "+1", version: 3 });
  });

  it("keeps a customer's new name in the list, and nothing with it that is only shown for now", async () => {
    const row = { ...details(5).conversation, customer: "Ann" };
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 1, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" }, conversations: [row] });
    vi.spyOn(useApi().api, "updateCustomer").mockResolvedValue({ ...details(5).customer, name: "Anna", version: 2 });
    const remove = world.overlay(5, { state: "closing" });
    await changeCustomer(5, details(5).customer, { name: "Anna" });
    remove();
    expect(world.row(5)).toMatchObject({ customer: "Anna", state: "active" });
  });
});
