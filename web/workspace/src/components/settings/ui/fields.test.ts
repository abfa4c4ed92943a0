import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import DurationField from "./DurationField.vue";
import SearchList from "./SearchList.vue";

const global = { stubs: { UIcon: true } };

beforeAll(async () => {
  await needAreas(["shell", "settings"]);
  await setLanguage("en");
});

describe("a duration that is typed", () => {
  const field = (zero?: string) =>
    mount(DurationField, {
      props: { modelValue: 90, presets: [60, 300], least: 60, most: 43_200, ...(zero ? { zero } : {}) },
      global,
    });
  it.each(["0", "30 s", "13 h"])("is refused out of its bounds: %s", async (text) => {
    const wrapper = field();
    await wrapper.get("input.typed").setValue(text);
    expect(wrapper.emitted("update:modelValue")).toBeUndefined();
    expect(wrapper.get("[role=alert]").text().replace(/\s/g, " ")).toBe("From 1 min to 12 hr");
  });

  it("may be nothing at all where that has a meaning", async () => {
    const wrapper = field("never");
    await wrapper.get("input.typed").setValue("0");
    expect(wrapper.emitted("update:modelValue")).toEqual([[0]]);
  });
});

describe("a list to choose from by typing", () => {
  it("begins anew for the next one", async () => {
    const wrapper = mount(SearchList<number>, {
      props: {
        label: "Name",
        options: [
          { value: 1, label: "Ann Lee" },
          { value: 2, label: "Bob Stone" },
        ],
      },
      global,
    });
    await wrapper.get("input").setValue("bob");
    await wrapper.get("input").trigger("keydown", { key: "Enter" });
    expect(wrapper.emitted("pick")).toEqual([[2]]);
    expect(wrapper.get("input").element.value).toBe("");
    expect(wrapper.findAll("[role=option]").length).toBe(2);
  });
});
