/** Changes to a customer, shown at once. Somebody else's change meanwhile is never overwritten silently. */
import { ApiError, type Customer } from "@openlines/client";

import { useApi } from "@/app/api";
import { world } from "@/app/live";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

import { detailsOf, loadDetails, patchDetails, rename } from "./details";
import { inTurn } from "./inTurn";

const { api } = useApi();
const toasts = useToasts();

type Changes = Partial<Pick<Customer, "name" | "email" | "phone" | "fields">>;

export async function changeCustomer(conversationId: number, customer: Customer, changes: Changes): Promise<void> {
  patchDetails(conversationId, (details) => ({ ...details, customer: { ...details.customer, ...changes } }));
  const remove = changes.name === undefined ? () => undefined : world.overlay(conversationId, { customer: changes.name });
  try {
    // Each is made to what the one before has left, or it would be refused as a stranger's.
    const saved = await inTurn(`customer ${customer.id}`, () => api.updateCustomer(customer.id, { version: versionOf(conversationId, customer), ...changes }));
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

/** The version that the last change of ours has left, where it is of this customer. */
function versionOf(conversationId: number, customer: Customer): number {
  const known = detailsOf(conversationId)?.details?.customer;
  return known?.id === customer.id ? Math.max(known.version, customer.version) : customer.version;
}
