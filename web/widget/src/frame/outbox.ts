/**
 * The visitor's words until the server has them. Each is kept under its own name in the browser, so that
 * neither a reload nor another tab loses or doubles one; the server knows a repeated id.
 */

import type { FileInfo, Outgoing } from "./model/types";
import { newId } from "./ids";
import { jitter } from "./net/backoff";
import { Problem } from "./net/rest";
import { alone, type Keeper } from "./storage";

const NAME = "out:";
/** Another tab's words, should that tab have gone before they went out. */
const ADOPT_AFTER = 5000;

export interface OutboxOptions {
  keeper: Keeper;
  /** The same in all tabs of this chat. */
  lock: string;
  send(entry: Outgoing): Promise<void>;
  changed(entries: Outgoing[]): void;
  /** Words for a refusal that will not pass by itself. */
  explain(problem: unknown): string;
}

export class Outbox {
  private running = false;
  private attempt = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly options: OutboxOptions) {
    options.keeper.changed((name) => {
      if (name !== undefined && !name.startsWith(NAME)) return;
      this.show();
      setTimeout(() => void this.flush(), ADOPT_AFTER);
    });
  }

  entries(): Outgoing[] {
    const { keeper } = this.options;
    const kept = keeper.names(NAME).map((name) => keeper.get<Outgoing>(name));
    return kept
      .filter((entry) => !!entry?.client_message_id)
      .map((entry) => entry as Outgoing)
      .sort((one, other) => (one.client_message_id < other.client_message_id ? -1 : 1));
  }

  /** Returns its id. */
  add(text: string, files: FileInfo[]): string {
    // They go out by their ids: words of one instant in their order, and also when the clock was set back.
    const at = Math.max(Date.now(), (this.entries().at(-1)?.at ?? 0) + 1);
    const id = newId(at);
    this.keep({ client_message_id: id, text, files, at });
    void this.flush();
    return id;
  }

  /** Try again what was refused. */
  retry(id: string): void {
    const entry = this.options.keeper.get<Outgoing>(NAME + id);
    if (!entry) return;
    const { error: _, ...rest } = entry;
    this.keep(rest);
    this.nudge();
  }

  remove(id: string): void {
    this.options.keeper.remove(NAME + id);
    this.show();
  }

  clear(): void {
    for (const entry of this.entries()) this.options.keeper.remove(NAME + entry.client_message_id);
    this.show();
  }

  /** Something got better: do not sit out the wait. */
  nudge(): void {
    this.attempt = 0;
    if (this.wake) this.wake();
    else void this.flush();
  }

  async flush(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      // The wait is outside of the lock: a tab in the background waits longer than one that is looked at.
      for (;;) {
        const wait = await alone(this.options.lock, () => this.sendAll());
        if (wait === undefined) return;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, wait);
          this.wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        this.wake = undefined;
      }
    } finally {
      this.running = false;
    }
  }

  /** In order, until there is nothing left (undefined) or one has to wait (ms). */
  private async sendAll(): Promise<number | undefined> {
    for (;;) {
      const next = this.entries().find((entry) => !entry.error);
      if (!next) return undefined;
      try {
        await this.options.send(next);
        this.attempt = 0;
        this.remove(next.client_message_id);
      } catch (problem) {
        const passing = problem instanceof Problem && problem.passing;
        if (passing) return Math.max(problem.wait, jitter(this.attempt++, 0.5 + Math.random() / 2));
        this.keep({ ...next, error: this.options.explain(problem) });
      }
    }
  }

  private keep(entry: Outgoing): void {
    this.options.keeper.set(NAME + entry.client_message_id, entry);
    this.show();
  }

  private show(): void {
    this.options.changed(this.entries());
  }
}
