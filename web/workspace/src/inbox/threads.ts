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
  failed: unknown;
}

const kept = new Map<number, Kept>();
let followed: readonly number[] = [];

function of(threadId: number): Kept {
  const known = kept.get(threadId) ?? { window: new ThreadWindow(threadId), exact: false, loading: null, failed: null };
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
  for (const id of followed) if (!threadIds.includes(id)) forgetExact(id);
  followed = [...threadIds];
}

function forgetExact(threadId: number): void {
  const known = kept.get(threadId);
  if (known) known.exact = false;
}

/** Bring the end of a thread up to date. Subscribe first: what comes between is then not missed. */
export function loadNewest(threadId: number, force = false): Promise<void> {
  const known = of(threadId);
  if (known.loading) return known.loading;
  if (known.exact && !force) return Promise.resolve();
  known.loading = fetchNewest(known).finally(() => {
    known.loading = null;
    touch(["threads"]);
  });
  return known.loading;
}

async function fetchNewest(known: Kept): Promise<void> {
  try {
    const page = await api.messages(known.window.id, { limit: PAGE });
    known.window.newest(page.items, page.more ?? false);
    known.exact = followed.includes(known.window.id);
    known.failed = null;
  } catch (error) {
    known.failed = error;
  }
}

/** A page of older messages; true when there was one. Errors are thrown. */
export async function loadOlder(threadId: number): Promise<boolean> {
  const { window } = of(threadId);
  if (!window.loaded || !window.more) return false;
  const page = await api.messages(threadId, { before: window.first, limit: PAGE });
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
  for (const known of kept.values()) {
    known.exact = false;
    known.window.outdated = true;
  }
  for (const id of followed) void loadNewest(id);
});
