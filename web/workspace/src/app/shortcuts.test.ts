import { beforeEach, describe, expect, it, vi } from "vitest";

import { capsOf, onShortcut, setLetters, SHORTCUTS, type ShortcutId } from "./shortcuts";

function press(code: string, more: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { code, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

beforeEach(() => {
  document.body.replaceChildren();
  setLetters(true);
});

describe("shortcuts", () => {
  it("go by the place of the key, whatever the layout makes of it", () => {
    const run = vi.fn();
    const off = onShortcut("transfer", run);
    expect(press("KeyT", { key: "е" }).defaultPrevented).toBe(true);
    off();
    press("KeyT", { key: "t" });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("leave letters to whoever is typing, but not the ones with a modifier", () => {
    const input = document.createElement("textarea");
    document.body.append(input);
    const letter = vi.fn();
    const accept = vi.fn();
    const offs = [onShortcut("finish", letter), onShortcut("accept", accept)];
    press("KeyE", { key: "e" }, input);
    press("KeyA", { key: "ф", altKey: true }, input);
    expect(letter).not.toHaveBeenCalled();
    expect(accept).toHaveBeenCalledTimes(1);
    offs.forEach((off) => off());
  });

  it("leave keys to dialogs and menus", () => {
    const dialog = document.createElement("div");
    dialog.setAttribute("role", "dialog");
    const button = document.createElement("button");
    dialog.append(button);
    document.body.append(dialog);
    const run = vi.fn();
    const off = onShortcut("pin", run);
    press("KeyP", {}, button);
    expect(run).not.toHaveBeenCalled();
    off();
  });

  it("can be switched off as letters", () => {
    const run = vi.fn();
    const off = onShortcut("pin", run);
    setLetters(false);
    press("KeyP");
    expect(run).not.toHaveBeenCalled();
    off();
  });

  it("let the key through when they do not apply, and tell modifiers apart", () => {
    const off = onShortcut("finish", () => false);
    expect(press("KeyE").defaultPrevented).toBe(false);
    expect(press("KeyE", { ctrlKey: true }).defaultPrevented).toBe(false);
    off();
  });

  it("belong to whoever registered last", () => {
    const first = vi.fn();
    const second = vi.fn();
    const offs = [onShortcut("reply", first), onShortcut("reply", second)];
    press("KeyR");
    offs[1]?.();
    press("KeyR");
    offs[0]?.();
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
  });

  it("clash with none of the others", () => {
    const chords = (Object.keys(SHORTCUTS) as ShortcutId[]).map((id) => capsOf(id).join("+"));
    expect(new Set(chords).size).toBe(chords.length);
  });
});
