/** One tick a second for the whole page, by the server's clock. What is not on the screen does not tick. */
import { ServerClock } from "@openlines/client";
import { computed, shallowRef } from "vue";

export const clock = new ServerClock(() => Date.now());
const second = shallowRef(Math.floor(clock.now() / 1_000) * 1_000);

function tick(): void {
  const now = clock.now();
  second.value = Math.floor(now / 1_000) * 1_000;
  setTimeout(tick, 1_000 - (now % 1_000) + 5);
}
tick();

/** Milliseconds since the epoch by the server, whole seconds; changes once a second. */
export const now = computed(() => second.value);
/** The same, whole minutes: for what shows no seconds. */
export const nowMinute = computed(() => Math.floor(second.value / 60_000) * 60_000);

/** The server's clock has been heard: show it at once. */
export function heardTime(instant: string): void {
  clock.heard(instant);
  second.value = Math.floor(clock.now() / 1_000) * 1_000;
}
