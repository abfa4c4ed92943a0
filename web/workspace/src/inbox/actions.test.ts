import type { Acted, ConversationRow, Message } from "@openlines/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useApi } from "@/app/api";
import { world } from "@/app/live";
import { useSession } from "@/app/session";
import { useToasts } from "@/app/toasts";

import { finish, pin, undoFinish } from "./actions";
import { say } from "./outbox";

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

describe("what one person does with a conversation", () => {
  const told: string[] = [];
  let answers: Record<string, () => void> = {};
  /** The server answers when the test lets it, each with a newer row. */
  function answering(name: string, version: number, state: ConversationRow["state"]) {
    return () => {
      told.push(name);
      return new Promise<Acted>((resolve) => (answers[name] = () => resolve({ conversation: row(version, state) })));
    };
  }

  beforeEach(() => {
    told.length = 0;
    answers = {};
    world.load({ cursor: 1, epoch: "e", now: "", me: { id: 5, name: "", role: "", email: "", language: "en", time_zone: "UTC" }, portal: { name: "", language: "en" }, conversations: [row(1), { ...row(1), id: 2, thread_id: 2 }] });
    vi.spyOn(useApi().api, "conversation").mockRejectedValue(new Error("not asked here"));
  });
  afterEach(async () => {
    for (const answer of Object.values(answers)) answer();
    await settled();
    vi.restoreAllMocks();
  });

  it("reaches the server in his order: finished, taken back and finished again is finished", async () => {
    const { api } = useApi();
    vi.spyOn(api, "finish").mockImplementationOnce(answering("finish", 2, "closing")).mockImplementationOnce(answering("again", 4, "closing"));
    vi.spyOn(api, "undoFinish").mockImplementation(answering("undo", 3, "active"));
    void finish(row(1));
    void undoFinish(row(1, "closing"));
    const last = finish(row(1));
    await settled();
    expect(told).toEqual(["finish"]);
    expect(world.row(1)?.state).toBe("closing");
    answers["finish"]?.();
    await settled();
    expect(told).toEqual(["finish", "undo"]);
    answers["undo"]?.();
    await settled();
    expect(told).toEqual(["finish", "undo", "again"]);
    expect(api.finish).toHaveBeenLastCalledWith(1, 3, false);
    answers["again"]?.();
    await last;
    expect(world.row(1)).toMatchObject({ state: "closing", version: 4 });
  });

  it("waits for nobody's other conversation", async () => {
    const { api } = useApi();
    vi.spyOn(api, "finish").mockImplementation(answering("finish", 2, "closing"));
    vi.spyOn(api, "pin").mockImplementation(answering("pin", 2, "active"));
    void finish(row(1));
    void pin({ ...row(1), id: 2, thread_id: 2 }, true);
    await settled();
    expect(told).toEqual(["finish", "pin"]);
  });

  it("is tried after an earlier deed that failed", async () => {
    const { api } = useApi();
    vi.spyOn(api, "finish").mockRejectedValue(new Error("no answer"));
    vi.spyOn(api, "pin").mockImplementation(answering("pin", 2, "active"));
    void finish(row(1));
    void pin(row(1), true);
    await settled();
    await settled();
    expect(told).toEqual(["pin"]);
  });

  it("comes after the words that he said before", async () => {
    const { api } = useApi();
    useSession().setMe({ id: 5, name: "", role: "operator", email: "", language: "en", time_zone: "UTC" });
    let sent: (message: Message) => void = () => undefined;
    vi.spyOn(api, "send").mockReturnValue(new Promise((resolve) => (sent = resolve)));
    vi.spyOn(api, "finish").mockImplementation(answering("finish", 3, "closing"));
    say({ conversation_id: 1, thread_id: 1, text: "Until tomorrow!", files: [], note: false });
    void finish(row(1));
    await settled();
    expect(world.row(1)?.state).toBe("closing");
    expect(told).toEqual([]);
    sent({ id: 1, thread_id: 1, conversation_id: 1, seq: 1, author: "operator", kind: "text", at: "2026-11-22T08:01:00.000Z", text: "Until tomorrow!" });
    await settled();
    expect(told).toEqual(["finish"]);
    useSession().signedOut();
  });
});
