/**
 * The live line to the server: a WebSocket that heals by itself and goes on after the last message it saw;
 * polling where a WebSocket cannot get through.
 *
 *   off ──want──▶ connecting ──ready──▶ live
 *                   ▲   │ lost            │ lost, or silent for longer than the server's pings
 *              wait (full jitter) ◀───────┘
 *                   │ three times without ever getting ready, while polling works
 *                   ▼
 *                polling (a socket is tried again every minute)
 */

import type { FromServer, ToServer } from "../model/types";
import { jitter } from "./backoff";

/** The server pings every 25 s; twice missed is lost. */
const SILENCE = 60_000;
const READY = 15_000;
/** Once missed is suspicious, where there is a reason to look: while a device sleeps its timers stand still. */
const QUIET = 30_000;
const GIVE_UP_AFTER = 3;
const TRY_SOCKET_AGAIN = 60_000;
/** A line that holds this long was a good one: the next loss begins with the short waits again. */
const STEADY = 10_000;
const SIGNED_OUT = [4001, 4401];

export type LineState = "off" | "connecting" | "live" | "polling";

/** What is open towards the server; a WebSocket has this shape. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LineOptions {
  socket(): Socket;
  hello(): ToServer;
  heard(frame: FromServer): void;
  /** The server does not know this visitor any more. */
  signedOut(): void;
  changed(state: LineState): void;
  /** Ask for news over plain HTTP; rejects when that fails too. */
  poll(): Promise<void>;
  /** Milliseconds between polls now. */
  period(): number;
  random?(): number;
}

export class Line {
  state: LineState = "off";
  private socket: Socket | undefined;
  private attempt = 0;
  /** Attempts in a row that never got as far as `ready`. */
  private barren = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  /** Polls in a row that failed. */
  private misses = 0;
  private liveSince = 0;
  private heardAt = 0;

  constructor(private readonly options: LineOptions) {}

  /** Whether a line is wanted at all. */
  want(wanted: boolean): void {
    if (wanted && this.state === "off") {
      this.become("connecting");
      this.dial();
    } else if (!wanted && this.state !== "off") {
      this.become("off");
      this.drop();
      for (const timer of [this.retry, this.polling]) clearTimeout(timer);
    }
  }

  send(frame: ToServer): boolean {
    if (this.state !== "live" || !this.socket) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** The network came back, or the tab is looked at again: do not sit out the wait. */
  nudge(): void {
    if (this.state === "off") return;
    if (this.socket) {
      if (Date.now() - this.heardAt < QUIET) return;
      this.drop();
      this.lost();
    }
    this.attempt = 0;
    clearTimeout(this.retry);
    this.dial();
  }

  private dial(): void {
    let socket: Socket;
    try {
      socket = this.options.socket();
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.expect(READY);
    socket.onopen = () => socket.send(JSON.stringify(this.options.hello()));
    socket.onmessage = ({ data }) => {
      if (this.socket === socket) this.hear(data);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.drop();
      if (SIGNED_OUT.includes(code)) this.options.signedOut();
      else this.lost();
    };
  }

  private hear(data: unknown): void {
    this.expect(SILENCE);
    let frame: FromServer;
    try {
      frame = JSON.parse(String(data)) as FromServer;
    } catch {
      return;
    }
    if (frame.type === "ready") {
      this.barren = 0;
      this.liveSince = Date.now();
      clearTimeout(this.polling);
      this.become("live");
    }
    this.options.heard(frame);
  }

  private expect(within: number): void {
    this.heardAt = Date.now();
    clearTimeout(this.watch);
    this.watch = setTimeout(() => {
      this.drop();
      this.lost();
    }, within);
  }

  private drop(): void {
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private lost(): void {
    if (this.state === "off") return;
    if (this.state !== "live") this.barren += 1;
    else if (Date.now() - this.liveSince > STEADY) this.attempt = 0;
    const resigned = this.barren >= GIVE_UP_AFTER;
    if (this.state !== "polling") this.become("connecting");
    const random = this.random();
    const patient = this.state === "polling";
    const wait = patient ? TRY_SOCKET_AGAIN * (0.5 + random) : jitter(this.attempt++, random);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.dial(), wait);
    if (resigned && !patient) void this.ask();
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    clearTimeout(this.polling);
    try {
      await this.options.poll();
      this.misses = 0;
      if (this.state === "connecting") this.become("polling");
    } catch {
      this.misses += 1;
      if (this.state === "polling") this.become("connecting");
    }
    this.asking = false;
    if (this.state === "off" || this.state === "live") return;
    const wait = Math.max(this.options.period(), this.misses && jitter(this.misses, this.random()));
    this.polling = setTimeout(() => void this.ask(), wait);
  }

  private random(): number {
    return (this.options.random ?? Math.random)();
  }

  private become(state: LineState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.changed(state);
  }
}
