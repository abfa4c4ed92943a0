/** The marked one of a list that is narrowed by typing. */
import { type Ref, shallowRef, watch } from "vue";

/**
 * Its place in `list`. Other words begin at the top. What comes, goes or is put in another order by itself takes the
 * mark along: whoever presses Enter means the one that he saw marked.
 */
export function useChosen(list: Ref<readonly { key: string }[]>, query: Ref<string>): Ref<number> {
  const chosen = shallowRef(0);
  let listedFor = query.value;
  watch(list, (now, before) => {
    const at = now.findIndex((one) => one.key === before[chosen.value]?.key);
    if (listedFor !== query.value) chosen.value = 0;
    else chosen.value = at >= 0 ? at : Math.max(0, Math.min(chosen.value, now.length - 1));
    listedFor = query.value;
  });
  return chosen;
}
