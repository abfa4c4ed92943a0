import { Unreachable } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { beforeAll, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { needAreas, setLanguage } = await import("@/i18n");
const { default: StartFailed } = await import("./StartFailed.vue");

beforeAll(async () => {
  await needAreas(["shell"]);
  await setLanguage("en");
});

describe("a page that did not open", () => {
  it.each([
    [new TypeError("Failed to fetch dynamically imported module: /assets/ChannelPage-1.js"), "openlines has been updated"],
    [new TypeError("error loading dynamically imported module"), "openlines has been updated"],
    [new TypeError("Importing a module script failed."), "openlines has been updated"],
    [new Error("Unable to preload CSS for /assets/ChannelPage-1.css"), "openlines has been updated"],
    [new TypeError("x is undefined"), "The page could not be opened"],
    [new Unreachable(), "The server cannot be reached"],
  ])("says why: %s", (error, words) => {
    const page = mount(StartFailed, { props: { error }, global: { stubs: { UIcon: true, UButton: true } } });
    expect(page.text()).toContain(words);
    page.unmount();
  });
});
