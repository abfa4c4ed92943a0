import { flushPromises, mount } from "@vue/test-utils";
import { beforeAll, expect, it, vi } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import { notifyApi, type PushBrowser } from "./api";
import { ownSubscription, subscribe } from "./push";
import PushSetting from "./PushSetting.vue";

vi.mock("./push", () => ({ ownSubscription: vi.fn(), subscribe: vi.fn(), unsubscribe: vi.fn(), pushObstacle: () => "" }));

beforeAll(async () => {
  await needAreas(["shell", "settings", "notify"]);
  await setLanguage("en");
});

it("knows this browser once it was switched on, though the browser says only later that it was not", async () => {
  const one: PushBrowser = { id: 1, endpoint: "https://push.example.net/1", created_at: "2026-11-22T10:00:00.000Z" };
  const items: PushBrowser[] = [];
  let answer: (own: null) => void = () => undefined;
  vi.spyOn(notifyApi, "browsers").mockImplementation(async () => Promise.resolve({ public_key: "k", items: [...items] }));
  vi.mocked(ownSubscription).mockReturnValue(new Promise((resolve) => (answer = resolve)));
  vi.mocked(subscribe).mockImplementation(async () => {
    items.push(one);
    return Promise.resolve(one);
  });
  const wrapper = mount(PushSetting, { global: { stubs: { UIcon: true } } });
  await flushPromises();
  await wrapper.get("[data-testid=push-on]").trigger("click");
  await flushPromises();
  expect(wrapper.text()).toContain("this browser");
  answer(null);
  await flushPromises();
  expect(wrapper.find("[data-testid=push-on]").exists()).toBe(false);
  expect(wrapper.text()).toContain("this browser");
});
