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

  /** The next newest page replaces what is here: it may be of another time (after a new snapshot). */
  outdated = false;

  constructor(id: number) {
    this.id = id;
  }

  get first(): number {
    return this.messages[0]?.seq ?? 0;
  }
  get last(): number {
    return this.messages.at(-1)?.seq ?? 0;
  }

  /** The newest page. When it does not reach what is here, what is here is let go: there would be a gap. */
  newest(page: readonly Message[], more: boolean): void {
    const from = page[0]?.seq ?? 0;
    const joins = this.loaded && !this.outdated && this.messages.length > 0 && from <= this.last + 1;
    this.loaded = true;
    this.outdated = false;
    if (joins) {
      if (from <= this.first) this.more = more;
      this.merge(page);
      return;
    }
    this.messages = [...page];
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

  private merge(incoming: readonly Message[]): void {
    const bySeq = new Map(this.messages.map((message) => [message.seq, message]));
    const news = incoming.filter((message) => !isSame(bySeq.get(message.seq), message));
    if (!news.length) return;
    for (const message of news) bySeq.set(message.seq, message);
    this.messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** A receipt brings many messages of which few have changed; what is the same object is not drawn again. */
function isSame(known: Message | undefined, message: Message): boolean {
  return known !== undefined && JSON.stringify(known) === JSON.stringify(message);
}
