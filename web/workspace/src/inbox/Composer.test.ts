import type { ConversationDetails, ConversationRow } from "@openlines/client";
import { flushPromises, mount } from "@vue/test-utils";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.mock("@/app/uploads", () => ({ upload: (file: File) => Promise.resolve({ id: file.name, name: file.name }) }));
const said: { text: string; files: { id: string }[]; reply_to?: number }[] = [];
vi.mock("./outbox", async (original) => ({ ...(await original<object>()), say: (words: (typeof said)[number]) => said.push(words) }));

const { needAreas, setLanguage } = await import("@/i18n");
const { default: Composer } = await import("./Composer.vue");
const { keepDraft, readDraft } = await import("./drafts");

beforeAll(async () => {
  await needAreas(["shell", "inbox"]);
  await setLanguage("en");
});
beforeEach(() => {
  said.length = 0;
  localStorage.clear();
});

const row = { id: 7, version: 1, thread_id: 7, line_id: 1, channel_id: 1, state: "active", opened_at: "2026-11-22T08:00:00.000Z" } as ConversationRow;

function composer() {
  const wrapper = mount(Composer, {
    props: { row, details: null, capabilities: {}, channel: "Website chat", found: () => undefined },
    global: { stubs: { UIcon: true, UButton: true } },
    attachTo: document.body,
  });
  const field = wrapper.get("textarea");
  return { wrapper, field, words: () => field.element.value };
}

describe("what is pasted", () => {
  const picture = new File(["x"], "picture.png", { type: "image/png" });
  async function paste(types: string[], files: File[]) {
    localStorage.clear();
    const { wrapper, field } = composer();
    const event = new Event("paste", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "clipboardData", { value: { types, files } });
    field.element.dispatchEvent(event);
    await flushPromises();
    const taken = { prevented: event.defaultPrevented, files: wrapper.findAll('[data-testid="upload"]').length };
    wrapper.unmount();
    return taken;
  }

  it("is a file where it is nothing but a picture", async () => {
    expect(await paste(["Files"], [picture])).toEqual({ prevented: true, files: 1 });
    // A picture that is copied from a page brings the page's words for it, but none of its own.
    expect(await paste(["text/html", "Files"], [picture])).toEqual({ prevented: true, files: 1 });
  });

  it("is words where these are meant: cells of a table come with a picture of themselves", async () => {
    expect(await paste(["text/plain", "text/html", "text/rtf", "Files"], [picture])).toEqual({ prevented: false, files: 0 });
    expect(await paste(["text/plain"], [])).toEqual({ prevented: false, files: 0 });
  });
});

describe("Enter", () => {
  it("sends, but belongs to whoever makes one word of several", async () => {
    const { wrapper, field, words } = composer();
    await field.setValue("こんにちは");
    await field.trigger("keydown", { key: "Enter", keyCode: 229 });
    await field.trigger("keydown", { key: "Enter", isComposing: true });
    await field.trigger("keydown", { key: "Enter", shiftKey: true });
    expect([said.length, words()]).toEqual([0, "こんにちは"]);
    await field.trigger("keydown", { key: "Enter" });
    expect([said.map((one) => one.text), words()]).toEqual([["こんにちは"], ""]);
    wrapper.unmount();
  });
});

describe("more files than go in one message", () => {
  it("go in several, the words with the first", async () => {
    const names = Array.from({ length: 23 }, (_, number) => `${number}.pdf`);
    keepDraft(7, { text: "All of them", reply_to: 3, at: Date.now(), files: names.map((name) => ({ id: name, name })) });
    const { wrapper, field } = composer();
    await field.trigger("keydown", { key: "Enter" });
    expect(said.map((one) => [one.text, one.files.length, one.reply_to])).toEqual([["All of them", 10, 3], ["", 10, undefined], ["", 3, undefined]]);
    expect(said.flatMap((one) => one.files.map((file) => file.id))).toEqual(names);
    expect(readDraft(7)).toBeNull();
    wrapper.unmount();
  });
});

describe("the same conversation in another tab", () => {
  const key = "openlines.draft.0.7";
  function elsewhere(value: string | null) {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    window.dispatchEvent(Object.assign(new Event("storage"), { key, newValue: value }));
  }
  const draft = (text: string) => JSON.stringify({ text, at: Date.now() });

  it("is followed: what was written or sent there is not here once more", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { wrapper, words } = composer();
    elsewhere(draft("Half a sen"));
    await flushPromises();
    expect(words()).toBe("Half a sen");
    // Over there one goes on, and nothing from here undoes it.
    localStorage.setItem(key, draft("Half a sentence"));
    await flushPromises();
    expect(readDraft(7)?.text).toBe("Half a sentence");
    elsewhere(null);
    await flushPromises();
    expect(words()).toBe("");
    wrapper.unmount();
    elsewhere(draft("nobody is here"));
  });

  it("does not disturb who is writing here", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    keepDraft(7, { text: "mine", at: Date.now() });
    const { wrapper, words } = composer();
    elsewhere(draft("theirs"));
    await flushPromises();
    expect(words()).toBe("mine");
    wrapper.unmount();
  });
});

describe("how much can be said", () => {
  it("is told before it hurts also where no channel limits it: the server does", async () => {
    const { wrapper, field } = composer();
    await wrapper.get('[data-testid="mode-note"]').trigger("click");
    await field.setValue("n".repeat(17_000));
    expect(wrapper.find(".limit").exists()).toBe(false);
    await field.setValue("n".repeat(19_000));
    expect([wrapper.get(".limit").text(), wrapper.get(".limit").classes("over")]).toEqual(["19,000 of 20,000", false]);
    await field.setValue("n".repeat(20_001));
    expect([wrapper.get(".limit").text(), wrapper.get(".limit").classes("over")]).toEqual(["20,001 of 20,000", true]);
    await field.trigger("keydown", { key: "Enter" });
    expect(said).toEqual([]);
    wrapper.unmount();
  });
});

describe("where nothing can be sent", () => {
  it("invites nobody to write what would not arrive, but a note", async () => {
    const { wrapper, field } = composer();
    expect(field.attributes("placeholder")).toBe("Write a reply…");
    await wrapper.setProps({ row: { ...row, state: "closed" }, details: { thread: { blocked: true } } as ConversationDetails });
    expect(field.attributes("placeholder")).toBe("Nothing can be sent now");
    await wrapper.get('[data-testid="mode-note"]').trigger("click");
    expect(field.attributes("placeholder")).toBe("A note for colleagues…");
    wrapper.unmount();
  });
});
