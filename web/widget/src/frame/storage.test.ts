import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { createKeeper } from "./storage";

describe("what the browser keeps", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => void vi.unstubAllGlobals());

  it("is kept under our names and no others", () => {
    const keeper = createKeeper("a.");
    keeper.set("token", "t");
    createKeeper("b.").set("token", "other");
    expect(createKeeper("a.").get("token")).toBe("t");
    expect(keeper.names("to")).toEqual(["token"]);
    keeper.remove("token");
    expect(keeper.get("token")).toBeUndefined();
    expect(createKeeper("b.").get("token")).toBe("other");
  });

  it("is memory where storage is forbidden", () => {
    vi.stubGlobal("localStorage", undefined);
    Object.defineProperty(window, "localStorage", {
      configurable: true,
      get: () => {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const keeper = createKeeper("a.");
    keeper.set("out:1", { text: "kept" });
    expect(keeper.get("out:1")).toEqual({ text: "kept" });
    expect(keeper.names("out:")).toEqual(["out:1"]);
    keeper.remove("out:1");
    expect(keeper.names("out:")).toEqual([]);
    Reflect.deleteProperty(window, "localStorage");
  });

  it("is memory where storage is full, and what was there before does not come back", () => {
    const keeper = createKeeper("a.");
    keeper.set("draft", "old");
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    keeper.set("draft", "new");
    expect(keeper.get("draft")).toBe("new");
    full.mockRestore();
    keeper.set("draft", "newest");
    expect(createKeeper("a.").get("draft")).toBe("newest");
  });

  it("tells what another tab changed, and that everything was wiped", () => {
    const heard: (string | undefined)[] = [];
    createKeeper("a.").changed((name) => heard.push(name));
    for (const key of ["a.token", "b.token", null]) dispatchEvent(new StorageEvent("storage", { key }));
    expect(heard).toEqual(["token", undefined]);
  });
});
