/**
 * How a thread is laid out: days, runs of one author, albums, slim facts, what is on its way at the end. Pure.
 */
import type { Delivery, Message, Outgoing } from "@openlines/client";

/** What stands in a bubble: a message of the server, or one that is on its way. */
export interface Bubble {
  key: string;
  message?: Message;
  /** Further messages of the same album: their files belong into this bubble. */
  album: Message[];
  outgoing?: Outgoing;
  side: "in" | "out";
  /** The first of a run shows who speaks, the last shows when. */
  first: boolean;
  last: boolean;
}

export type ThreadItem =
  | { type: "day"; key: string; at: string }
  | { type: "fact"; key: string; message: Message }
  | { type: "unread"; key: string }
  | ({ type: "bubble" } & Bubble);

/** A pause so long starts a new run of bubbles. */
const RUN = 300_000;

export interface Layout {
  messages: readonly Message[];
  outgoing: readonly Outgoing[];
  /** Words above this line were seen before the thread was opened; 0 for no line. */
  unreadAfter: number;
  /** Gives an instant's day. */
  day: (instant: string) => string;
}

export function layOut({ messages, outgoing, unreadAfter, day }: Layout): ThreadItem[] {
  const items: ThreadItem[] = [];
  let today = "";
  let marked = unreadAfter === 0;
  for (const message of messages) {
    if (day(message.at) !== today) {
      today = day(message.at);
      items.push({ type: "day", key: `day ${message.seq}`, at: message.at });
    }
    if (!marked && message.seq > unreadAfter && message.author === "customer") {
      marked = true;
      items.push({ type: "unread", key: "unread" });
    }
    if (message.kind === "fact") items.push({ type: "fact", key: `m${message.id}`, message });
    else if (!joinsAlbum(items.at(-1), message)) items.push(bubbleOf(message));
  }
  const known = new Set(messages.map((message) => message.client_message_id));
  for (const item of outgoing) {
    if (known.has(item.client_message_id)) continue;
    const at = new Date(item.at).toISOString();
    if (day(at) !== today) {
      today = day(at);
      items.push({ type: "day", key: "day out", at });
    }
    items.push({ type: "bubble", key: item.client_message_id, outgoing: item, album: [], side: "out", first: true, last: true });
  }
  joinRuns(items);
  return items;
}

function bubbleOf(message: Message): ThreadItem {
  // A message that was sent here keeps the key it had on its way, so that it does not blink when it arrives.
  const key = message.client_message_id ?? `m${message.id}`;
  return { type: "bubble", key, message, album: [], side: message.author === "customer" ? "in" : "out", first: true, last: true };
}

function joinsAlbum(before: ThreadItem | undefined, message: Message): boolean {
  if (before?.type !== "bubble" || !message.album || before.message?.album !== message.album) return false;
  if (before.message.author !== message.author) return false;
  before.album.push(message);
  return true;
}

function joinRuns(items: ThreadItem[]): void {
  for (let index = 1; index < items.length; index += 1) {
    const before = items[index - 1];
    const after = items[index];
    if (before?.type !== "bubble" || after?.type !== "bubble" || !sameRun(before, after)) continue;
    before.last = false;
    after.first = false;
  }
}

function sameRun(a: Bubble, b: Bubble): boolean {
  if (a.side !== b.side || kindOf(a) !== kindOf(b) || speaker(a) !== speaker(b)) return false;
  return instant(b) - instant(a) < RUN;
}

const kindOf = (bubble: Bubble): string => bubble.message?.kind ?? (bubble.outgoing?.note ? "note" : "text");
const instant = (bubble: Bubble): number => (bubble.message ? Date.parse(bubble.message.at) : (bubble.outgoing?.at ?? 0));

function speaker(bubble: Bubble): string {
  const message = bubble.message;
  if (!message) return "operator";
  if (message.author !== "operator") return `${message.author} ${message.auto ?? ""}`;
  return message.client_message_id ? "operator" : `operator ${message.author_id ?? ""}`;
}

export type Mark = "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "unknown" | "refused";

/** Items that are as they were before, so that nothing is drawn again that has not changed. */
export function keepSame(before: readonly ThreadItem[], after: readonly ThreadItem[]): ThreadItem[] {
  const known = new Map(before.map((item) => [item.key, item]));
  return after.map((item) => {
    const old = known.get(item.key);
    return old && isSame(old, item) ? old : item;
  });
}

function isSame(a: ThreadItem, b: ThreadItem): boolean {
  if (a.type === "bubble" && b.type === "bubble") {
    const same = a.message === b.message && a.outgoing === b.outgoing && a.first === b.first && a.last === b.last;
    return same && a.album.length === b.album.length && a.album.every((one, index) => one === b.album[index]);
  }
  if (a.type === "fact" && b.type === "fact") return a.message === b.message;
  if (a.type === "day" && b.type === "day") return a.at === b.at;
  return a.type === b.type;
}

/** The tick of a message of ours: its delivery, else how far the customer's device has read. */
export function markOf(bubble: Bubble, watermarks: { delivered_seq?: number | undefined; read_seq?: number | undefined }): Mark | null {
  if (bubble.outgoing) return bubble.outgoing.state === "refused" ? "refused" : "sending";
  const message = bubble.album.at(-1) ?? bubble.message;
  if (!message || message.author === "customer" || message.kind !== "text") return null;
  const state = message.delivery?.state;
  if (state && state !== "sent") return state;
  if ((watermarks.read_seq ?? 0) >= message.seq) return "read";
  if ((watermarks.delivered_seq ?? 0) >= message.seq) return "delivered";
  return "sent";
}

/** The delivery that a bubble has words about. */
export function deliveryOf(bubble: Bubble): Delivery | undefined {
  return (bubble.album.at(-1) ?? bubble.message)?.delivery;
}
