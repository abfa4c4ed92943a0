/** Changes to a customer, shown at once. Somebody else's change meanwhile is never overwritten silently. */
import { ApiError, type Customer } from "@openlines/client";

import { useApi } from "@/app/api";
import { world } from "@/app/live";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

import { loadDetails, patchDetails, rename } from "./details";

const { api } = useApi();
const toasts = useToasts();

type Changes = Partial<Pick<Customer, "name" | "email" | "phone" | "fields">>;

export async function changeCustomer(conversationId: number, customer: Customer, changes: Changes): Promise<void> {
  patchDetails(conversationId, (details) => ({ ...details, customer: { ...details.customer, ...changes } }));
  const remove = changes.name === undefined ? () => undefined : world.overlay(conversationId, { customer: changes.name });
  try {
    const saved = await api.updateCustomer(customer.id, { version: customer.version, ...changes });
    patchDetails(conversationId, (details) => ({ ...details, customer: { ...details.customer, ...saved } }));
    rename(conversationId, saved.name);
  } catch (error) {
    const conflict = error instanceof ApiError && error.status === 409;
    toasts.failed(t(conflict ? "inbox.customerConflict" : "inbox.customerFailed"), error);
    await loadDetails(conversationId);
  } finally {
    remove();
  }
}
