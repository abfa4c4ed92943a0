import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import IntervalList from "./IntervalList.vue";

beforeAll(async () => {
  await needAreas(["shell", "settings"]);
  await setLanguage("en");
});

function list() {
  const wrapper = mount(IntervalList, {
    props: { intervals: [{ from: "09:00", to: "18:00" }], faults: [] as string[] },
    global: { stubs: { UIcon: true } },
  });
  const start = wrapper.get<HTMLInputElement>("input");
  const type = async (text: string) => {
    start.element.value = text;
    await start.trigger("input");
  };
  return { wrapper, start, type };
}

describe("a time that is typed", () => {
  it("stays while the list is drawn anew, and counts when its field is left", async () => {
    const { wrapper, start, type } = list();
    await type("93");
    await wrapper.setProps({ faults: [] });
    expect(start.element.value).toBe("93");
    await type("930");
    await start.trigger("change");
    expect(wrapper.emitted("update")).toEqual([[[{ from: "09:30", to: "18:00" }]]]);
  });

  it("gives way to the arrows, and to what comes from elsewhere once its field is left", async () => {
    const { wrapper, start, type } = list();
    await type("9:00 ");
    await start.trigger("keydown", { key: "ArrowUp" });
    expect(wrapper.emitted("update")).toEqual([[[{ from: "09:15", to: "18:00" }]]]);
    await type("09:00");
    await start.trigger("blur");
    await wrapper.setProps({ intervals: [{ from: "10:00", to: "18:00" }] });
    expect(start.element.value).toBe("10:00");
  });
});
