/** Two soft notes for a message that came in, made on the spot: nothing to download. */

let context: AudioContext | undefined;

/** Browsers let a page sound only after it was touched, and phones forget it in their sleep: each touch gets it ready. */
export function allowSound(): void {
  const ready = () => {
    try {
      context ??= new AudioContext();
      void context.resume().catch(() => undefined);
    } catch {
      // No audio here.
    }
  };
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, ready, true);
}

export function chime(): void {
  if (context?.state !== "running") return;
  note(context, 880, 0);
  note(context, 1174.7, 0.09);
}

function note(audio: AudioContext, frequency: number, after: number): void {
  const start = audio.currentTime + after;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.08, start + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + 0.3);
}
