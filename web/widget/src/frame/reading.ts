/** What was said: the stream of messages, what of it has been seen, and the history before it. */

import { Problem, fetchBlob } from "./net/rest";
import type { Host } from "./host";
import { heardOf } from "./look";
import { lastSeq, merge } from "./model/thread";
import type { FileInfo, Message, SessionAnswer } from "./model/types";
import type { Line } from "./net/line";
import type { Outbox } from "./outbox";
import { chime } from "./sound";
import { foreign, looking, type Store, unread } from "./state";
import type { Keeper } from "./storage";
import type { Visitor } from "./visitor";

const PAGE = 50;
/** Looked at again after a loss: what was edited or deleted meanwhile. */
const RECENT = 30;
const TYPING_LASTS = 6000;
const AGAIN = 5000;

export interface ReadingParts {
  store: Store;
  keeper: Keeper;
  host: Host;
  visitor: Visitor;
  base: string;
  outbox(): Outbox;
  line(): Line;
}

export class Reading {
  /** Everything up to here came over the stream, without gaps. */
  cursor = 0;
  private readSent = 0;
  private wasLive = false;
  /** Where the live line took up; undefined once what was missed is here. */
  private resumed: number | undefined;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly blobs = new Map<string, Promise<string>>();

  constructor(private readonly parts: ReadingParts) {}

  /** What the server says at the beginning; true when this is the first time. */
  begin(answer: SessionAnswer): boolean {
    const { store, keeper } = this.parts;
    const messages = answer.messages ?? [];
    const { cursor } = this;
    const first = cursor === 0;
    if (first) {
      const foreigners = messages.filter(foreign);
      const seen = foreigners.at(-1 - (answer.unread ?? 0))?.seq ?? 0;
      const readSeq = Math.max(answer.unread ? seen : lastSeq(foreigners), keeper.get<number>("read") ?? 0);
      store.set({ readSeq, more: messages.length >= PAGE });
      this.readSent = readSeq;
    }
    this.receive(messages, !first);
    this.staffRead(answer.read_by_staff ?? 0);
    this.cursor = Math.max(this.cursor, answer.last_seq ?? 0);
    if (!first && messages.length >= PAGE) void this.fill(cursor, messages[0]?.seq ?? 0);
    return first;
  }

  /** Somebody else from now on. */
  forget(): void {
    this.cursor = this.readSent = 0;
    this.wasLive = false;
    this.blobs.clear();
    for (const name of ["read", "rung"]) this.parts.keeper.remove(name);
    this.parts.store.set({ messages: [], more: false, readByStaff: 0, readSeq: 0, typing: undefined });
    this.look();
  }

  /** The live line is there. */
  ready(readByStaff: number): void {
    const { store, line } = this.parts;
    this.resumed = this.cursor;
    this.staffRead(readByStaff);
    if (this.cursor) line().send({ type: "delivered", seq: this.cursor });
    this.look();
    // What changed in earlier messages while we were away does not come by itself.
    if (this.wasLive && store.state.messages.length) void this.lookAgain();
    this.wasLive = true;
  }

  /** Messages of the live line. What was missed comes first, and only the last page of it. */
  hear(items: Message[]): void {
    const from = this.resumed;
    this.resumed = undefined;
    this.receive(items, true);
    const first = items[0]?.seq ?? 0;
    if (from !== undefined && items.length >= PAGE) void this.fill(from, first);
  }

  /** Messages of the stream, new or changed. */
  receive(items: Message[], live: boolean): void {
    const { store, host, outbox, line } = this.parts;
    const { cursor } = this;
    const waiting = new Set(store.state.outbox.map((entry) => entry.client_message_id));
    for (const { client_message_id: id } of items) if (id && waiting.has(id)) outbox().remove(id);
    this.cursor = Math.max(cursor, lastSeq(items));
    store.set({ messages: merge(store.state.messages, items) });
    const fresh = live ? items.filter((item) => item.seq > cursor && foreign(item) && !item.deleted) : [];
    const last = fresh.at(-1);
    if (last) {
      const { name, text } = heardOf(last);
      store.set({ typing: undefined, spoken: `${name || store.state.speech.words[speaker(last)]}: ${text}` });
      this.ring();
      for (const item of fresh) host.say({ type: "message", message: heardOf(item) });
    }
    if (this.cursor > cursor) line().send({ type: "delivered", seq: this.cursor });
    this.look();
  }

  /** The server took our words. Not the cursor: something of others may have come in between and is on its way here. */
  accepted(message: Message): void {
    const { store, line } = this.parts;
    // Whoever has spoken has something to hear, also when the chat was closed before his words arrived.
    line().want(true);
    if (store.state.messages.some((other) => other.id === message.id)) return;
    store.set({ messages: merge(store.state.messages, [message]) });
  }

  /** Whoever looks has read; everybody is told how much has not been. */
  look(): void {
    const { store, keeper, host } = this.parts;
    const last = lastSeq(store.state.messages.filter(foreign));
    if (looking(store.state) && last > store.state.readSeq) {
      store.set({ readSeq: last });
      keeper.set("read", last);
    }
    if (store.state.readSeq > this.readSent) this.tellRead(store.state.readSeq);
    host.say({ type: "unread", count: unread(store.state) });
  }

  /** Another tab has looked, and has told the server. */
  lookedElsewhere(): void {
    const { store, keeper } = this.parts;
    store.set({ readSeq: Math.max(store.state.readSeq, keeper.get<number>("read") ?? 0) });
    this.readSent = Math.max(this.readSent, store.state.readSeq);
    this.look();
  }

  staffRead(seq: number): void {
    const { store } = this.parts;
    store.set({ readByStaff: Math.max(store.state.readByStaff, seq) });
  }

  showTyping(name: string): void {
    const { store } = this.parts;
    clearTimeout(this.typing);
    store.set({ typing: name });
    this.typing = setTimeout(() => store.set({ typing: undefined }), TYPING_LASTS);
  }

  /** News by plain HTTP, where the live line cannot be had. */
  async poll(): Promise<void> {
    for (;;) {
      const { items, more } = await this.fetch(`after=${this.cursor}&limit=${PAGE}`);
      this.receive(items, true);
      if (!more || !items.length) return;
    }
  }

  async loadEarlier(): Promise<void> {
    const { store } = this.parts;
    const first = store.state.messages[0];
    if (!first || !store.state.more || store.state.earlier === "loading") return;
    store.set({ earlier: "loading" });
    try {
      const { items, more } = await this.fetch(`before=${first.seq}&limit=${PAGE}`);
      store.set({ messages: merge(store.state.messages, items), more, earlier: "idle" });
    } catch {
      store.set({ earlier: "failed" });
    }
  }

  /** A `blob:` address: files are given out for the visitor's token, which an `<img>` cannot show. */
  blob(file: Pick<FileInfo, "id">, preview = false): Promise<string> {
    const { visitor, base } = this.parts;
    const path = `/files/${encodeURIComponent(file.id)}${preview ? "?preview=1" : ""}`;
    const known = this.blobs.get(path);
    if (known) return known;
    const coming = visitor
      .ensure()
      .then(() => fetchBlob(base + path, visitor.hello))
      .then((blob) => URL.createObjectURL(blob));
    this.blobs.set(path, coming);
    coming.catch(() => this.blobs.delete(path));
    return coming;
  }

  private async fetch(query: string): Promise<{ items: Message[]; more: boolean }> {
    const answer = await this.parts.visitor.call<{ items: Message[]; more?: boolean }>(`/messages?${query}`);
    return { items: answer.items, more: answer.more ?? answer.items.length >= PAGE };
  }

  /** What lies between what we had and what came: asked for until it is here, or we are somebody else. */
  private async fill(from: number, before: number): Promise<void> {
    if (from >= before || this.cursor < before) return;
    try {
      const { items, more } = await this.fetch(`after=${from}&limit=${PAGE}`);
      this.receive(items, true);
      if (more) await this.fill(lastSeq(items), before);
    } catch (problem) {
      if ((problem as Problem).passing) setTimeout(() => void this.fill(from, before), AGAIN);
    }
  }

  private async lookAgain(): Promise<void> {
    const before = lastSeq(this.parts.store.state.messages) + 1;
    try {
      this.receive((await this.fetch(`before=${before}&limit=${RECENT}`)).items, true);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
    }
  }

  private tellRead(seq: number): void {
    const { line, visitor } = this.parts;
    if (line().send({ type: "read", seq })) this.readSent = seq;
    else if (line().state === "polling") {
      this.readSent = seq;
      visitor.call("/session", { method: "PATCH", body: { read_seq: seq } }).catch(() => undefined);
    }
  }

  /** Once for all tabs, and not for who is looking at it. */
  private ring(): void {
    const { store, keeper } = this.parts;
    if ((keeper.get<number>("rung") ?? 0) >= this.cursor) return;
    keeper.set("rung", this.cursor);
    if (store.state.sound && !(looking(store.state) && document.hasFocus())) chime();
  }
}

/** The word for an author without a name. */
export function speaker(message: Message): "you" | "operator" | "bot" | "chat" {
  const words = { customer: "you", operator: "operator", bot: "bot", system: "chat" } as const;
  return words[message.author];
}
