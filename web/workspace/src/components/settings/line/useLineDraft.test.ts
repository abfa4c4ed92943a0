import { ApiError, Unreachable } from "@openlines/client";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ref } from "vue";

import { type LinePatch, settingsApi } from "../api";
import { DEFAULTS } from "../logic/defaults";
import type { Line, QueueMember } from "../types";
import { useLineDraft } from "./useLineDraft";

vi.mock("../api", () => ({ settingsApi: { line: vi.fn(), queue: vi.fn(), patchLine: vi.fn() } }));

/** A server with one line: versions are checked, settings are merged, as the real one does. */
class Server {
  line: Line = { id: 7, version: 1, name: "Support", active: true, settings: { ...DEFAULTS } };
  members: QueueMember[] = [{ user_id: 1 }, { user_id: 2 }];
  down = false;
  saved: Record<string, unknown> = { version: 2, by: "Boris", at: "2026-01-05T09:00:00.000Z" };

  seen(version: number): void {
    if (version !== this.line.version)
      throw new ApiError({ status: 409, code: "changed_meanwhile", detail: "changed meanwhile", params: this.saved });
  }

  patch(patch: LinePatch): Line {
    if (this.down) throw new Unreachable("no network");
    this.seen(patch.version);
    if (patch.settings?.queue_time === 30) {
      throw new ApiError({
        status: 422,
        code: "invalid",
        fields: { "settings.queue_time": { code: "out_of_range", message: "From 60." } },
      });
    }
    this.line = {
      ...this.line,
      version: this.line.version + 1,
      name: patch.name ?? this.line.name,
      settings: { ...this.line.settings, ...patch.settings },
    };
    for (const [channel, look] of Object.entries(patch.looks ?? {})) {
      const looks = this.line.looks ?? {};
      this.line.looks = { ...looks, [channel]: { ...looks[Number(channel)], ...look } };
    }
    this.line.faces = patch.faces ?? this.line.faces ?? [];
    this.members = patch.members ?? this.members;
    return this.line;
  }
}

let server: Server;
beforeEach(() => {
  server = new Server();
  vi.mocked(settingsApi.line).mockImplementation(() => Promise.resolve(server.line));
  vi.mocked(settingsApi.queue).mockImplementation(() => Promise.resolve(server.members));
  vi.mocked(settingsApi.patchLine).mockImplementation(async (_id, patch) => Promise.resolve(server.patch(patch)));
});

async function opened() {
  const editor = useLineDraft(ref(7));
  await editor.load();
  return editor;
}

describe("a line under edit", () => {
  it("is saved as a whole: rules and queue in one call", async () => {
    const editor = await opened();
    editor.set("mode", "strictly");
    editor.set("members", [{ user_id: 2 }, { user_id: 1 }]);
    expect(editor.changes.value.map((change) => change.part)).toEqual(["members", "mode"]);
    const saved = await editor.save();
    expect(saved?.done.map((change) => change.from)).toEqual([[{ user_id: 1 }, { user_id: 2 }], "evenly"]);
    expect(server.line.settings.mode).toBe("strictly");
    expect(server.members).toEqual([{ user_id: 2 }, { user_id: 1 }]);
    expect(editor.changes.value).toEqual([]);
    expect(editor.line.value?.version).toBe(server.line.version);
  });

  it("keeps what is typed while it is being saved, for the next save", async () => {
    const editor = await opened();
    editor.set("queue_time", 300);
    editor.set("members", [{ user_id: 2 }, { user_id: 1 }]);
    const saving = editor.save();
    editor.set("name", "Support and sales");
    editor.set("queue_time", 360);
    expect((await saving)?.done.map((change) => change.part)).toEqual(["members", "queue_time"]);
    expect(editor.changes.value.map(({ part, from, to }) => [part, from, to])).toEqual([
      ["name", "Support", "Support and sales"],
      ["queue_time", 300, 360],
    ]);
    await editor.save();
    expect([server.line.name, server.line.settings.queue_time, server.members[0]?.user_id]).toEqual(["Support and sales", 360, 2]);
  });

  it("is not replaced by another one, whose answer comes when the page has gone on", async () => {
    const id = ref(7);
    const editor = useLineDraft(id);
    await editor.load();
    let answer: (line: Line) => void = () => undefined;
    vi.mocked(settingsApi.line).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const late = editor.catchUp();
    id.value = 8;
    server.line = { ...server.line, id: 8, name: "Sales" };
    await editor.load();
    answer({ ...server.line, id: 7, version: 5, name: "Support" });
    await late;
    expect([editor.line.value?.id, editor.draft.value?.name]).toEqual([8, "Sales"]);
  });

  it("does not go back to what was asked for before it was saved and comes only now", async () => {
    const editor = await opened();
    let answer: (line: Line) => void = () => undefined;
    vi.mocked(settingsApi.line).mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    const late = editor.catchUp();
    const before = server.line;
    editor.set("queue_time", 300);
    await editor.save();
    answer(before);
    await late;
    expect([editor.line.value?.version, editor.draft.value?.settings.queue_time]).toEqual([2, 300]);
  });

  it("can be put back as it was before a save, and neither what others saved nor what was edited since goes with it", async () => {
    const editor = await opened();
    editor.set("queue_time", 600);
    const saved = await editor.save();
    server.patch({ version: 2, settings: { limit: 4 } });
    await editor.catchUp();
    editor.set("name", "Support and sales");
    expect(await editor.takeBack(saved?.done ?? [])).not.toBeNull();
    expect(server.line).toMatchObject({ name: "Support", settings: { queue_time: 60, limit: 4 } });
    expect(editor.changes.value.map((change) => [change.part, change.to])).toEqual([["name", "Support and sales"]]);
  });

  it("has what was edited where putting back did not reach the server", async () => {
    const editor = await opened();
    editor.set("queue_time", 600);
    const saved = await editor.save();
    editor.set("name", "Support and sales");
    server.down = true;
    await expect(editor.takeBack(saved?.done ?? [])).rejects.toBeInstanceOf(Unreachable);
    expect(editor.changes.value.map((change) => change.part)).toEqual(["name"]);
  });

  it("keeps what is refused, with the words at the field, until the field changes", async () => {
    const editor = await opened();
    editor.set("queue_time", 30);
    expect(await editor.save()).toBeNull();
    expect(editor.faults.of("queue_time")).toBe("From 60.");
    expect(editor.changes.value).toHaveLength(1);
    editor.set("queue_time", 90);
    expect(editor.faults.of("queue_time")).toBeUndefined();
  });

  it("meets what somebody else has saved, and loses neither", async () => {
    const editor = await opened();
    editor.set("mode", "strictly");
    editor.set("queue_time", 300);
    server.patch({ version: 1, settings: { queue_time: 600, limit: 3 } });
    expect(await editor.save()).toBeNull();
    const clash = editor.clash.value;
    expect([clash?.who, clash?.at]).toEqual(["Boris", "2026-01-05T09:00:00.000Z"]);
    expect(clash?.taken.map((change) => change.part)).toEqual(["limit"]);
    expect(clash?.conflicts.map((conflict) => [conflict.part, conflict.to, conflict.theirs])).toEqual([
      ["queue_time", 300, 600],
    ]);
    editor.settle(clash?.draft ?? null);
    expect(await editor.save()).not.toBeNull();
    expect(server.line.settings).toMatchObject({ mode: "strictly", queue_time: 300, limit: 3 });
  });

  it("names nobody where the server does not know who was first", async () => {
    const editor = await opened();
    server.saved = { version: 2 };
    editor.set("mode", "strictly");
    server.patch({ version: 1, settings: { limit: 3 } });
    expect(await editor.save()).toBeNull();
    expect([editor.clash.value?.who, editor.clash.value?.at]).toEqual(["", ""]);
  });

  it("saves how a chat looks and the faces with everything else, and puts them back", async () => {
    server.line.looks = { 3: { accent: "#111111", sound: true } };
    const editor = await opened();
    editor.set("looks.3.accent", "#222222");
    editor.set("faces", [{ user_id: 1, name: "Anna" }]);
    const saved = await editor.save();
    expect(server.line.looks).toEqual({ 3: { accent: "#222222", sound: true } });
    await editor.takeBack(saved?.done ?? []);
    expect([server.line.looks[3]?.["accent"], server.line.faces]).toEqual(["#111111", []]);
  });

  it("never has the queue of before a save beside the version of after it", async () => {
    vi.mocked(settingsApi.line).mockImplementationOnce(async () => {
      await Promise.resolve();
      server.members = [{ user_id: 3 }];
      return (server.line = { ...server.line, version: 2 });
    });
    const editor = await opened();
    expect([editor.line.value?.version, editor.draft.value?.members]).toEqual([2, [{ user_id: 3 }]]);
  });

  it("takes up a chat that was connected meanwhile", async () => {
    const editor = await opened();
    server.line = { ...server.line, looks: { 3: { accent: "#111111" } } };
    await editor.catchUp();
    expect(editor.draft.value?.looks).toEqual({ 3: { accent: "#111111" } });
  });

  it("keeps whose head comes along", async () => {
    server.members = [{ department_id: 4, with_head: true }, { department_id: 5 }, { user_id: 1 }];
    const editor = await opened();
    expect(editor.draft.value?.members).toEqual(server.members);
  });

  it("keeps everything as a draft when the server was not reached", async () => {
    const editor = await opened();
    editor.set("mode", "everyone");
    editor.set("members", [{ user_id: 2 }]);
    server.down = true;
    await expect(editor.save()).rejects.toBeInstanceOf(Unreachable);
    expect(server.line.settings.mode).toBe("evenly");
    expect(editor.changes.value.map((change) => change.part)).toEqual(["members", "mode"]);
    server.down = false;
    expect(await editor.save()).not.toBeNull();
    expect([server.line.version, server.members]).toEqual([2, [{ user_id: 2 }]]);
  });

  it("takes over what others save while nothing is edited here, and never under one's hands", async () => {
    const editor = await opened();
    server.patch({ version: 1, settings: { limit: 4 } });
    await editor.catchUp();
    expect(editor.draft.value?.settings.limit).toBe(4);
    editor.set("limit", 9);
    server.patch({ version: 2, settings: { limit: 5 } });
    await editor.catchUp();
    expect(editor.draft.value?.settings.limit).toBe(9);
  });

  it("waits for whoever was signed out in the middle of it, and for nobody else", async () => {
    const editor = await opened();
    editor.set("queue_time", 300);
    editor.leaveFor(4);
    const other = useLineDraft(ref(7));
    await other.load(5);
    expect(other.changes.value).toEqual([]);

    editor.leaveFor(4);
    const back = useLineDraft(ref(7));
    await back.load(4);
    expect(back.changes.value.map(({ part, to }) => [part, to])).toEqual([["queue_time", 300]]);
    const later = useLineDraft(ref(7));
    await later.load(4);
    expect(later.changes.value).toEqual([]);
  });

  it("meets, when it is back, what somebody saved meanwhile", async () => {
    const editor = await opened();
    editor.set("queue_time", 300);
    editor.leaveFor(4);
    server.line = { ...server.line, version: 2, name: "Sales" };
    const back = useLineDraft(ref(7));
    await back.load(4);
    expect(back.changes.value.map((change) => change.part)).toEqual(["queue_time"]);
    expect(await back.save()).toBeNull();
    expect(back.clash.value?.who).toBe("Boris");
  });
});
