import type { Attachment } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";

const sent: { name: string; done: (file: Attachment) => void; fail: () => void; signal: AbortSignal }[] = [];
vi.mock("@/app/uploads", () => ({
  upload: (file: File, _part: unknown, signal: AbortSignal) =>
    new Promise<Attachment>((done, fail) => sent.push({ name: file.name, done, fail: () => fail(new Error("")), signal })),
}));

const { useAttachments } = await import("./attachments");
const { keepDraft, readDraft } = await import("./drafts");

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const file = (name: string) => new File(["x"], name);

function composer(conversationId: number) {
  let made!: ReturnType<typeof useAttachments>;
  const wrapper = mount(
    defineComponent(() => {
      made = useAttachments(conversationId, () => 0);
      made.restore(readDraft(conversationId)?.files ?? []);
      return () => h("i");
    }),
  );
  const names = () => made.uploads.value.map((one) => `${one.name}${one.done ? " ✓" : ""}${one.failed ? " ✗" : ""}`);
  return { ...made, names, leave: () => wrapper.unmount() };
}

describe("files on their way while one looks at another conversation", () => {
  beforeEach(() => {
    sent.length = 0;
    localStorage.clear();
  });

  it("arrive all the same and wait in the draft beside its words", async () => {
    keepDraft(1, { text: "here they are", at: 1 });
    const before = composer(1);
    before.add([file("a.pdf"), file("b.pdf")]);
    before.leave();
    expect(sent.map((one) => one.signal.aborted)).toEqual([false, false]);
    sent[0]?.done({ id: "A", name: "a.pdf" });
    await settled();
    sent[1]?.done({ id: "B", name: "b.pdf" });
    await settled();
    expect(readDraft(1)).toMatchObject({ text: "here they are", files: [{ id: "A" }, { id: "B" }] });
    expect(composer(1).names()).toEqual(["a.pdf ✓", "b.pdf ✓"]);
  });

  it("are found where they are by then, and fail where one sees it", async () => {
    const before = composer(2);
    before.add([file("a.pdf"), file("b.pdf")]);
    before.leave();
    sent[0]?.done({ id: "A", name: "a.pdf" });
    await settled();
    const after = composer(2);
    expect(after.names()).toEqual(["a.pdf ✓", "b.pdf"]);
    sent[1]?.fail();
    await settled();
    expect(after.names()).toEqual(["a.pdf ✓", "b.pdf ✗"]);
    expect(composer(3).names()).toEqual([]);
  });
});
