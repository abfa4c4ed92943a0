/** Whether the window is as wide (or otherwise such) as a media query says, for as long as the component lives. */
import { onBeforeUnmount, type Ref, shallowRef } from "vue";

export function useMedia(query: string): Readonly<Ref<boolean>> {
  // Each call of matchMedia gives another object: the one that is listened to has to be kept to be let go.
  const media = matchMedia(query);
  const matches = shallowRef(media.matches);
  const hear = (event: MediaQueryListEvent) => (matches.value = event.matches);
  media.addEventListener("change", hear);
  onBeforeUnmount(() => media.removeEventListener("change", hear));
  return matches;
}
