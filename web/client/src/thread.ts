/**
 * The messages of one thread that are here: one unbroken stretch at its end, growing upwards by pages and
 * downwards by events. `seq` is the order; time never is.
 */
import type { Message } from "./types";

export class ThreadWindow {
  readonly id: number;
  /** Ascending by seq, without gaps that are known of. */
  messages: readonly Message[] = [];
  /** Whether there are older ones on the server. */
  more = true;
  /** Whether anything has been loaded yet. */
  loaded = false;

  constructor(id: number) {
    this.id = id;
  }

  get first(): number {
    return this.messages[0]?.seq ?? 0;
  }
  get last(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /**
   * The newest page. `exact`: every change of what is here has been told since it was read. Else it is let go, and
   * so it is when the page does not reach it: there would be a gap.
   */
  newest(page: readonly Message[], more: boolean, exact: boolean): void {
    const from = page[0]?.seq ?? 0;
    const joins = this.loaded && exact && this.messages.length > 0 && from <= this.last + 1;
    this.loaded = true;
    if (joins) {
      if (from <= this.first) this.more = more;
      this.merge(page);
      return;
    }
    const bySeq = this.bySeq();
    this.messages = page.map((message) => sameAs(bySeq.get(message.seq), message));
    this.more = more;
  }

  /** A page of older ones. */
  older(page: readonly Message[], more: boolean): void {
    this.more = more;
    this.merge(page);
  }

  /**
   * Messages that were added or changed. Returns false when one of them shows that others between are missing
   * (the newest page has to be fetched again); those are not taken.
   */
  changed(messages: readonly Message[]): boolean {
    if (!this.loaded) return true;
    const fitting: Message[] = [];
    let end = this.last;
    let whole = true;
    for (const message of [...messages].sort((a, b) => a.seq - b.seq)) {
      if (message.seq > end + 1 && end > 0) whole = false;
      else if (message.seq >= this.first || !this.more) {
        fitting.push(message);
        end = Math.max(end, message.seq);
      }
    }
    this.merge(fitting);
    return whole;
  }

  /** Show a change before it is confirmed, or take it back. */
  replace(message: Message): void {
    this.messages = this.messages.map((known) => (known.id === message.id ? message : known));
  }

  find(id: number): Message | undefined {
    return this.messages.find((message) => message.id === id);
  }

  private bySeq(): Map<number, Message> {
    return new Map(this.messages.map((message) => [message.seq, message]));
  }

  private merge(incoming: readonly Message[]): void {
    const bySeq = this.bySeq();
    const news = incoming.filter((message) => sameAs(bySeq.get(message.seq), message) === message);
    if (!news.length) return;
    for (const message of news) bySeq.set(message.seq, message);
    this.messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** The one that is here where it is no other: what is the same object is not drawn again. */
function sameAs(known: Message | undefined, message: Message): Message {
  return known && JSON.stringify(known) === JSON.stringify(message) ? known : message;
}
