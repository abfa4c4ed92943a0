/** Light, dark, or as the system has it. The class on the root is what the style sheets look at. */
import { computed, shallowRef, watchEffect } from "vue";

import { keep } from "./keep";

export type Theme = "light" | "dark" | "system";

const KEPT = "openlines.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = shallowRef(dark.matches);
dark.addEventListener("change", (event) => (systemIsDark.value = event.matches));

const kept = keep.get(KEPT);
const theme = shallowRef<Theme>(kept === "light" || kept === "dark" ? kept : "system");
const isDark = computed(() => (theme.value === "system" ? systemIsDark.value : theme.value === "dark"));

watchEffect(() => {
  const root = document.documentElement;
  root.classList.toggle("dark", isDark.value);
  root.classList.toggle("light", !isDark.value);
  root.style.colorScheme = isDark.value ? "dark" : "light";
});

export function useTheme() {
  return {
    theme: computed(() => theme.value),
    isDark,
    setTheme(wanted: Theme): void {
      theme.value = wanted;
      keep.set(KEPT, wanted);
    },
  };
}
