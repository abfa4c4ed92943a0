/** The conversation as its customer has seen it: to his e-mail, or as a file. */
import type { ConversationRow } from "@openlines/client";

import { useApi } from "@/app/api";
import { useToasts } from "@/app/toasts";
import { t, useI18n } from "@/i18n";

const { api, rest } = useApi();
const toasts = useToasts();
const { language } = useI18n();

export async function sendTranscript(row: ConversationRow): Promise<void> {
  try {
    const { to } = await api.sendTranscript(row.id);
    toasts.done(t("inbox.transcriptSent", { to }));
  } catch (error) {
    toasts.failed(t("inbox.transcriptFailed"), error);
  }
}

export async function saveTranscript(row: ConversationRow): Promise<void> {
  try {
    const answer = await fetch(rest.address(`/conversations/${row.id}/transcript`), {
      headers: { "Accept-Language": language.value },
      credentials: "same-origin",
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `conversation-${row.id}.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch {
    toasts.failed(t("inbox.transcriptSaveFailed"), undefined, { label: t("shell.retry"), run: () => saveTranscript(row) });
  }
}
