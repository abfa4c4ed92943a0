import { flushPromises, mount } from "@vue/test-utils";
import { beforeAll, expect, it, vi } from "vitest";

import { settingsApi } from "@/components/settings/api";
import type { PortalSettings } from "@/components/settings/types";
import { needAreas, setLanguage } from "@/i18n";

import PortalPage from "./PortalPage.vue";

vi.mock("@/components/settings/api", () => ({ settingsApi: { portalSettings: vi.fn(), patchPortal: vi.fn() } }));

const stored = { name: "Lamp", language: "en", time_zone: "UTC", one_channel_of_a_kind: true } as PortalSettings;

beforeAll(async () => {
  await needAreas(["shell", "settings"]);
  await setLanguage("en");
});

it("keeps the name that is typed while another one is being saved", async () => {
  let answer: (now: PortalSettings) => void = () => undefined;
  vi.mocked(settingsApi.portalSettings).mockResolvedValue(stored);
  vi.mocked(settingsApi.patchPortal).mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const slot = { template: "<div><slot /></div>" };
  const wrapper = mount(PortalPage, {
    global: { stubs: { SettingsFrame: slot, UIcon: true, ZoneRow: true, LanguageRow: true, CopyBox: true } },
  });
  await flushPromises();
  const field = wrapper.get<HTMLInputElement>("[data-testid=portal-name]");
  expect(field.element.value).toBe("Lamp");
  await field.setValue("Lamp and blanket");
  await field.trigger("change");
  await field.setValue("Lamp and blanket, Omsk");
  answer({ ...stored, name: "Lamp and blanket" });
  await flushPromises();
  expect(field.element.value).toBe("Lamp and blanket, Omsk");
  await field.trigger("change");
  expect(vi.mocked(settingsApi.patchPortal)).toHaveBeenLastCalledWith({ name: "Lamp and blanket, Omsk" });
});
