import { nextTick } from "vue";

/**
 * Brings a field of the page before the eyes and under the hands: its control that is refused, else its first one.
 *
 * It happens in the turn in which what is wrong is written beside it. A moment later it would take the cursor away
 * from somebody who is typing already, and what he types would land in another control.
 */
export async function showField(name: string): Promise<void> {
  await nextTick();
  const place = document.querySelector<HTMLElement>(`[data-testid="field-${CSS.escape(name)}"]`);
  if (!place) return;
  place.scrollIntoView({ block: "center", behavior: "smooth" });
  controlOf(place)?.focus({ preventScroll: true });
}

function controlOf(place: HTMLElement): HTMLElement | undefined {
  if (place instanceof HTMLInputElement) return place;
  // Beside its name a setting may have a button of its own, back to what it is by default.
  const within = place.querySelector(".control") ?? place;
  const all = [...within.querySelectorAll<HTMLElement>("input, textarea, select, button")];
  return all.find((one) => one.getAttribute("aria-invalid") === "true") ?? all[0];
}
