import { onBeforeUnmount, watch } from "vue";

import { changed } from "@/app/live";

const PAUSE = 300;

/**
 * Look again when people ("people") or lines and channels ("places") have changed anywhere. A burst of changes is
 * one look; a look that fails changes nothing: what is on the screen stays until the next one.
 */
export function useFresh(kinds: readonly ("people" | "places")[], look: () => Promise<unknown>): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => kinds.map((kind) => changed[kind]).join(),
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void look().catch(() => undefined), PAUSE);
    },
  );
  onBeforeUnmount(() => clearTimeout(timer));
}
