/**
 * The threads that are here. The open one and its neighbours are subscribed to and stay exact; others are kept for
 * a quick return and brought up to date when they are shown again.
 */
import { type Message, ThreadWindow } from "@openlines/client";
import { watch } from "vue";

import { useApi } from "@/app/api";
import { connection, touch, useLive } from "@/app/live";

const { api } = useApi();
const live = useLive();
const KEPT = 40;
const PAGE = 50;

interface Kept {
  window: ThreadWindow;
  /** Subscribed to since it was last brought up to date: nothing can have been missed. */
  exact: boolean;
  loading: Promise<void> | null;
  /** What is being fetched may be of before something that nobody tells any more: it is fetched once more. */
  again: boolean;
  failed: unknown;
}

const kept = new Map<number, Kept>();
let followed: readonly number[] = [];

function of(threadId: number): Kept {
  const known = kept.get(threadId) ?? { window: new ThreadWindow(threadId), exact: false, loading: null, again: false, failed: null };
  // The map's order is that of use: the longest unused one goes first.
  kept.delete(threadId);
  kept.set(threadId, known);
  for (const id of kept.keys()) {
    if (kept.size <= KEPT) break;
    if (!followed.includes(id)) kept.delete(id);
  }
  return known;
}

export const windowOf = (threadId: number): ThreadWindow => of(threadId).window;
export const failureOf = (threadId: number): unknown => kept.get(threadId)?.failed ?? null;

/** These are on the screen or next to it: be told about them, and bring them up to date. */
export function followThreads(threadIds: readonly number[]): void {
  for (const id of followed) {
    const left = threadIds.includes(id) ? undefined : kept.get(id);
    if (left) left.exact = false;
  }
  for (const id of threadIds) {
    const come = followed.includes(id) ? undefined : kept.get(id);
    if (come?.loading) come.again = true;
  }
  followed = [...threadIds];
}

/** Bring the end of a thread up to date. Subscribe first: what comes between is then not missed. */
export function loadNewest(threadId: number, force = false): Promise<void> {
  const known = of(threadId);
  if (known.loading) {
    known.again ||= force;
    return known.loading;
  }
  if (known.exact && !force) return Promise.resolve();
  known.loading = fetchNewest(known).finally(() => {
    known.loading = null;
    touch(["threads"]);
  });
  return known.loading;
}

async function fetchNewest(known: Kept): Promise<void> {
  try {
    do {
      known.again = false;
      const page = await api.messages(known.window.id, { limit: PAGE });
      known.window.newest(page.items, page.more ?? false, known.exact);
      known.exact = followed.includes(known.window.id) && !known.again;
    } while (known.again);
    known.failed = null;
  } catch (error) {
    known.failed = error;
  }
}

/** A page of older messages; true when there was one. Errors are thrown. */
export async function loadOlder(threadId: number): Promise<boolean> {
  const { window } = of(threadId);
  if (!window.loaded || !window.more) return false;
  const { first } = window;
  const page = await api.messages(threadId, { before: first, limit: PAGE });
  // It was fetched anew meanwhile: there would be a gap.
  if (window.first !== first) return false;
  window.older(page.items, page.more ?? false);
  touch(["threads"]);
  return page.items.length > 0;
}

/** Messages from an event or an answer. */
export function takeMessages(messages: readonly Message[]): void {
  const byThread = new Map<number, Message[]>();
  for (const message of messages) byThread.set(message.thread_id, [...(byThread.get(message.thread_id) ?? []), message]);
  for (const [threadId, own] of byThread) {
    const known = kept.get(threadId);
    if (known && !known.window.changed(own)) void loadNewest(threadId, true);
  }
  touch(["threads"]);
}

/** Show a changed message before it is confirmed; the result puts the old one back. */
export function showInstead(message: Message): () => void {
  const { window } = of(message.thread_id);
  const before = window.find(message.id);
  window.replace(message);
  touch(["threads"]);
  return () => {
    if (before && window.find(message.id) === message) window.replace(before);
    touch(["threads"]);
  };
}

// What could not be fetched while there was no connection is fetched when it is back.
watch(
  () => connection.value.phase,
  (phase) => {
    if (phase === "live") for (const id of followed) if (failureOf(id) !== null) void loadNewest(id, true);
  },
);
live.onMessages(takeMessages);
live.onSnapshot(() => {
  // After a new snapshot nothing is known about what was missed.
  for (const known of kept.values()) known.exact = false;
  for (const id of followed) void loadNewest(id, true);
});
