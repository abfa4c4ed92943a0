import { mount } from "@vue/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import ExceptionsEditor from "./ExceptionsEditor.vue";

beforeAll(async () => {
  await needAreas(["shell", "settings"]);
  await setLanguage("en");
});
beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-11-22T21:30:00Z") }));
afterEach(() => void vi.useRealTimers());

const editor = (zone: string) => mount(ExceptionsEditor, { props: { modelValue: [], zone }, global: { stubs: { UIcon: true } } });

describe("a date of its own", () => {
  it.each([
    ["Europe/Moscow", "2026-11-23"],
    ["America/New_York", "2026-11-22"],
    ["Pacific/Kiritimati", "2026-11-23"],
  ])("begins with today as it is in %s", async (zone, today) => {
    const wrapper = editor(zone);
    await wrapper.get("button.s-btn").trigger("click");
    expect(wrapper.emitted("update:modelValue")).toEqual([[[{ date: today, intervals: [] }]]]);
  });

  it("keeps its name letter by letter: whatever is drawn anew meanwhile takes none away", async () => {
    const wrapper = editor("UTC");
    await wrapper.setProps({
      modelValue: [{ date: "2026-11-22", intervals: [] }],
      "onUpdate:modelValue": (value: object[]) => wrapper.setProps({ modelValue: value as never }),
    });
    const field = wrapper.get<HTMLInputElement>("input.name");
    field.element.value = "Stock-ta";
    await field.trigger("input");
    await wrapper.setProps({ errors: {} });
    expect(field.element.value).toBe("Stock-ta");
  });
});
