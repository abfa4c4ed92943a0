import type { Acted, ConversationRow } from "@openlines/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useApi } from "@/app/api";
import { world } from "@/app/live";
import { useToasts } from "@/app/toasts";

import { finish, undoFinish } from "./actions";

const row = (version: number, state: ConversationRow["state"] = "active"): ConversationRow => ({ id: 1, version, thread_id: 1, line_id: 1, channel_id: 1, state, operator_id: 5, opened_at: "2026-11-22T08:00:00.000Z" });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("undo", () => {
  beforeEach(() => {
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 5, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" }, conversations: [row(1)] });
    vi.spyOn(useApi().api, "conversation").mockRejectedValue(new Error("not asked here"));
  });
  afterEach(() => void vi.restoreAllMocks());

  it("is shown at once and does not overtake what it undoes", async () => {
    let answer: (acted: Acted) => void = () => undefined;
    vi.spyOn(useApi().api, "finish").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const undo = vi.spyOn(useApi().api, "undoFinish").mockResolvedValue({ conversation: row(3) });
    void finish(row(1));
    expect(world.row(1)?.state).toBe("closing");
    const undone = useToasts().toasts.value.at(-1)?.actions[0]?.run();
    await settled();
    expect(world.row(1)?.state).toBe("active");
    expect(undo).not.toHaveBeenCalled();
    answer({ conversation: row(2, "closing") });
    await undone;
    expect(undo).toHaveBeenCalledOnce();
    expect(world.row(1)).toMatchObject({ state: "active", version: 3 });
  });

  it("by its key or its button waits likewise, and takes the words away that offered it", async () => {
    let answer: (acted: Acted) => void = () => undefined;
    vi.spyOn(useApi().api, "finish").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const undo = vi.spyOn(useApi().api, "undoFinish").mockResolvedValue({ conversation: row(3) });
    const before = useToasts().toasts.value.length;
    void finish(row(1));
    expect(useToasts().toasts.value.length).toBe(before + 1);
    const undone = undoFinish(row(1, "closing"));
    expect(useToasts().toasts.value.length).toBe(before);
    await settled();
    expect(undo).not.toHaveBeenCalled();
    answer({ conversation: row(2, "closing") });
    await undone;
    expect(undo).toHaveBeenCalledOnce();
  });
});
