/** The chat as the page sees it: a button, a bubble, a panel; open or closed, small or over the whole screen. */

import type { Heard, Look, Page, ToFrame, ToLoader } from "../protocol";
import { build, CHAT, DOWN, fill } from "./dom";
import { connect, type Link } from "./link";
import { recall, remember } from "./memory";

/** Where a panel beside the page would leave no page to see, the chat takes the screen. */
const SMALL = "(max-width: 520px), (max-height: 480px)";
const PREVIEW = 140;
const TRIES = 3;
const AGAIN = 30_000;

export type Fact = "unread" | "open" | "close" | "message";

export interface Options {
  /** Where the script came from: the only origin that the frame and its messages may have. */
  origin: string;
  key: string;
  language: string;
  theme: string;
  nonce: string;
  /** Somebody on the page may want to know. */
  tell(fact: Fact, value?: unknown): void;
}

export interface Chat {
  unread(): number;
  open(focus?: boolean): void;
  close(): void;
  toggle(): void;
  send(message: ToFrame): void;
  /** The page may have thrown its body away (and us with it): come back. */
  attach(): void;
  /** Make the frame, unless it is there. */
  wake(): void;
}

export function createChat(options: Options): Chat {
  const { origin, key, tell } = options;
  const kept = `openlines:${key}`;
  const dom = build(options.nonce);
  const { host, button, panel, bubble } = dom;
  const small = matchMedia(SMALL);
  let look = recall<Look>("localStorage", kept);
  let link: Link | undefined;
  let opened = false;
  let refused = false;
  let tries = 0;
  let unread = 0;
  let before: Element | null = null;
  let overflow: string | undefined;
  let greeting = 0;
  let awaited = "";
  /** What a phone says by a mark on the button, so as not to cover the page. */
  let hint = "";

  const page = (): Page => ({
    url: location.href.slice(0, 2000),
    title: document.title.slice(0, 300),
    referrer: document.referrer.slice(0, 2000),
  });
  const full = () => small.matches;
  const send = (message: ToFrame) => refused || link?.send(message);

  /** Do the hours show the chat? What was kept from an earlier page says nothing after their next boundary. */
  const inHours = () => !!look?.shown && !(look.until && look.until < Date.now());

  function paint(): void {
    const shown = !!look && !refused && (inHours() || opened);
    button.hidden = !shown || !look?.button || (opened && full());
    if (!look) return;
    const words = look.words;
    for (const name of ["accent", "ink"] as const) host.style.setProperty(`--${name}`, look[name]);
    host.style.setProperty("--radius", `${look.radius}px`);
    host.setAttribute("side", look.side);
    const open = look.label || words.open;
    aria(button, "label", opened ? words.close : unread ? `${open}, ${words.unread}: ${unread}` : open + hint);
    aria(button, "expanded", `${opened}`);
    dom.icon.setAttribute("d", opened ? DOWN : CHAT);
    dom.label.textContent = look.label;
    dom.label.hidden = !look.label || opened;
    dom.badge.textContent = unread > 99 ? "99+" : `${unread || (hint && 1)}`;
    dom.badge.hidden = (!unread && !hint) || opened;
    aria(dom.away, "label", words.dismiss);
    aria(panel, "label", words.title);
    if (link) link.frame.title = words.title;
    if (!shown) bubble.hidden = true;
  }

  /** A greeting is over once it was put away; an invitation, once it was shown in this visit. */
  const memory = () => `${kept}:${look?.visit ? "visit" : "greeted"}`;
  const greeted = () => remember("localStorage", memory(), look?.visit ?? look?.greeting);

  /** Greet who has not written yet. */
  function greet(): void {
    clearTimeout(greeting);
    hint = "";
    if (!unread) bubble.hidden = true;
    const text = look?.greeting;
    if (!text || !inHours() || recall("localStorage", memory()) === (look?.visit ?? text)) return;
    greeting = window.setTimeout(() => {
      if (opened || unread || look?.greeting !== text || !inHours() || !look.button) return;
      if (look.visit) greeted();
      if (full()) {
        hint = `: ${text}`;
        paint();
      } else pop("", text);
    }, (look?.delay ?? 0) * 1000);
  }

  function pop(name: string, text: string): void {
    fill(dom.say, name, text);
    bubble.hidden = refused || !look?.button;
  }

  function unpop(): void {
    clearTimeout(greeting);
    bubble.hidden = true;
    hint = "";
    if (look?.greeting) greeted();
  }

  /** Over the whole screen the page below keeps still, and the panel keeps out of the keyboard's way. */
  function fit(): void {
    const over = opened && full();
    panel.classList.toggle("full", full());
    aria(panel, "modal", `${over}`);
    const root = document.documentElement.style;
    if (over && overflow === undefined) {
      overflow = root.overflow;
      root.overflow = "hidden";
    } else if (!over && overflow !== undefined) {
      root.overflow = overflow;
      overflow = undefined;
    }
    const view = window.visualViewport;
    // Zoomed in by hand is not the keyboard.
    if (over && view && view.scale < 1.01) {
      panel.style.setProperty("--height", `${view.height}px`);
      panel.style.setProperty("--top", `${view.offsetTop}px`);
    }
    paint();
  }

  function attach(): void {
    if (!host.isConnected) document.body.append(host);
  }

  function wake(): void {
    if (link || refused) return;
    const query = new URLSearchParams({ key, lang: options.language, theme: options.theme });
    link = connect(origin, `${origin}/widget/frame?${query}`, {
      greeted() {
        panel.classList.add("ready");
        refused = false;
        paint();
        return { type: "start", page: page(), open: opened, full: full() };
      },
      heard,
      refused() {
        refused = true;
        close();
        paint();
        // It has been here before: perhaps the server is only being restarted.
        if (look && tries++ < TRIES) setTimeout(() => refused && link?.again(), tries * AGAIN);
        if (tries > 1) return;
        // eslint-disable-next-line no-console -- the only word for whoever put the chat on this page
        console.info(`openlines: no chat here. Is ${location.origin} among the channel's sites, and is ${origin} up?`);
      },
    });
    if (look) link.frame.title = look.words.title;
    panel.append(link.frame);
  }

  function heard(message: ToLoader): void {
    if (message.type === "look") {
      look = message.look;
      remember("localStorage", kept, look.paged ? null : look);
      const now = `${look.shown}${look.greeting}${look.visit}`;
      if (now !== awaited) {
        awaited = now;
        greet();
      }
      paint();
    } else if (message.type === "close") close();
    else if (message.type === "unread") count(message.count);
    else if (message.type === "message") announce(message.message);
  }

  function count(now: number): void {
    if (now === unread) return;
    unread = now;
    if (!now && !opened) bubble.hidden = true;
    paint();
    tell("unread", now);
  }

  function announce(message: Heard): void {
    if (!opened && inHours()) pop(message.name, clip(message.text));
    tell("message", message);
  }

  function open(focus = true): void {
    attach();
    wake();
    if (opened || refused) return;
    const active = document.activeElement;
    before = active === host || active === document.body ? null : active;
    opened = true;
    unpop();
    panel.classList.remove("shut");
    remember("sessionStorage", kept, !full());
    fit();
    send({ type: "page", page: page() });
    send({ type: "open", focus });
    if (focus) link?.frame.focus();
    tell("open");
  }

  function close(): void {
    if (!opened) return;
    const inside = document.activeElement === host;
    opened = false;
    panel.classList.add("shut");
    remember("sessionStorage", kept, false);
    fit();
    send({ type: "close" });
    if (inside) ((before as HTMLElement | null) ?? button).focus({ preventScroll: true });
    tell("close");
  }

  const toggle = () => (opened ? close() : open());
  button.onclick = toggle;
  dom.say.onclick = () => open();
  dom.away.onclick = () => {
    unpop();
    button.focus();
  };
  host.addEventListener("keydown", (event) => {
    if (event.key === "Escape") (opened ? close : unpop)();
  });
  small.onchange = () => {
    send({ type: "full", full: full() });
    fit();
  };
  for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, () => opened && fit());
  // Sites that change pages without loading them.
  const moved = () => send({ type: "page", page: page() });
  addEventListener("popstate", moved);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", moved);

  if (options.theme) host.setAttribute("theme", options.theme);
  attach();
  fit();
  if (recall("sessionStorage", kept) && !full()) open(false);
  return { open, close, toggle, send, attach, wake, unread: () => unread };
}

function aria(element: Element, name: string, value: string): void {
  element.setAttribute(`aria-${name}`, value);
}

function clip(text: string): string {
  const whole = [...text];
  return whole.length > PREVIEW ? `${whole.slice(0, PREVIEW).join("").trimEnd()}…` : text;
}
