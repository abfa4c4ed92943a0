import type { ConversationRow } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { needAreas, setLanguage } = await import("@/i18n");
const { default: RichText } = await import("./RichText.vue");
const { default: ConversationList } = await import("./ConversationList.vue");
const { plainItems, ROW_HEIGHT } = await import("./listItems");

beforeAll(async () => {
  await needAreas(["shell", "inbox", "facts"]);
  await setLanguage("en");
});

describe("text that people write", () => {
  it("stays text", () => {
    const wrapper = mount(RichText, { props: { text: '<img src=x onerror="alert(1)"> <script>alert(1)</script> javascript:alert(1)' } });
    expect(wrapper.findAll("img, script, a").length).toBe(0);
    expect(wrapper.text()).toContain('<img src=x onerror="alert(1)">');
  });

  it("gets links that give nothing away and open elsewhere", () => {
    const link = mount(RichText, { props: { text: "see https://a.example/x." } }).get("a");
    expect(link.attributes()).toMatchObject({ href: "https://a.example/x", target: "_blank", rel: "noopener noreferrer nofollow" });
  });
});

describe("list of conversations", () => {
  const row = (id: number): ConversationRow => ({ id, version: 1, thread_id: id, line_id: 1, channel_id: 1, customer: `Customer ${id}`, state: "waiting", opened_at: "2026-11-22T08:00:00.000Z" });
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, index) => row(from + index));
  const make = (items: ConversationRow[]) =>
    mount(ConversationList, {
      props: { items: plainItems(items), openId: null, label: "Queue" },
      attachTo: document.body,
      global: { stubs: { UIcon: true } },
    });
  /** Ids and places of the rows, in the order of their elements. */
  const drawn = (wrapper: ReturnType<typeof make>) =>
    wrapper.findAll("[data-conversation]").map((one): [number, number] => [Number(one.attributes("data-conversation")), Number.parseInt((one.element as HTMLElement).style.top)]);
  const shown = (wrapper: ReturnType<typeof make>) => drawn(wrapper).sort(([, a], [, b]) => a - b);

  it("draws a screenful of ten thousand", async () => {
    const wrapper = make(rows(1, 10_000));
    await nextTick();
    expect(shown(wrapper).length).toBeLessThan(30);
    const view = wrapper.get('[role="tree"]').element;
    view.scrollTop = 300_000;
    await wrapper.get('[role="tree"]').trigger("scroll");
    const [first] = shown(wrapper);
    expect(first?.[1]).toBeLessThanOrEqual(300_000);
    expect(first?.[1]).toBe(((first?.[0] ?? 0) - 1) * ROW_HEIGHT);
    expect(wrapper.get('[role="tree"] > div').attributes("style")).toContain(`height: ${10_000 * ROW_HEIGHT}px`);
    wrapper.unmount();
  });

  it("writes one row anew for each that scrolls in, and puts the elements in order when it rests", async () => {
    vi.useFakeTimers();
    const wrapper = make(rows(1, 10_000));
    const tree = wrapper.get('[role="tree"]');
    tree.element.scrollTop = 20 * ROW_HEIGHT;
    await tree.trigger("scroll");
    const elements = wrapper.findAll("[data-conversation]").map((one) => one.element);
    for (let step = 21; step <= 60; step += 1) {
      const before = new Map(shown(wrapper));
      tree.element.scrollTop = step * ROW_HEIGHT;
      await tree.trigger("scroll");
      const after = shown(wrapper);
      expect(after.filter(([id]) => !before.has(id)).length).toBeLessThanOrEqual(1);
      expect(after.map(([id]) => id)).toEqual(rows(after[0]?.[0] ?? 0, after.length).map((one) => one.id));
      expect(after.every(([id, top]) => top === (id - 1) * ROW_HEIGHT)).toBe(true);
    }
    expect(new Set(wrapper.findAll("[data-conversation]").map((one) => one.element))).toEqual(new Set(elements));
    expect(drawn(wrapper)).not.toEqual(shown(wrapper));
    await vi.advanceTimersByTimeAsync(300);
    expect(drawn(wrapper)).toEqual(shown(wrapper));
    wrapper.unmount();
    vi.useRealTimers();
  });

  it("says how long a customer waits, and for what else there is the time of the last words", async () => {
    const [one, two] = [row(1), row(2)].map((it, index) => ({ ...it, state: "active" as const, ...(index ? {} : { waiting_since: "2026-11-22T08:00:00.000Z" }), unread: index * 3 }));
    const wrapper = make([one, two] as ConversationRow[]);
    await nextTick();
    expect(wrapper.findAll('[data-testid="wait-counter"]').length).toBe(1);
    expect(wrapper.get('[data-conversation="1"] [role="img"]').attributes("aria-label")).toMatch(/^an answer is overdue /);
    expect(wrapper.findAll(".badge").map((badge) => [badge.text(), badge.classes("none")])).toEqual([["0", true], ["3", false]]);
    await wrapper.setProps({ openId: 2 });
    expect(wrapper.findAll('[aria-selected="true"]').map((it) => it.attributes("data-conversation"))).toEqual(["2"]);
    wrapper.unmount();
  });

  it("keeps what is under the pointer where it is when something comes in above it", async () => {
    const items = rows(10, 5);
    const wrapper = make(items);
    const view = wrapper.get('[role="tree"]');
    await nextTick();
    const place = (id: number) => (shown(wrapper).find(([one]) => one === id)?.[1] ?? NaN) - view.element.scrollTop;
    const before = place(12);
    await wrapper.get('[data-conversation="12"]').trigger("pointermove", { pointerType: "mouse" });
    await wrapper.setProps({ items: plainItems([row(1), row(2), ...items]) });
    await nextTick();
    expect(place(12)).toBe(before);
    await wrapper.setProps({ items: plainItems(items) });
    await nextTick();
    expect(place(12)).toBe(before);
    await wrapper.setProps({ items: plainItems(items.slice(1)) });
    await nextTick();
    expect(place(12)).toBe(before);
    await view.trigger("pointerleave");
    await nextTick();
    expect(place(12)).toBe(ROW_HEIGHT);
    wrapper.unmount();
  });

  it("does not follow a row that goes to another group by itself", async () => {
    const title = (group: "work" | "answered", count: number) => ({ type: "title", key: group, group, count, folded: false }) as const;
    const [one, two, three] = plainItems(rows(1, 3));
    const wrapper = make([]);
    await wrapper.setProps({ items: [title("work", 2), one, two, title("answered", 1), three] as never });
    await nextTick();
    await wrapper.get('[data-conversation="1"]').trigger("pointermove", { pointerType: "mouse" });
    await wrapper.setProps({ items: [title("work", 1), two, title("answered", 2), one, three] as never });
    await nextTick();
    expect(wrapper.get('[role="tree"]').element.scrollTop).toBe(0);
    expect(shown(wrapper).map(([id]) => id)).toEqual([2, 1, 3]);
    wrapper.unmount();
  });

  /** What a screen reader says of a line: "5 of 10 000". */
  const standing = (wrapper: ReturnType<typeof make>, of: string) => ["aria-level", "aria-posinset", "aria-setsize"].map((name) => wrapper.get(of).attributes(name));

  it("tells which of how many a row is, also of those that are not drawn", async () => {
    const wrapper = make(rows(1, 10_000));
    await nextTick();
    expect(standing(wrapper, '[data-conversation="5"]')).toEqual(["1", "5", "10000"]);
    const tree = wrapper.get('[role="tree"]');
    tree.element.scrollTop = 300_000;
    await tree.trigger("scroll");
    expect(standing(wrapper, '[data-conversation="5001"]')).toEqual(["1", "5001", "10000"]);
    // More of it is on the server: nobody knows how much.
    await wrapper.setProps({ whole: false });
    expect(standing(wrapper, '[data-conversation="5001"]')).toEqual(["1", "5001", "-1"]);
    wrapper.unmount();
  });

  it("names the open row to the reader of the page for as long as it is drawn", async () => {
    const wrapper = make(rows(1, 1_000));
    await wrapper.setProps({ openId: 2 });
    const tree = wrapper.get('[role="tree"]');
    expect(tree.attributes("aria-activedescendant")).toBe("row-2");
    expect(wrapper.get("#row-2").attributes("data-conversation")).toBe("2");
    tree.element.scrollTop = 30_000;
    await tree.trigger("scroll");
    expect(wrapper.find("#row-2").exists()).toBe(false);
    expect(tree.attributes("aria-activedescendant")).toBeUndefined();
    wrapper.unmount();
  });

  it("counts rows within their group, and groups among groups, folded ones too", async () => {
    const title = (group: "work" | "answered" | "closing", count: number, folded = false) => ({ type: "title", key: group, group, count, folded }) as const;
    const [one, two, three] = plainItems(rows(1, 3));
    const wrapper = make([]);
    await wrapper.setProps({ items: [title("work", 2), one, two, title("answered", 40, true), title("closing", 1), three] as never });
    await nextTick();
    const lines = wrapper.findAll('[role="treeitem"]').map((line) => ["aria-level", "aria-posinset", "aria-setsize"].map((name) => line.attributes(name)).join(" "));
    expect(lines).toEqual(["1 1 3", "2 1 2", "2 2 2", "1 2 3", "1 3 3", "2 1 1"]);
    wrapper.unmount();
  });

  it("opens a row by a press, and leaves a press with a modifier to the browser", async () => {
    const wrapper = make(rows(1, 3));
    await nextTick();
    await wrapper.get('[data-conversation="2"]').trigger("click");
    await wrapper.get('[data-conversation="3"]').trigger("click", { ctrlKey: true });
    expect(wrapper.emitted("open")).toEqual([[2]]);
    expect(wrapper.get('[data-conversation="3"]').attributes("href")).toBe("/c/3");
    wrapper.unmount();
  });
});
