import { onBeforeUnmount, shallowRef } from "vue";
import { onBeforeRouteLeave, onBeforeRouteUpdate, type RouteLocationNormalized } from "vue-router";

export type LeaveAnswer = "stay" | "drop" | "save";

/** Nobody loses unsaved changes by a click: the way out waits for an answer; closing the window asks in the browser's words. */
export function useLeaving(unsaved: () => boolean, save: () => Promise<boolean>) {
  const asking = shallowRef<((go: boolean) => void) | null>(null);

  function mayLeave(to: RouteLocationNormalized): boolean | Promise<boolean> {
    // Signed out, there is nobody to ask and nothing can be saved: a question would hold the way to the sign-in shut.
    if (to.meta.open || !unsaved()) return true;
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
  onBeforeRouteUpdate((to, from) => (to.params["id"] === from.params["id"] ? true : mayLeave(to)));
  addEventListener("beforeunload", onUnload);
  onBeforeUnmount(() => removeEventListener("beforeunload", onUnload));
  return { asking, answer };
}
