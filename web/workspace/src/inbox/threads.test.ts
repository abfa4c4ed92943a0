import { STOPPED, Unreachable } from "@openlines/client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

import { useApi } from "@/app/api";
import { connection } from "@/app/live";

import { failureOf, followThreads, loadNewest, windowOf } from "./threads";

afterEach(() => void vi.restoreAllMocks());

describe("a thread that could not be fetched", () => {
  it("is fetched when the connection is back, if it is still looked at", async () => {
    let broken = true;
    const asked = vi.spyOn(useApi().api, "messages").mockImplementation(() => (broken ? Promise.reject(new Unreachable()) : Promise.resolve({ items: [] })));
    followThreads([1, 2]);
    await Promise.all([loadNewest(1), loadNewest(2)]);
    expect([failureOf(1), failureOf(2)].every((one) => one instanceof Unreachable)).toBe(true);
    followThreads([1]);
    broken = false;
    connection.value = { ...STOPPED, phase: "live" };
    await nextTick();
    await vi.waitFor(() => expect(windowOf(1).loaded).toBe(true));
    expect(asked.mock.calls.map(([id]) => id)).toEqual([1, 2, 1]);
    expect(failureOf(1)).toBeNull();
  });
});
