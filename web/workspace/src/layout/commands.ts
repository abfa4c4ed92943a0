/** What the command bar can do: whoever is on the screen adds his commands. */
import { shallowRef } from "vue";

export const commandsOpen = shallowRef(false);
export const sheetOpen = shallowRef(false);

export function openCommands(): void {
  commandsOpen.value = true;
}
