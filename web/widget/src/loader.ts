/**
 * The one line on other people's sites: `<script async src="https://HOST/widget.js" data-key="KEY"></script>`.
 *
 * It shows the button, makes the frame when the page has nothing better to do, and gives the page
 * `window.openlines(command, …)`. The page must not notice us otherwise: nothing is thrown, nothing is moved,
 * nothing is asked of another host.
 */

import { type Chat, createChat, type Fact } from "./loader/chat";
import type { Details } from "./protocol";

type Listener = (value?: unknown) => void;

interface Api {
  (...command: unknown[]): void;
  /** Commands given before we came. */
  q?: ArrayLike<unknown>[];
  /** We are here already (the script was put in twice, or the page was swapped): attach again. */
  here?: () => void;
}

declare global {
  interface Window {
    openlines?: Api;
  }
}

function start(): void {
  const script = (document.currentScript ?? document.querySelector("script[data-key][src*='/widget.js']")) as
    | HTMLScriptElement
    | null;
  const key = script?.dataset["key"];
  const earlier = window.openlines;
  if (earlier?.here) return earlier.here();
  if (!script || !key) return;

  const listeners = new Map<Fact, Set<Listener>>();
  let chat: Chat | undefined;
  let waiting: ArrayLike<unknown>[] = [...(earlier?.q ?? [])];

  const tell = (fact: Fact, value?: unknown) => {
    for (const listener of listeners.get(fact) ?? []) call(listener, value);
  };

  function obey(command: ArrayLike<unknown>): void {
    if (!chat) {
      waiting.push(command);
      return;
    }
    const [name, first, second] = Array.from(command) as [string, never, unknown];
    if (name === "open") chat.open();
    else if (name === "close") chat.close();
    else if (name === "toggle") chat.toggle();
    else if (name === "identify") act({ type: "identify", jwt: first ?? null });
    else if (name === "set") act({ type: "set", details: plain(first) });
    else if (name === "language") act({ type: "language", language: `${first}` });
    else if (name === "on" && typeof second === "function") listen(first, second as Listener);
    else if (name === "off") forget(first, second as Listener | undefined);
  }

  const act = (message: Parameters<Chat["send"]>[0]) => {
    chat?.wake();
    chat?.send(message);
  };

  function listen(fact: Fact, listener: Listener): void {
    const all = listeners.get(fact) ?? new Set();
    listeners.set(fact, all.add(listener));
    // A count is a state rather than a moment: who comes late must not wait for the next change.
    if (fact === "unread" && chat) call(listener, chat.unread());
  }

  function forget(fact: Fact, listener?: Listener): void {
    if (listener) listeners.get(fact)?.delete(listener);
    else listeners.delete(fact);
  }

  const api: Api = (...command) => quietly(() => obey(command));
  api.here = () => quietly(() => chat?.attach());
  window.openlines = api;

  const { lang, theme } = script.dataset;
  const options = {
    origin: new URL(script.src).origin,
    key,
    language: lang ?? "",
    theme: theme ?? "",
    nonce: script.nonce ?? "",
    tell,
  };
  const begin = () => quietly(() => {
    chat = createChat(options);
    const commands = waiting;
    waiting = [];
    for (const command of commands) quietly(() => obey(command));
    afterwards(() => quietly(() => chat?.wake()));
  });
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
}

/** Once the page has loaded and rests. */
function afterwards(work: () => void): void {
  const idle = () => ("requestIdleCallback" in window ? requestIdleCallback(work, { timeout: 3000 }) : setTimeout(work, 300));
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle);
}

/** Only what can be cloned may cross to the frame. */
function plain(value: unknown): Details {
  return JSON.parse(JSON.stringify(value ?? {}));
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The page must not suffer for us.
  }
}

/** The page's own function: its errors are the page's, and go where the page looks for them. */
function call(listener: Listener, value: unknown): void {
  try {
    listener(value);
  } catch (error) {
    window.reportError?.(error);
  }
}

quietly(start);
