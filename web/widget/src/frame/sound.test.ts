import { afterEach, describe, expect, it, vi } from "vitest";

import { allowSound, chime } from "./sound";

describe("sound", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("comes back at the next touch after a phone has taken it away", () => {
    const notes: number[] = [];
    const made: { state: string }[] = [];
    const quiet = { setValueAtTime: () => 0, linearRampToValueAtTime: () => 0, exponentialRampToValueAtTime: () => 0 };
    vi.stubGlobal(
      "AudioContext",
      class {
        state = "suspended";
        currentTime = 0;
        destination = {};
        constructor() {
          made.push(this);
        }
        resume() {
          this.state = "running";
          return Promise.resolve();
        }
        createOscillator() {
          return { frequency: { value: 0 }, connect: () => ({ connect: () => 0 }), start: (at: number) => notes.push(at), stop: () => 0 };
        }
        createGain() {
          return { gain: quiet };
        }
      },
    );
    allowSound();
    chime();
    expect(notes).toHaveLength(0);
    dispatchEvent(new Event("pointerdown"));
    chime();
    expect(notes).toHaveLength(2);
    (made[0] as { state: string }).state = "interrupted";
    chime();
    expect(notes).toHaveLength(2);
    dispatchEvent(new Event("keydown"));
    dispatchEvent(new Event("pointerdown"));
    chime();
    expect(notes).toHaveLength(4);
    expect(made).toHaveLength(1);
  });
});
