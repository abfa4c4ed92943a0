/** Being there, on a pause, or not: shown at once, taken back with words when it is refused. */
import type { Presence } from "@openlines/client";

import { t } from "@/i18n";

import { useApi } from "./api";
import { useSession } from "./session";
import { useToasts } from "./toasts";

const { api } = useApi();
const { me, setMe } = useSession();
const toasts = useToasts();

export async function choosePresence(state: Presence, reason = ""): Promise<void> {
  const before = me.value;
  if (!before) return;
  setMe({ ...before, presence: state, pause_reason: reason });
  try {
    await api.presence(state, reason);
  } catch (error) {
    setMe(before);
    toasts.failed(t("shell.presenceFailed"), error, { label: t("shell.retry"), run: () => choosePresence(state, reason) });
  }
}

/** Reasons that are a press away. */
export const pauseReasons = (): string[] => [
  t("shell.pauseLunch"),
  t("shell.pauseBreak"),
  t("shell.pauseMeeting"),
  t("shell.pauseTraining"),
  t("shell.pauseCall"),
];
