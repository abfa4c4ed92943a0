import { flushPromises, mount } from "@vue/test-utils";
import { beforeAll, expect, it, vi } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import type { Line } from "../types";
import ImportDialog from "./ImportDialog.vue";
import { type FileContent, lineApi } from "./lineApi";

vi.mock("./lineApi", () => ({ lineApi: { readFile: vi.fn(), importLine: vi.fn() } }));

beforeAll(async () => {
  await needAreas(["shell", "settings"]);
  await setLanguage("en");
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
});

it("makes the line of the file that was chosen last, whichever is read first", async () => {
  const answers: ((content: FileContent) => void)[] = [];
  vi.mocked(lineApi.readFile).mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
  vi.mocked(lineApi.importLine).mockResolvedValue({} as Line);
  const wrapper = mount(ImportDialog, { props: { fresh: true }, global: { stubs: { UIcon: true } } });
  await flushPromises();
  const choose = async (name: string) => {
    const field = wrapper.get<HTMLInputElement>("[data-testid=import-file]");
    const file = new File([JSON.stringify({ name })], `${name}.json`, { type: "application/json" });
    file.text = () => Promise.resolve(JSON.stringify({ name }));
    Object.defineProperty(field.element, "files", { value: [file], configurable: true });
    await field.trigger("change");
    await flushPromises();
  };
  const content = (name: string) => ({ name, unknown: [], chats: [] }) as unknown as FileContent;
  await choose("first");
  await choose("second");
  answers[1]?.(content("second"));
  await flushPromises();
  answers[0]?.(content("first"));
  await flushPromises();
  expect(wrapper.get<HTMLInputElement>("[data-testid=import-name]").element.value).toBe("second");
  await wrapper.get("[data-testid=import-make]").trigger("click");
  expect(vi.mocked(lineApi.importLine)).toHaveBeenCalledWith({ name: "second" }, "second", true);
});
