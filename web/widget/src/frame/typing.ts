/** Tells that the visitor is typing (and, where the channel wants it, what): at once, then now and then. */

const EVERY = 2000;

export interface TypingOptions {
  send(text: string | undefined): void;
  withText(): boolean;
}

export class Typing {
  private text = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changed = false;

  constructor(private readonly options: TypingOptions) {}

  typed(text: string): void {
    this.text = text;
    this.changed = true;
    if (this.timer === undefined) this.tell();
  }

  /** Sent, or thrown away. */
  stop(): void {
    this.changed = false;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private tell(): void {
    this.timer = undefined;
    if (!this.changed) return;
    this.changed = false;
    if (this.options.withText()) this.options.send(this.text);
    else if (this.text) this.options.send(undefined);
    this.timer = setTimeout(() => this.tell(), EVERY);
  }
}
