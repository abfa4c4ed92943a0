/**
 * Asking for attention: a short sound and a notification of the desktop. Of several tabs one speaks. Both have
 * a switch; without permission or a sound device the page is silent and says nothing wrong.
 */
import { shallowRef } from "vue";

import { keep } from "./keep";

const SOUND = "openlines.sound";
const DESKTOP = "openlines.desktop";

export const sound = shallowRef(keep.get(SOUND) !== "off");
export const desktop = shallowRef(keep.get(DESKTOP) === "on" && permission() === "granted");

function permission(): NotificationPermission {
  return "Notification" in window ? Notification.permission : "denied";
}

export function setSound(on: boolean): void {
  sound.value = on;
  keep.set(SOUND, on ? "on" : "off");
  if (on) play("spoke");
}

/** Resolves to false when the browser forbids it. */
export async function setDesktop(on: boolean): Promise<boolean> {
  const allowed = !on || permission() === "granted" || ("Notification" in window && (await Notification.requestPermission()) === "granted");
  desktop.value = on && allowed;
  keep.set(DESKTOP, desktop.value ? "on" : "off");
  return allowed;
}

// The tab that holds the lock is the one that speaks; when it goes, the next in line gets it.
let isVoice = true;
const locks = (navigator as { locks?: LockManager }).locks;
if (locks) {
  isVoice = false;
  void locks.request("openlines.voice", () => {
    isVoice = true;
    return new Promise(() => undefined);
  });
}

let audio: AudioContext | undefined;

/** Two rising tones for an offer, one soft for a message. */
export function play(what: "offered" | "spoke"): void {
  if (!sound.value || !isVoice) return;
  try {
    audio ??= new AudioContext();
    void audio.resume();
    const tones = what === "offered" ? [660, 880] : [520];
    tones.forEach((frequency, index) => tone(audio as AudioContext, frequency, index * 0.13, what === "offered" ? 0.12 : 0.06));
  } catch {
    // No sound device.
  }
}

function tone(context: AudioContext, frequency: number, after: number, volume: number): void {
  const at = context.currentTime + after;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(volume, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.22);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.25);
}

/** Shown only to who is not looking. `tag`: a newer one of the same replaces it. */
export function notify(title: string, body: string, tag: string, open: () => void): void {
  if (!desktop.value || permission() !== "granted" || (document.hasFocus() && !document.hidden)) return;
  try {
    const shown = new Notification(title, { body, tag, silent: true });
    shown.onclick = () => {
      window.focus();
      open();
      shown.close();
    };
  } catch {
    // Some browsers allow them to service workers only.
  }
}
