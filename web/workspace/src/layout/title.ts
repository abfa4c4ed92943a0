/** The title of the browser's tab: what waits, else where one is. Set in one place, or two would overwrite each other. */
import { onBeforeUnmount, shallowRef, watchEffect } from "vue";
import { useRoute } from "vue-router";

import { useSession } from "@/app/session";
import { t } from "@/i18n";

/** Who waits for me, and how long; empty when nobody does. */
export const waitingTitle = shallowRef("");
const subject = shallowRef("");

/** What the page is about: the name of a line, of a channel. */
export function usePageSubject(name: () => string): void {
  watchEffect(() => (subject.value = name()));
  onBeforeUnmount(() => (subject.value = ""));
}

export function useTitle(): void {
  const route = useRoute();
  const { portal } = useSession();
  watchEffect(() => {
    const page = subject.value || (route.meta.title ? t(route.meta.title) : "");
    document.title = waitingTitle.value || [page, portal.value?.name || "openlines"].filter(Boolean).join(" · ");
  });
}
