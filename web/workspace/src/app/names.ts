/** What a customer is called: his name, or the number of his thread, so that two guests are told apart. */
import type { ConversationRow, Customer } from "@openlines/client";

import { t, useI18n } from "@/i18n";

const { language } = useI18n();

/** What a conversation is called when one speaks of it: № 20 417, #20417 (English puts no comma into a name). */
export const caseNumber = (id: number): string => t("shell.caseNumber", { number: language.value === "ru" ? id : String(id) });

export function customerName(row: Pick<ConversationRow, "customer" | "thread_id">): string {
  return row.customer || t("shell.guestNumber", { number: String(row.thread_id) });
}

/** The same for a customer's card: a guest is called by the number of his first thread. */
export function nameOf(customer: Pick<Customer, "name" | "thread_id">): string {
  if (customer.name) return customer.name;
  return customer.thread_id ? t("shell.guestNumber", { number: String(customer.thread_id) }) : t("shell.guest");
}
