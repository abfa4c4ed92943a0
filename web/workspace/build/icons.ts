/**
 * Stands in for `@iconify/vue`: the icons come with the page, and there is no code in it that could ask
 * a foreign host for one. An icon that is not in the bundle stays empty.
 */
export * from "@iconify/vue/offline";

/** Every icon that exists here was there from the start. */
export const iconLoaded = (): boolean => true;
