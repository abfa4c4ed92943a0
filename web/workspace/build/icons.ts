/**
 * Stands in for `@iconify/vue`: the icons come with the page, and there is no code in it that could ask
 * a foreign host for one. An icon that is not in the bundle stays empty.
 */
import { addIcon as add } from "@iconify/vue/offline";

export * from "@iconify/vue/offline";

/** Here an icon is found by its exact name only: under `lucide:inbox` as under `lucide-inbox`. */
export const addIcon: typeof add = (name, data) => {
  add(name, data);
  add(name.replace(":", "-"), data);
};

/** Every icon that exists here was there from the start. */
export const iconLoaded = (): boolean => true;
