import { onBeforeUnmount, shallowRef } from "vue";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";

export type LeaveAnswer = "stay" | "drop" | "save";

/** Nobody loses unsaved changes by a click: the way out waits for an answer; closing the window asks in the browser's words. */
export function useLeaving(unsaved: () => boolean, save: () => Promise<boolean>) {
  const asking = shallowRef<((go: boolean) => void) | null>(null);

  function mayLeave(): boolean | Promise<boolean> {
    if (!unsaved()) return true;
    return new Promise((resolve) => (asking.value = resolve));
  }

  async function answer(what: LeaveAnswer): Promise<void> {
    const go = asking.value;
    asking.value = null;
    go?.(what === "drop" || (what === "save" && (await save())));
  }

  function onUnload(event: BeforeUnloadEvent): void {
    if (unsaved()) event.preventDefault();
  }

  onBeforeRouteLeave(mayLeave);
  onBeforeRouteUpdate((to, from) => (to.params["id"] === from.params["id"] ? true : mayLeave()));
  addEventListener("beforeunload", onUnload);
  onBeforeUnmount(() => removeEventListener("beforeunload", onUnload));
  return { asking, answer };
}
