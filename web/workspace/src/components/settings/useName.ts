/** A name under edit: it follows what is stored, and what is typed on while it is being saved stays for the next save. */
import { type Ref, shallowRef, watch } from "vue";

export function useName(stored: () => string | undefined): Ref<string> {
  const name = shallowRef(stored() ?? "");
  watch(stored, (value = "", before = "") => {
    if ([value, before].includes(name.value.trim())) name.value = value;
  });
  return name;
}
