import type { Me } from "@openlines/client";
import { mount } from "@vue/test-utils";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import type { NotifySettings } from "./api";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
vi.mock("vue-router", () => ({ onBeforeRouteLeave: () => undefined, onBeforeRouteUpdate: () => undefined }));

const { useSession } = await import("@/app/session");
const { needAreas } = await import("@/i18n");
const { notifyApi } = await import("./api");
const { default: MailPart } = await import("./MailPart.vue");

const session = useSession();
const person = (id: number): Me => ({ id, name: "", role: "administrator", email: `${id}@example.com`, language: "en", time_zone: "UTC" });
const stored = {
  mail: { host: "smtp.example.com", port: 587, security: "starttls", verify: true, user: "desk", from_address: "desk@example.com", from_name: "Desk", has_password: true },
  private_hooks: false,
  version: 1,
} as const;

function open(settings: Parameters<typeof Object.assign>[0] = {}) {
  const part = mount(MailPart, { props: { settings: { ...stored, ...settings } }, global: { stubs: { UIcon: true } } });
  const value = (name: string) => (part.get(`[data-testid="${name}"]`).element as HTMLInputElement).value;
  return { part, value, unsaved: () => part.get('[data-testid="mail-save"]').attributes("disabled") === undefined };
}

beforeAll(() => needAreas(["shell", "settings", "notify"]));
beforeEach(() => session.entered(person(1)));

describe("the mail server under edit", () => {
  it("waits for whoever was signed out in the middle of it, without the password that was typed", async () => {
    const before = open();
    await before.part.get('[data-testid="mail-host"]').setValue("smtp.elsewhere.com");
    await before.part.findAll("button").find((button) => button.text() === "Another one")?.trigger("click");
    await before.part.get('[data-testid="mail-password"]').setValue("secret");
    session.signedOut();
    before.part.unmount();
    await session.entered(person(1));
    // Somebody else has saved another sender meanwhile.
    const back = open({ version: 2, mail: { ...stored.mail, from_address: "help@example.com" } });
    expect([back.value("mail-host"), back.value("mail-from"), back.unsaved()]).toEqual(["smtp.elsewhere.com", "help@example.com", true]);
    expect(back.part.find('[data-testid="mail-password"]').exists()).toBe(false);
    back.part.unmount();
    const later = open();
    expect([later.value("mail-host"), later.unsaved()]).toEqual(["smtp.example.com", false]);
    later.part.unmount();
  });

  it("is nobody else's, and is dropped by whoever leaves the page himself", async () => {
    const before = open();
    await before.part.get('[data-testid="mail-host"]').setValue("smtp.elsewhere.com");
    session.signedOut();
    before.part.unmount();
    await session.entered(person(2));
    const other = open();
    expect(other.value("mail-host")).toBe("smtp.example.com");
    await other.part.get('[data-testid="mail-host"]').setValue("smtp.elsewhere.com");
    other.part.unmount();
    const again = open();
    expect(again.value("mail-host")).toBe("smtp.example.com");
    again.part.unmount();
  });

  it("stays when something else of the page is saved, and is as it was stored when it is saved itself", async () => {
    const { part, value, unsaved } = open();
    await part.get('[data-testid="mail-host"]').setValue("SMTP.elsewhere.com");
    await part.setProps({ settings: { ...stored, version: 2, private_hooks: true } });
    expect([value("mail-host"), unsaved()]).toEqual(["SMTP.elsewhere.com", true]);
    const now = { ...stored, version: 3, mail: { ...stored.mail, host: "smtp.elsewhere.com" } };
    vi.spyOn(notifyApi, "change").mockResolvedValue(now);
    await part.get("form").trigger("submit");
    await vi.waitFor(() => expect(part.emitted("saved")).toEqual([[now]]));
    await part.setProps({ settings: now });
    expect([value("mail-host"), unsaved()]).toEqual(["smtp.elsewhere.com", false]);
    part.unmount();
  });

  it("keeps what is typed while it is being saved, for the next save", async () => {
    const { part, value, unsaved } = open();
    let answer: (now: NotifySettings) => void = () => undefined;
    vi.spyOn(notifyApi, "change").mockReturnValue(new Promise((resolve) => (answer = resolve)));
    await part.get('[data-testid="mail-host"]').setValue("smtp.elsewhere.com");
    await part.get("form").trigger("submit");
    await part.get('[data-testid="mail-from"]').setValue("help@example.com");
    const now = { ...stored, version: 2, mail: { ...stored.mail, host: "smtp.elsewhere.com" } };
    answer(now);
    await vi.waitFor(() => expect(part.emitted("saved")).toEqual([[now]]));
    await part.setProps({ settings: now });
    expect([value("mail-host"), value("mail-from"), unsaved()]).toEqual(["smtp.elsewhere.com", "help@example.com", true]);
    part.unmount();
  });
});
