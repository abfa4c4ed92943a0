/** What is known about a conversation beside its row: customer, thread, why, what next, what may be done. */
import { ApiError, type ConversationDetails, isTransient } from "@openlines/client";
import { shallowReactive } from "vue";

import { useApi } from "@/app/api";
import { useLive, world } from "@/app/live";

const { api } = useApi();
const live = useLive();
const KEPT = 60;
/** Several changes in a row are fetched once. */
const PAUSE = 200;

export interface Known {
  details: ConversationDetails | null;
  /** "gone": there is none, or it may not be seen. */
  state: "loading" | "ready" | "failed" | "gone";
}

const known = shallowReactive(new Map<number, Known>());
const busy = new Map<number, Promise<void>>();
const timers = new Map<number, number>();
/** Changed once more while it was being fetched: what comes may be of before. */
const again = new Set<number>();
/** The one on the screen is not forgotten, however many others are looked at in passing. */
let held: number | null = null;

export function holdDetails(id: number | null): void {
  held = id;
}

export const detailsOf = (id: number): Known | undefined => known.get(id);

export function loadDetails(id: number): Promise<void> {
  const running = busy.get(id);
  if (running) return running;
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (!known.has(id)) known.set(id, { details: null, state: "loading" });
  const loading = fetchDetails(id).finally(() => {
    busy.delete(id);
    if (again.delete(id)) void loadDetails(id);
  });
  busy.set(id, loading);
  return loading;
}

async function fetchDetails(id: number): Promise<void> {
  const asked = world.moment;
  try {
    const details = await api.conversation(id);
    put(id, { details, state: "ready" });
    world.meet(details.conversation, asked);
    rename(id, details.customer.name);
  } catch (error) {
    const before = known.get(id)?.details ?? null;
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) put(id, { details: null, state: "gone" });
    else if (!before) put(id, { details: null, state: "failed" });
    else if (isTransient(error)) refreshDetails(id, 3_000);
  }
}

/** A new name of the customer does not change the conversation, so its row has to be told. */
export function rename(id: number, name: string | undefined): void {
  if (name) world.amend(id, { customer: name });
}

function put(id: number, value: Known): void {
  known.delete(id);
  known.set(id, value);
  for (const old of known.keys()) {
    if (known.size <= KEPT) break;
    if (old !== held) known.delete(old);
  }
}

/** Something about it has changed: fetch again shortly. */
export function refreshDetails(id: number, after = PAUSE): void {
  if (timers.has(id)) return;
  timers.set(
    id,
    window.setTimeout(() => {
      timers.delete(id);
      if (busy.has(id)) again.add(id);
      else void loadDetails(id);
    }, after),
  );
}

/** Show a change before it is confirmed. */
export function patchDetails(id: number, change: (details: ConversationDetails) => ConversationDetails): void {
  const details = known.get(id)?.details;
  if (details) known.set(id, { details: change(details), state: "ready" });
}

live.onFrame((frame) => {
  if (frame.type !== "changes") return;
  for (const name of frame.stale ?? []) {
    const customer = /^customer:(\d+)$/.exec(name);
    if (!customer) continue;
    world.stale.delete(name);
    for (const [id, { details }] of known) if (details?.customer.id === Number(customer[1])) refreshDetails(id);
  }
  for (const id of frame.gone ?? []) if (known.has(id)) put(id, { details: null, state: "gone" });
});
