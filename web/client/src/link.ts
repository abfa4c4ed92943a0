/** Drives connection.ts with a socket, timers and a snapshot loader that are handed in. */
import { type Connection, type Effect, type Input, step, STOPPED } from "./connection";
import { ApiError } from "./problem";
import type { ClientFrame, ListName, ServerFrame, Snapshot } from "./types";

/** The part of the WebSocket standard that is used here. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface LinkSettings {
  connect: () => Socket;
  snapshot: () => Promise<Snapshot>;
  /** Everything a screen wants to hear. */
  onSnapshot: (snapshot: Snapshot) => void;
  onFrame: (frame: ServerFrame) => void;
  onState: (state: Connection) => void;
  onSignedOut: () => void;
  now: () => number;
  random: () => number;
  /** Calls back after so many milliseconds; the result cancels it. */
  timer: (milliseconds: number, call: () => void) => () => void;
}

/** The server pings every 25 s; twice that and a bit without a word is a dead line. */
const SILENCE = 60_000;
const READY_LIMIT = 15_000;

export class Link {
  private state: Connection = STOPPED;
  private socket: Socket | null = null;
  private cancelWait: (() => void) | null = null;
  private cancelSilence: (() => void) | null = null;
  private heardAt = 0;
  private threads: readonly number[] = [];
  private lists: readonly ListName[] = [];
  private readonly settings: LinkSettings;

  constructor(settings: LinkSettings) {
    this.settings = settings;
  }

  start(): void {
    this.take({ type: "start" });
  }

  stop(): void {
    this.take({ type: "stop" });
  }

  /** The network is back or somebody is looking again. A line that has been silent is not trusted any more. */
  hurry(): void {
    if (this.state.phase === "live" && this.settings.now() - this.heardAt > SILENCE / 2) this.take({ type: "silent" });
    this.take({ type: "hurry" });
  }

  /** Which threads and lists to be told about; takes effect at once and after every reconnect. */
  follow(threads: readonly number[], lists: readonly ListName[]): void {
    if (same(threads, this.threads) && same(lists, this.lists)) return;
    this.threads = [...threads];
    this.lists = [...lists];
    if (this.state.phase === "live") this.subscribe();
  }

  /** Typing and seen: worth nothing later, so they are dropped while there is no connection. */
  tell(frame: ClientFrame): void {
    if (this.state.phase === "live") this.socket?.send(JSON.stringify(frame));
  }

  private take(input: Input): void {
    const before = this.state;
    const [state, effects] = step(before, input, { now: this.settings.now(), random: this.settings.random });
    this.state = state;
    for (const effect of effects) this.perform(effect);
    if (state !== before) this.settings.onState(state);
  }

  private perform(effect: Effect): void {
    switch (effect.type) {
      case "load":
        void this.load();
        break;
      case "open":
        this.open();
        break;
      case "close":
        this.hangUp();
        break;
      case "wait":
        this.hangUp();
        this.cancelWait = this.settings.timer(effect.milliseconds, () => this.take({ type: "retry" }));
        break;
      case "signed_out":
        this.settings.onSignedOut();
        break;
    }
  }

  private async load(): Promise<void> {
    try {
      const snapshot = await this.settings.snapshot();
      if (this.state.phase !== "loading") return;
      this.settings.onSnapshot(snapshot);
      this.take({ type: "snapshot", cursor: snapshot.cursor, epoch: snapshot.epoch });
    } catch (error) {
      this.take({ type: "snapshot_failed", signedOut: error instanceof ApiError && error.status === 401 });
    }
  }

  private open(): void {
    this.hangUp();
    const socket = this.settings.connect();
    this.socket = socket;
    socket.onopen = () => this.subscribe();
    socket.onmessage = (event) => {
      if (this.socket === socket) this.hear(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.take({ type: "closed", code: event.code });
    };
    this.listen(READY_LIMIT);
  }

  private hear(data: unknown): void {
    this.heardAt = this.settings.now();
    this.listen(SILENCE);
    const frame = JSON.parse(String(data)) as ServerFrame;
    if (frame.type === "ready") this.take({ type: "ready", cursor: frame.cursor, epoch: frame.epoch });
    // What has been shown is what the cursor stands for: show first, then move it.
    this.settings.onFrame(frame);
    if (frame.type === "changes") this.take({ type: "changes", cursor: frame.cursor });
    if (frame.type === "reset") this.take({ type: "reset" });
  }

  private listen(limit: number): void {
    this.cancelSilence?.();
    this.cancelSilence = this.settings.timer(limit, () => this.take({ type: "silent" }));
  }

  private subscribe(): void {
    const { cursor, epoch } = this.state;
    const frame: ClientFrame = { type: "subscribe", cursor, epoch, threads: [...this.threads], lists: [...this.lists] };
    this.socket?.send(JSON.stringify(frame));
  }

  private hangUp(): void {
    this.cancelWait?.();
    this.cancelSilence?.();
    this.cancelWait = this.cancelSilence = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
