import { ApiError } from "@openlines/client";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { settingsApi } from "../api";
import type { Channel } from "../types";
import { useChannelDraft } from "./useChannelDraft";

vi.mock("../api", () => ({ settingsApi: { channel: vi.fn(), patchChannel: vi.fn() } }));

const first: Channel = {
  id: 3,
  version: 1,
  line_id: 1,
  key: "3n05V2m0mWiLdvLxeFvr7g",
  kind: "website",
  name: "Site",
  active: true,
  state: "ok",
  settings: { accent: "#111111", position: "right", allowed_origins: [] },
};
let now: Channel;

beforeEach(() => {
  now = first;
  vi.mocked(settingsApi.channel).mockImplementation(() => Promise.resolve(now));
  vi.mocked(settingsApi.patchChannel).mockImplementation(async (_id, { version, settings, name }) => {
    if (version !== now.version) throw new ApiError({ status: 409, code: "changed_meanwhile" });
    now = { ...now, version: version + 1, name: name ?? now.name, settings: { ...now.settings, ...settings } };
    return Promise.resolve(now);
  });
});

function opened() {
  const editor = useChannelDraft();
  editor.stored(first);
  const set = (settings: Record<string, unknown>) => {
    if (editor.draft.value)
      editor.draft.value = { ...editor.draft.value, settings: { ...editor.draft.value.settings, ...settings } };
  };
  return { editor, set };
}

describe("a channel under edit", () => {
  it("sends only what differs, lists without empty lines, and gives the way back", async () => {
    const { editor, set } = opened();
    set({ accent: "#222222", position: "right", allowed_origins: ["https://a.example ", ""] });
    const undo = await editor.save();
    expect(vi.mocked(settingsApi.patchChannel)).toHaveBeenLastCalledWith(3, {
      version: 1,
      settings: { accent: "#222222", allowed_origins: ["https://a.example"] },
    });
    expect(undo).toEqual({ settings: { accent: "#111111", allowed_origins: [] } });
    expect(editor.changed.value).toBe(false);
  });

  it("does not put back what somebody else has changed meanwhile", async () => {
    const { editor, set } = opened();
    set({ accent: "#222222" });
    now = { ...now, version: 2, settings: { ...now.settings, position: "left" } };
    expect(await editor.save()).toBeNull();
    expect(editor.faults.general.value).not.toBe("");
    expect(editor.changedSettings.value).toEqual(["accent"]);
    expect(await editor.save()).not.toBeNull();
    expect(now.settings).toMatchObject({ accent: "#222222", position: "left" });
  });

  it("keeps what is typed while it is being saved, for the next save", async () => {
    const { editor, set } = opened();
    set({ accent: "#222222", position: "left" });
    const saving = editor.save();
    set({ accent: "#333333" });
    if (editor.draft.value) editor.draft.value = { ...editor.draft.value, name: "Shop", secrets: { token: "7:x" } };
    expect(await saving).not.toBeNull();
    expect(now.settings).toMatchObject({ accent: "#222222", position: "left" });
    expect([editor.changedSettings.value, editor.renamed.value]).toEqual([["accent"], true]);
    await editor.save();
    expect(vi.mocked(settingsApi.patchChannel)).toHaveBeenLastCalledWith(3, {
      version: 2,
      name: "Shop",
      settings: { accent: "#333333" },
      secrets: { token: "7:x" },
    });
  });

  it("keeps what is being edited when it is switched off, or a save is taken back", async () => {
    const { editor, set } = opened();
    set({ accent: "#222222" });
    const undo = await editor.save();
    set({ position: "left" });
    await editor.change(undo ?? {});
    expect(now.settings).toMatchObject({ accent: "#111111", position: "right" });
    expect(editor.draft.value?.settings).toMatchObject({ accent: "#111111", position: "left" });
    await editor.change({ active: false });
    expect(editor.changedSettings.value).toEqual(["position"]);
  });

  it("hears nothing from an answer that was overtaken", () => {
    const { editor } = opened();
    editor.renew({ ...first, version: 3, name: "Shop" });
    editor.renew({ ...first, version: 2 });
    expect([editor.channel.value?.version, editor.draft.value?.name]).toEqual([3, "Shop"]);
  });

  it("takes a newer state in under what is being edited", () => {
    const { editor, set } = opened();
    set({ accent: "#222222" });
    editor.renew({ ...first, version: 5, state: "broken", settings: { ...first.settings, position: "left" } });
    expect(editor.channel.value?.state).toBe("broken");
    expect(editor.draft.value?.settings).toMatchObject({ accent: "#222222", position: "left" });
    expect(editor.changedSettings.value).toEqual(["accent"]);
  });

  it("waits for whoever was signed out in the middle of it, without the secrets that were typed", () => {
    const { editor, set } = opened();
    set({ accent: "#222222" });
    if (editor.draft.value) editor.draft.value = { ...editor.draft.value, name: "Shop", secrets: { token: "123:abc" } };
    editor.leaveFor(4);
    const newer = { ...first, version: 2, settings: { ...first.settings, position: "left" } };
    const other = useChannelDraft();
    other.begin(newer, 5);
    expect(other.changed.value).toBe(false);

    editor.leaveFor(4);
    const back = useChannelDraft();
    back.begin(newer, 4);
    expect(back.draft.value).toEqual({ name: "Shop", settings: { ...newer.settings, accent: "#222222" }, secrets: {} });
    expect(back.changedSettings.value).toEqual(["accent"]);
    const later = useChannelDraft();
    later.begin(newer, 4);
    expect(later.changed.value).toBe(false);
  });

  it("leaves nothing where only a secret was typed", () => {
    const { editor } = opened();
    if (editor.draft.value) editor.draft.value = { ...editor.draft.value, secrets: { token: "123:abc" } };
    editor.leaveFor(4);
    const back = useChannelDraft();
    back.begin(first, 4);
    expect(back.draft.value).toEqual({ name: "Site", settings: first.settings, secrets: {} });
  });
});
