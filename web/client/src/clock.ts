/** The server's clock, as far as it can be known here: counters must not lie because a laptop's clock does. */
export class ServerClock {
  private readonly local: () => number;
  private offset = 0;

  /** `local` gives milliseconds since the epoch by this machine. */
  constructor(local: () => number) {
    this.local = local;
  }

  /** The server has just said what time it is. The error is the time the words took to come here. */
  heard(instant: string): void {
    const said = Date.parse(instant);
    if (Number.isFinite(said)) this.offset = said - this.local();
  }

  /** Milliseconds since the epoch, by the server. */
  now(): number {
    return this.local() + this.offset;
  }
}
