/**
 * What a person does with a conversation. Shown at once, taken back with words when it is refused; what can be
 * undone is not asked about but offers undo.
 */
import { type Acted, ApiError, type Coded, type ConversationRow, type Message, type TransferTarget } from "@openlines/client";

import { useApi } from "@/app/api";
import { clock } from "@/app/clock";
import { world } from "@/app/live";
import { customerName } from "@/app/names";
import { moment } from "@/app/times";
import { useToasts } from "@/app/toasts";
import { type Key, maybe, t } from "@/i18n";

import { wordsOf } from "./coded";
import { patchDetails, refreshDetails } from "./details";
import { inTurn } from "./inTurn";
import { said } from "./outbox";
import { showInstead, takeMessages } from "./threads";

const { api } = useApi();
const toasts = useToasts();

type Patch = { [K in keyof ConversationRow]?: ConversationRow[K] | undefined };

/**
 * Show `patch` at once, do it, keep what the server says. Resolves to whether it was done. `settled` is the code
 * of a refusal that means that what was wanted is so already.
 */
async function act(row: ConversationRow, patch: Patch, call: (seen: number) => Promise<Acted>, failure: Key, settled?: string): Promise<boolean> {
  const remove = world.overlay(row.id, patch as Partial<ConversationRow>);
  try {
    const { conversation, warning } = await inTurn(`conversation ${row.id}`, () => afterWhatWasSaid(row, call));
    world.learn(conversation);
    if (warning) warn(warning);
    refreshDetails(row.id);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === settled) return true;
    // Somebody was faster, or it may not be done: the server's words say which, and the truth is fetched.
    toasts.failed(t(failure), error, error instanceof ApiError ? undefined : { label: t("shell.retry"), run: () => act(row, patch, call, failure, settled) });
    refreshDetails(row.id);
    return false;
  } finally {
    remove();
  }
}

/** By conversation: the version that the last deed done here has left. */
const left = new Map<number, number>();

/** Finished, taken back, finished again is finished; answered and finished is first answered. */
async function afterWhatWasSaid(row: ConversationRow, call: (seen: number) => Promise<Acted>): Promise<Acted> {
  await said(row.thread_id);
  // What he did himself is no change that he has not seen.
  const acted = await call(Math.max(row.version, left.get(row.id) ?? 0));
  left.set(row.id, acted.conversation.version);
  return acted;
}

function warn(warning: Coded | string): void {
  const text = typeof warning === "string" ? warning : (maybe(`inbox.warn_${warning.code}`, wordsOf(warning.params)) ?? warning.text);
  if (text) toasts.show(text);
}

const me = (): number => world.me?.id ?? 0;
const NO_OFFER: Patch = { offered_to: undefined, offer: undefined, offer_ends_at: undefined };

export function accept(row: ConversationRow): Promise<boolean> {
  const patch: Patch = { ...NO_OFFER, state: "active", awaiting: "operator", operator_id: me() };
  return act(row, patch, (seen) => api.accept(row.id, seen), "inbox.acceptFailed");
}

export function decline(row: ConversationRow): Promise<boolean> {
  const patch: Patch = row.offer === "everyone" ? { declined: true } : { ...NO_OFFER, state: "waiting" };
  return act(row, patch, (seen) => api.decline(row.id, seen), "inbox.declineFailed");
}

/** The words that offer to take a finish back, by conversation. */
const finishings = new Map<number, number>();

export async function finish(row: ConversationRow, now = false): Promise<void> {
  const patch: Patch = { ...NO_OFFER, state: now ? "closed" : "closing", awaiting: undefined, waiting_since: undefined, target_at: undefined, snoozed_until: undefined, pinned: undefined };
  const name = customerName(row);
  const done = act(row, patch, (seen) => api.finish(row.id, seen, now), "inbox.finishFailed");
  const undo = { label: t("shell.undo"), testId: "undo", run: () => undoFinish(world.row(row.id) ?? row) };
  const toast = toasts.done(t(now ? "inbox.closedToast" : "inbox.finishedToast", { name }), undo);
  dropOffer(row.id);
  finishings.set(row.id, toast);
  if (!(await done)) toasts.dismiss(toast);
}

function dropOffer(id: number): void {
  const toast = finishings.get(id);
  finishings.delete(id);
  if (toast !== undefined) toasts.dismiss(toast);
}

export function undoFinish(row: ConversationRow): Promise<boolean> {
  dropOffer(row.id);
  const patch: Patch = { state: "active", awaiting: row.waiting_since ? "operator" : "customer", operator_id: me(), closes_at: undefined };
  return act(row, patch, () => api.undoFinish(row.id), "inbox.undoFailed", "not_finished");
}

export async function transfer(row: ConversationRow, target: TransferTarget, name: string, note: string): Promise<boolean> {
  const patch: Patch = "user_id" in target ? { operator_id: target.user_id } : { state: "waiting", operator_id: undefined };
  const done = await act(row, patch, (seen) => api.transfer(row.id, seen, target, note), "inbox.transferFailed");
  if (done) toasts.done(t("inbox.transferredToast", { name }));
  return done;
}

export function intercept(row: ConversationRow): Promise<boolean> {
  const patch: Patch = { ...NO_OFFER, state: "active", operator_id: me(), awaiting: row.awaiting ?? "operator" };
  return act(row, patch, (seen) => api.intercept(row.id, seen), "inbox.interceptFailed");
}

/** The head's own rating: the operator is told, the customer never. */
export async function rateAsHead(row: ConversationRow, value: number, comment: string): Promise<boolean> {
  const done = await act(row, { head_rating: value }, () => api.rateAsHead(row.id, value, comment), "inbox.headRatingFailed");
  if (done) toasts.done(t("inbox.headRatedToast", { value }));
  return done;
}

export const join = (row: ConversationRow): Promise<boolean> =>
  act(row, { listening: true }, () => api.join(row.id), "inbox.joinFailed");
export const leave = (row: ConversationRow): Promise<boolean> =>
  act(row, { listening: undefined }, () => api.leave(row.id), "inbox.joinFailed");

export function pin(row: ConversationRow, pinned: boolean): Promise<boolean> {
  return act(row, { pinned: pinned || undefined }, () => api.pin(row.id, pinned), "inbox.pinFailed");
}

/** `until` in milliseconds since the epoch; null brings it back. */
export async function snooze(row: ConversationRow, until: number | null): Promise<void> {
  const instant = until === null ? undefined : new Date(until).toISOString();
  const done = await act(row, { snoozed_until: instant }, () => api.snooze(row.id, instant ?? null), "inbox.snoozeFailed");
  if (!done || until === null) return;
  toasts.done(t("inbox.snoozedToast", { until: moment(until, clock.now()) }), {
    label: t("shell.undo"),
    testId: "undo",
    run: () => snooze(world.row(row.id) ?? row, null),
  });
}

/** Closed at once and without a word. There is no way back for the conversation; the customer can be unblocked. */
export async function markSpam(row: ConversationRow, block: boolean): Promise<void> {
  const patch: Patch = { ...NO_OFFER, state: "closed", awaiting: undefined, waiting_since: undefined, target_at: undefined };
  if (!(await act(row, patch, () => api.spam(row.id, block), "inbox.spamFailed"))) return;
  toasts.done(t(block ? "inbox.spamBlockedToast" : "inbox.spamToast"), block ? { label: t("inbox.unblock"), run: () => setBlocked(row, false) } : undefined);
}

export async function setBlocked(row: ConversationRow, blocked: boolean): Promise<void> {
  const show = (value: boolean) =>
    patchDetails(row.id, (details) => ({ ...details, thread: { ...details.thread, blocked: value } }));
  show(blocked);
  try {
    await (blocked ? api.block(row.thread_id) : api.unblock(row.thread_id));
  } catch (error) {
    show(!blocked);
    toasts.failed(t("inbox.blockFailed"), error);
  }
}

/** The customer's words were seen up to `seq`; false: not told. Trouble is not worth a word: the next look repeats it. */
export async function markRead(row: ConversationRow, seq: number): Promise<boolean> {
  const remove = world.overlay(row.id, { unread: 0 });
  try {
    world.learn((await api.read(row.id, seq)).conversation);
    return true;
  } catch {
    // The mark stays; it is seen again when the thread is looked at again.
    return false;
  } finally {
    remove();
  }
}

/** Send again what failed, or what nobody knows about. */
export async function retryDelivery(message: Message): Promise<void> {
  const back = showInstead({ ...message, delivery: { state: "queued" } });
  try {
    takeMessages([await api.retryMessage(message.id)]);
  } catch (error) {
    back();
    toasts.failed(t("inbox.retryFailed"), error);
  }
}

export async function editMessage(message: Message, text: string): Promise<void> {
  const back = showInstead({ ...message, text, edited_at: new Date(clock.now()).toISOString() });
  try {
    takeMessages([await api.editMessage(message.id, text)]);
  } catch (error) {
    back();
    toasts.failed(t("inbox.editFailed"), error);
  }
}

export async function deleteMessage(message: Message): Promise<void> {
  const back = showInstead({ ...message, deleted_at: new Date(clock.now()).toISOString() });
  try {
    const deleted = await api.deleteMessage(message.id);
    if (deleted) takeMessages([deleted]);
  } catch (error) {
    back();
    toasts.failed(t("inbox.deleteFailed"), error);
  }
}
