/** What a customer is called: his name, or the number of his thread, so that two guests are told apart. */
import type { ConversationRow } from "@openlines/client";

import { t } from "@/i18n";

export function customerName(row: Pick<ConversationRow, "customer" | "thread_id">): string {
  return row.customer || t("shell.guestNumber", { number: String(row.thread_id) });
}
