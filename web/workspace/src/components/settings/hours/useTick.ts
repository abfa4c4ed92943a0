import { onBeforeUnmount, shallowRef, type ShallowRef } from "vue";

/** The present, looked at again every so many milliseconds while the component lives. */
export function useTick(every: number): ShallowRef<Date> {
  const now = shallowRef(new Date());
  const timer = setInterval(() => (now.value = new Date()), every);
  onBeforeUnmount(() => clearInterval(timer));
  return now;
}
