/** Sounds, notifications and the tab's title, from what happens in the world. */
import { type ConversationRow, waitOf } from "@openlines/client";
import { computed, onBeforeUnmount, onMounted, watchEffect } from "vue";
import { useRouter } from "vue-router";

import { notify, play } from "@/app/attention";
import { now } from "@/app/clock";
import { changed, useLive, world } from "@/app/live";
import { customerName } from "@/app/names";
import { shortCounter } from "@/app/times";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

import { waitingTitle } from "./title";

export function useAttention(): void {
  const live = useLive();
  const router = useRouter();
  const toasts = useToasts();

  const isOpenHere = (row: ConversationRow) => {
    const { name, params } = router.currentRoute.value;
    return name === "conversation" && params["id"] === String(row.id) && document.hasFocus();
  };
  const off = live.onHappening(({ kind, row }) => {
    if (kind === "spoke" && isOpenHere(row)) return;
    play(kind);
    const name = customerName(row);
    const show = () => void router.push({ name: "conversation", params: { id: row.id } });
    const title = t(kind === "offered" ? "shell.offeredNotice" : "shell.spokeNotice", { name });
    notify(title, row.last?.text ?? "", `conversation ${row.id}`, show);
    // On other pages there is neither the list nor the bar that would show it.
    const here = router.currentRoute.value.name;
    if (kind === "offered" && here !== "inbox" && here !== "conversation") {
      toasts.show(title, { actions: [{ label: t("shell.show"), run: show }], duration: 20_000 });
    }
  });

  /** Who waits for me, the longest first. */
  const waiting = computed(() => {
    void changed.rows;
    return [...world.lists.rows("mine", "new"), ...world.lists.rows("mine", "work")].filter((row) => row.waiting_since);
  });
  const longest = computed(() => waiting.value.reduce<ConversationRow | undefined>((most, row) => (!most || (row.waiting_since ?? "") < (most.waiting_since ?? "") ? row : most), undefined));
  watchEffect(() => {
    const row = longest.value;
    const wait = row && waitOf(row, now.value);
    waitingTitle.value = wait && row ? `(${waiting.value.length}) ${t("shell.titleWaiting", { time: shortCounter(wait.waited), name: customerName(row) })}` : "";
  });

  onMounted(() => live.start());
  onBeforeUnmount(() => {
    off();
    live.stop();
    waitingTitle.value = "";
  });
}
