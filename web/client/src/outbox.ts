/**
 * What was said here and has not been accepted by the server yet. It survives a reload, keeps its order within
 * a thread, is repeated by itself while there is no answer, and stays in sight with the reason when it is refused.
 * A repeat is harmless: the server knows a message by its `client_message_id`.
 */
import { fullJitter } from "./backoff";
import { ApiError, isTransient } from "./problem";
import type { Attachment, Message } from "./types";

export interface Outgoing {
  client_message_id: string;
  conversation_id: number;
  thread_id: number;
  text: string;
  files: Attachment[];
  note: boolean;
  reply_to?: number;
  /** It starts a new conversation in a closed thread. */
  starts?: boolean;
  /** Milliseconds since the epoch, for its place in the thread. */
  at: number;
  state: "waiting" | "sending" | "refused";
  /** Why it was refused, in words. */
  error?: string;
}

/** Where it is kept over a reload: string by string, as localStorage does. */
export interface Storage {
  keys(): string[];
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

export interface OutboxSettings {
  storage: Storage;
  /** Keeps the outboxes of people who share a browser apart. */
  owner: number;
  send: (message: Outgoing) => Promise<Message>;
  onChange: () => void;
  onSent: (message: Message, of: Outgoing) => void;
  onRefused: (of: Outgoing) => void;
  random: () => number;
  timer: (milliseconds: number, call: () => void) => () => void;
}

export class Outbox {
  private items: Outgoing[] = [];
  private readonly busy = new Set<number>();
  private readonly attempts = new Map<number, number>();
  private readonly waits = new Map<number, () => void>();
  private readonly ends = new Map<number, (() => void)[]>();
  private readonly settings: OutboxSettings;
  private readonly prefix: string;
  private stopped = false;

  constructor(settings: OutboxSettings) {
    this.settings = settings;
    this.prefix = `openlines.outbox.${settings.owner}.`;
    this.items = this.kept();
  }

  /** What of a thread is on its way, oldest first. */
  of(threadId: number): readonly Outgoing[] {
    return this.items.filter((item) => item.thread_id === threadId);
  }

  get size(): number {
    return this.items.length;
  }

  /**
   * When nothing of a thread is being sent any more, whatever came of it: what is done after words were said is not
   * to overtake them. Undefined where nothing is being sent now.
   */
  quiet(threadId: number): Promise<void> | undefined {
    if (!this.busy.has(threadId)) return undefined;
    return new Promise((resolve) => this.ends.set(threadId, [...(this.ends.get(threadId) ?? []), resolve]));
  }

  add(item: Omit<Outgoing, "state">): void {
    this.put({ ...item, state: "waiting" });
    this.run(item.thread_id);
  }

  /** Send again what was refused. */
  retry(clientMessageId: string): void {
    const item = this.items.find((known) => known.client_message_id === clientMessageId);
    if (!item) return;
    const again: Outgoing = { ...item, state: "waiting" };
    delete again.error;
    this.put(again);
    this.run(item.thread_id);
  }

  /** Give up what was refused. */
  discard(clientMessageId: string): void {
    this.remove(clientMessageId);
    this.settings.onChange();
  }

  /** The message is on the server (an event was faster than the answer). */
  arrived(clientMessageId: string): void {
    if (!this.items.some((item) => item.client_message_id === clientMessageId)) return;
    this.remove(clientMessageId);
    this.settings.onChange();
  }

  /** Nobody is signed in, or somebody else: nothing more goes out from here. What is left waits in the storage. */
  stop(): void {
    this.stopped = true;
    this.waitNoMore();
  }

  /** The connection is back: do not wait any longer. */
  hurry(): void {
    this.attempts.clear();
    this.waitNoMore();
    for (const threadId of new Set(this.items.map((item) => item.thread_id))) this.run(threadId);
  }

  private waitNoMore(): void {
    for (const cancel of this.waits.values()) cancel();
    this.waits.clear();
  }

  private run(threadId: number): void {
    if (this.stopped || this.busy.has(threadId) || this.waits.has(threadId)) return;
    const next = this.items.find((item) => item.thread_id === threadId && item.state === "waiting");
    if (next) void this.attempt(next);
  }

  private async attempt(item: Outgoing): Promise<void> {
    const threadId = item.thread_id;
    this.busy.add(threadId);
    this.put({ ...item, state: "sending" });
    try {
      const message = await this.settings.send(item);
      this.attempts.delete(threadId);
      this.remove(item.client_message_id);
      this.settings.onSent(message, item);
      this.settings.onChange();
    } catch (error) {
      this.failed(item, error);
    } finally {
      this.busy.delete(threadId);
    }
    this.run(threadId);
    if (this.busy.has(threadId)) return;
    for (const end of this.ends.get(threadId) ?? []) end();
    this.ends.delete(threadId);
  }

  private failed(item: Outgoing, error: unknown): void {
    if (!this.items.some((known) => known.client_message_id === item.client_message_id)) return;
    // Signed out meanwhile: that is no word about the message. It goes out when its author is back.
    if (error instanceof ApiError && error.status === 401) {
      this.put({ ...item, state: "waiting" });
      this.stop();
      return;
    }
    if (!isTransient(error)) {
      const refused: Outgoing = { ...item, state: "refused", error: error instanceof ApiError ? error.words : "" };
      this.put(refused);
      this.settings.onRefused(refused);
      return;
    }
    // It keeps its place: what was said after it waits behind it.
    this.put({ ...item, state: "waiting" });
    const attempt = this.attempts.get(item.thread_id) ?? 0;
    this.attempts.set(item.thread_id, attempt + 1);
    const told = error instanceof ApiError && error.retryAfter !== null ? error.retryAfter * 1_000 : 0;
    const cancel = this.settings.timer(told + fullJitter(attempt, this.settings.random), () => {
      this.waits.delete(item.thread_id);
      this.run(item.thread_id);
    });
    this.waits.set(item.thread_id, cancel);
  }

  private put(item: Outgoing): void {
    const index = this.items.findIndex((known) => known.client_message_id === item.client_message_id);
    this.items = index < 0 ? [...this.items, item] : this.items.with(index, item);
    this.settings.storage.set(this.prefix + item.client_message_id, JSON.stringify(item));
    this.settings.onChange();
  }

  private remove(clientMessageId: string): void {
    this.items = this.items.filter((item) => item.client_message_id !== clientMessageId);
    this.settings.storage.remove(this.prefix + clientMessageId);
  }

  private kept(): Outgoing[] {
    const items: Outgoing[] = [];
    for (const key of this.settings.storage.keys()) {
      if (!key.startsWith(this.prefix)) continue;
      const item = read(this.settings.storage.get(key));
      // What was on its way when the page went: whether it arrived is not known, and asking again is harmless.
      if (item) items.push(item.state === "sending" ? { ...item, state: "waiting" } : item);
    }
    return items.sort((a, b) => a.at - b.at);
  }
}

function read(text: string | null): Outgoing | null {
  try {
    const item = JSON.parse(text ?? "") as Outgoing;
    return item.client_message_id && item.thread_id ? item : null;
  } catch {
    return null;
  }
}
