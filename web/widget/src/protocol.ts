/**
 * What the loader (in somebody's page) and the frame (our page) say to each other.
 *
 * The frame greets its parent with `{ openlines: "hello" }`, which carries nothing. The loader answers the
 * frame it made itself, at our origin only, with one end of a MessageChannel; everything else goes through
 * that port, so no other window can listen or speak.
 */

/** The first words of either side, `{ openlines: … }`: the only ones that go through `window.postMessage`. */
export const HELLO = "hello";
export const PORT = "port";

/** Where the visitor is on the site. */
export interface Page {
  url: string;
  title: string;
  referrer: string;
}

/** What the site says about its visitor; shown to operators as unproven. */
export interface Details {
  name?: string;
  email?: string;
  phone?: string;
  data?: Record<string, unknown>;
}

/** How the button looks and what it says: decided by the channel, kept by the loader for the next page. */
export interface Look {
  /** False: the chat's hours hide it now. */
  shown: boolean;
  /** Until when `shown` is true, in ms by the visitor's clock; a look that was kept from before says nothing after it. */
  until?: number;
  accent: string;
  /** Text and icons on the accent. */
  ink: string;
  side: "left" | "right";
  /** False: the site opens the chat with a button of its own. */
  button: boolean;
  /** Words on the button beside the icon; empty: the icon alone. */
  label: string;
  /** Said beside the button to somebody who has not written yet; empty: nothing. */
  greeting: string;
  /** Seconds before the greeting appears. */
  delay: number;
  /** The greeting is an invitation, shown once in this visit. */
  visit?: number;
  /** Button and greeting are those of this page: the next one has to ask. */
  paged?: boolean;
  /** Corner of the panel, px. */
  radius: number;
  words: { title: string; open: string; close: string; dismiss: string; unread: string };
}

/** A message that came in, as the site is told of it. */
export interface Heard {
  author: "operator" | "bot" | "system";
  name: string;
  text: string;
  at: string;
}

export type ToFrame =
  | { type: "start"; page: Page; open: boolean; full: boolean }
  | { type: "open"; focus: boolean }
  | { type: "close" }
  | { type: "full"; full: boolean }
  | { type: "page"; page: Page }
  | { type: "language"; language: string }
  | { type: "identify"; jwt: string | null }
  | { type: "set"; details: Details };

export type ToLoader =
  | { type: "look"; look: Look }
  | { type: "close" }
  | { type: "unread"; count: number }
  | { type: "message"; message: Heard };
