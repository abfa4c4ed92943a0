/**
 * Keys. Every shortcut is named here once; whoever can do it registers for as long as it is on the screen. Keys are
 * places on the keyboard (KeyboardEvent.code), so that they work in the Russian layout too; letters without a
 * modifier are for whoever is not typing, and can be switched off.
 */
import { onActivated, onBeforeUnmount, onDeactivated, onMounted, shallowRef } from "vue";

import type { Key } from "@/i18n";

import { keep } from "./keep";

interface Chord {
  code: string;
  /** What stands on the key of an English keyboard. */
  cap: string;
  alt?: boolean;
  shift?: boolean;
  /** Ctrl, or ⌘ on a Mac. */
  main?: boolean;
}

interface Shortcut extends Chord {
  label: Key;
  section: "reach" | "work" | "lists" | "write";
  /** Works while typing as well. */
  always?: boolean;
}

const letter = (cap: string, label: Key, section: Shortcut["section"], shift = false): Shortcut => ({
  code: `Key${cap}`,
  cap,
  label,
  section,
  ...(shift ? { shift } : {}),
});

export const SHORTCUTS = {
  commands: { code: "KeyK", cap: "K", main: true, always: true, label: "shell.commandBar", section: "reach" },
  help: { code: "Slash", cap: "?", shift: true, label: "shell.shortcuts", section: "reach" },
  search: { code: "Slash", cap: "/", label: "shell.keySearch", section: "reach" },
  accept: { code: "KeyA", cap: "A", alt: true, always: true, label: "shell.keyAccept", section: "work" },
  decline: { code: "KeyD", cap: "D", alt: true, always: true, label: "shell.keyDecline", section: "work" },
  reply: letter("R", "shell.keyReply", "work"),
  note: letter("N", "shell.keyNote", "work"),
  quote: letter("Q", "shell.keyQuote", "work"),
  attach: letter("F", "shell.keyAttach", "work"),
  transfer: letter("T", "shell.keyTransfer", "work"),
  finish: letter("E", "shell.keyFinish", "work"),
  finishNow: letter("E", "shell.keyFinishNow", "work", true),
  undo: letter("Z", "shell.keyUndo", "work"),
  intercept: letter("I", "shell.keyIntercept", "work"),
  listen: letter("L", "shell.keyListen", "work"),
  pin: letter("P", "shell.keyPin", "work"),
  snooze: letter("S", "shell.keySnooze", "work"),
  spam: { code: "Digit1", cap: "!", shift: true, label: "shell.keySpam", section: "work" },
  why: letter("W", "shell.keyWhy", "work"),
  customer: letter("C", "shell.keyCustomer", "work"),
  next: { code: "ArrowDown", cap: "↓", alt: true, always: true, label: "shell.keyNext", section: "lists" },
  previous: { code: "ArrowUp", cap: "↑", alt: true, always: true, label: "shell.keyPrevious", section: "lists" },
  nextLetter: letter("J", "shell.keyNext", "lists"),
  previousLetter: letter("K", "shell.keyPrevious", "lists"),
  mine: { code: "Digit1", cap: "1", alt: true, always: true, label: "shell.keyMine", section: "lists" },
  queue: { code: "Digit2", cap: "2", alt: true, always: true, label: "shell.keyQueue", section: "lists" },
  all: { code: "Digit3", cap: "3", alt: true, always: true, label: "shell.keyAll", section: "lists" },
  closed: { code: "Digit4", cap: "4", alt: true, always: true, label: "shell.keyClosed", section: "lists" },
} satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof SHORTCUTS;
/** False: it did not apply, let the key do what it does. */
type Handler = () => unknown;

const KEPT = "openlines.letters";
/** Whether single letters are shortcuts. */
export const letters = shallowRef(keep.get(KEPT) !== "off");
export function setLetters(on: boolean): void {
  letters.value = on;
  keep.set(KEPT, on ? "on" : "off");
}

interface Registered {
  run: Handler;
  /** Whether there is anything for it to do now. */
  can: () => boolean;
}

const handlers = new Map<ShortcutId, Registered[]>();
const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

export function onShortcut(id: ShortcutId, run: Handler, can: () => boolean = () => true): () => void {
  const one: Registered = { run, can };
  handlers.set(id, [...(handlers.get(id) ?? []), one]);
  return () => handlers.set(id, (handlers.get(id) ?? []).filter((other) => other !== one));
}

/** Whoever came last and has something to do. */
const doer = (id: ShortcutId): Registered | undefined => handlers.get(id)?.findLast((one) => one.can());

/** Register for as long as the component is on the screen (a page that is only kept alive is not). */
export function useShortcut(id: ShortcutId, run: Handler, can?: () => boolean): void {
  let off: (() => void) | undefined;
  const on = () => (off ??= onShortcut(id, run, can));
  const leave = () => {
    off?.();
    off = undefined;
  };
  onMounted(on);
  onActivated(on);
  onDeactivated(leave);
  onBeforeUnmount(leave);
}

/** ["Alt", "A"], as the caps of keys to show. */
export function capsOf(id: ShortcutId): string[] {
  const shortcut: Shortcut = SHORTCUTS[id];
  const caps: string[] = [];
  if (shortcut.main) caps.push(isMac ? "⌘" : "Ctrl");
  if (shortcut.alt) caps.push(isMac ? "⌥" : "Alt");
  // "?" and "!" say by themselves that Shift is held.
  if (shortcut.shift && shortcut.code.startsWith("Key")) caps.push("Shift");
  return [...caps, shortcut.cap];
}

function fits(shortcut: Chord, event: KeyboardEvent): boolean {
  return (
    event.code === shortcut.code &&
    event.altKey === (shortcut.alt ?? false) &&
    event.shiftKey === (shortcut.shift ?? false) &&
    (event.ctrlKey || event.metaKey) === (shortcut.main ?? false)
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Dialogs and menus have the keys to themselves. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('[role="dialog"], [role="menu"], [role="listbox"][data-own-keys]') !== null;
}

export function dispatch(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  for (const [id, shortcut] of Object.entries(SHORTCUTS) as [ShortcutId, Shortcut][]) {
    if (!fits(shortcut, event)) continue;
    const plain = !shortcut.alt && !shortcut.main;
    if (!shortcut.always && (isTyping(event.target) || isElsewhere(event.target))) continue;
    if (plain && !letters.value) continue;
    const one = doer(id);
    if (one && one.run() !== false) event.preventDefault();
    return;
  }
}

/** What the command bar needs: which shortcuts can be done now, and doing one. */
export const dispatchTo = {
  has: (id: ShortcutId): boolean => doer(id) !== undefined,
  run: (id: ShortcutId): unknown => doer(id)?.run(),
};

window.addEventListener("keydown", dispatch);
