/** Everything that the page shows, in one value; it changes only through `Store.set`. */

import type { Asks, Config, Conversation, Message, Outgoing, Place, Upload } from "./model/types";
import type { LineState } from "./net/line";
import type { Speech } from "./words";

export interface State {
  speech: Speech;
  config?: Config | undefined;
  /** The server has confirmed the config since the page was loaded. */
  fresh: boolean;
  /** There is no such channel. */
  gone: boolean;
  embedded: boolean;
  open: boolean;
  /** Raised each time the composer should get the focus. */
  focus: number;
  /** Over the whole screen. */
  full: boolean;
  line: LineState;
  /** Asked for and not there for longer than a blink. */
  trouble: boolean;
  /** The browser says that there is no network. */
  offline: boolean;
  messages: Message[];
  /** There are earlier ones. */
  more: boolean;
  earlier: "idle" | "loading" | "failed";
  outbox: Outgoing[];
  uploads: Upload[];
  /** The message goes out as soon as its files have. */
  armed: boolean;
  conversation?: Conversation | undefined;
  /** It came to its end before the visitor's eyes. */
  ended?: boolean;
  place?: Place | undefined;
  /** Somebody is typing; his name, if known. */
  typing?: string | undefined;
  readByStaff: number;
  /** What the visitor has seen. */
  readSeq: number;
  sound: boolean;
  name: string;
  email: string;
  /** The card with name and e-mail: offered by itself, opened from the menu, or not shown; or another in its place. */
  contact: "hidden" | "offered" | "opened" | "rating" | "transcript";
  asks: Asks;
  /** The message under which it was offered: there it stays when the talk goes on. */
  contactAfter: string;
  /** Own choices, before the server repeats them: by message. */
  ratings: Record<number, { value: number; error?: string; commented?: boolean }>;
  pressed: Record<number, string>;
  /** One sentence over the composer, until dismissed. */
  notice: string;
  /** Read out by screen readers. */
  spoken: string;
}

export class Store {
  private readonly listeners: (() => void)[] = [];
  private pending = false;

  constructor(public state: State) {}

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    if (this.pending) return;
    this.pending = true;
    // Not a frame of animation: those stand still in a background tab.
    queueMicrotask(() => {
      this.pending = false;
      for (const listener of this.listeners) listener();
    });
  }

  subscribe(listener: () => void): void {
    this.listeners.push(listener);
  }
}

export function unread(state: State): number {
  return state.messages.filter((message) => message.seq > state.readSeq && foreign(message) && !message.deleted).length;
}

export function foreign(message: Message): boolean {
  return message.author !== "customer";
}

/** Must something be answered before he may write? The server judges; here it only stands in the composer's place. */
export function asksFirst({ asks }: State): boolean {
  return !!asks.consent || asks.form?.when === "before";
}

/** Seen by the visitor right now. */
export function looking(state: State): boolean {
  return state.open && !document.hidden;
}

/** The visitor has opened a card himself: it stands at the end of the thread. */
export function cardOpened({ contact }: State): boolean {
  return contact !== "hidden" && contact !== "offered";
}
