import type { Me } from "@openlines/client";
import { afterEach, describe, expect, it, vi } from "vitest";

import { keepDraft, readDraft, hasDraft } from "@/inbox/drafts";

import { useApi } from "./api";
import { useSession } from "./session";

const someone = (id: number): Me => ({ id, name: `User ${id}`, role: "operator", email: `${id}@x.example`, language: "en", time_zone: "UTC" });
const session = useSession();
afterEach(() => void vi.restoreAllMocks());

async function signIn(id: number): Promise<void> {
  vi.spyOn(useApi().api, "login").mockResolvedValue({ me: someone(id) });
  await session.login("", "");
}

describe("a page that changes hands", () => {
  it("is known to, once somebody else signs in where another was at work", async () => {
    await signIn(1);
    expect(session.changedHands()).toBe(false);
    session.signedOut();
    await signIn(1);
    expect(session.changedHands()).toBe(false);
    session.signedOut();
    await signIn(2);
    expect(session.changedHands()).toBe(true);
  });

  it("starts anew when somebody else has signed in in another tab", async () => {
    await signIn(1);
    const reload = vi.spyOn(location, "reload").mockImplementation(() => undefined);
    const hear = (newValue: string) => window.dispatchEvent(new StorageEvent("storage", { key: "openlines.who", newValue }));
    hear("1");
    expect(reload).not.toHaveBeenCalled();
    hear("2");
    expect(reload).toHaveBeenCalledOnce();
  });

  it("does not show one person's unsent words to another", async () => {
    await signIn(1);
    keepDraft(7, { text: "half a sentence", at: 1 });
    expect([readDraft(7)?.text, hasDraft(7)]).toEqual(["half a sentence", true]);
    await signIn(2);
    expect([readDraft(7), hasDraft(7)]).toEqual([null, false]);
    await signIn(1);
    expect(readDraft(7)?.text).toBe("half a sentence");
  });
});
