/** The conversation as its customer has seen it: to his e-mail, or as a file. */
import type { ConversationRow } from "@openlines/client";

import { useApi } from "@/app/api";
import { saveFile } from "@/app/saveFile";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

const { api, rest } = useApi();
const toasts = useToasts();

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
    await saveFile(rest.address(`/conversations/${row.id}/transcript`), `conversation-${row.id}.txt`);
  } catch {
    toasts.failed(t("inbox.transcriptSaveFailed"), undefined, { label: t("shell.retry"), run: () => saveTranscript(row) });
  }
}
