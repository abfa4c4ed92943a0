import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Look } from "../protocol";
import { createChat } from "./chat";
import type { Ends, Link } from "./link";
import { remember } from "./memory";

let ends: Ends;
const again = vi.fn();
vi.mock("./link", () => ({
  connect: (_origin: string, _url: string, given: Ends): Link => {
    ends = given;
    return { frame: document.createElement("div") as unknown as HTMLIFrameElement, send: () => undefined, again };
  },
}));

const LOOK: Look = {
  shown: true,
  accent: "#000000",
  ink: "#ffffff",
  side: "right",
  button: true,
  label: "",
  greeting: "",
  delay: 3,
  radius: 16,
  words: { title: "Shop", open: "Open", close: "Close", dismiss: "Dismiss", unread: "unread" },
};

function setUp(): HTMLButtonElement {
  const chat = createChat({ origin: "https://chat.example", key: "k", language: "", theme: "", nonce: "", tell: () => undefined });
  chat.wake();
  return document.querySelector("openlines-chat")?.shadowRoot?.querySelector("button") as HTMLButtonElement;
}

describe("a frame that does not greet in time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    remember("localStorage", "openlines:k", LOOK);
  });
  afterEach(() => {
    document.body.textContent = "";
    again.mockReset();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("is loaded again after a while, and its button is gone meanwhile", () => {
    const button = setUp();
    expect(button.hidden).toBe(false);
    ends.refused();
    expect(button.hidden).toBe(true);
    vi.advanceTimersByTime(30_000);
    expect(again).toHaveBeenCalledTimes(1);
  });

  it("is not loaded again under the visitor's hands when it was only slow", () => {
    const button = setUp();
    ends.refused();
    vi.advanceTimersByTime(2000);
    ends.greeted();
    expect(button.hidden).toBe(false);
    vi.advanceTimersByTime(120_000);
    expect(again).not.toHaveBeenCalled();
  });
});
