/** What was begun and not sent, per conversation and author. It survives a reload, and goes after a month. */
import type { Attachment, Message } from "@openlines/client";
import { shallowReactive } from "vue";

import { keep } from "@/app/keep";
import { useSession } from "@/app/session";

export interface Draft {
  text: string;
  note?: boolean;
  reply_to?: number;
  files?: Attachment[];
  at: number;
}

const PREFIX = "openlines.draft.";
const MONTH = 30 * 86_400_000;
const { me } = useSession();

/** Two people who share a browser do not find each other's words in the composer. */
const keyOf = (conversationId: number): string => `${PREFIX}${me.value?.id ?? 0}.${conversationId}`;

export function readDraft(conversationId: number): Draft | null {
  return parse(keep.get(keyOf(conversationId)));
}

export function keepDraft(conversationId: number, draft: Draft): void {
  const key = keyOf(conversationId);
  const empty = !draft.text.trim() && !draft.files?.length && !draft.reply_to;
  if (empty) keep.remove(key);
  else keep.set(key, JSON.stringify(draft));
  note(key, !empty);
}

/** Keys of what is there, so that a list of rows need not look into the storage. */
const present = shallowReactive(new Set(keep.keys().filter((key) => key.startsWith(PREFIX))));
const elsewhere = new Map<string, (draft: Draft | null) => void>();
window.addEventListener("storage", ({ key, newValue }) => {
  if (!key?.startsWith(PREFIX)) return;
  note(key, newValue !== null);
  elsewhere.get(key)?.(parse(newValue));
});

/** Told when the draft is changed, or sent, in another tab. The result takes the listener away again. */
export function onDraftElsewhere(conversationId: number, changed: (draft: Draft | null) => void): () => void {
  const key = keyOf(conversationId);
  elsewhere.set(key, changed);
  return () => {
    if (elsewhere.get(key) === changed) elsewhere.delete(key);
  };
}

function note(key: string, is: boolean): void {
  if (is) present.add(key);
  else present.delete(key);
}

/** Whether there are unsent words; for the mark in the list. */
export function hasDraft(conversationId: number): boolean {
  return present.has(keyOf(conversationId));
}

/** Messages that were being changed when their conversation went out of sight, with the words they had by then. */
export const edits = new Map<number, { message: Message; text: string }>();

/** Take away what nobody came back to. */
export function sweepDrafts(now: number): void {
  for (const key of keep.keys()) {
    if (!key.startsWith(PREFIX)) continue;
    const draft = parse(keep.get(key));
    if (draft && now - draft.at <= MONTH) continue;
    keep.remove(key);
    note(key, false);
  }
}

function parse(text: string | null): Draft | null {
  try {
    const draft = JSON.parse(text ?? "null") as Draft | null;
    return draft && typeof draft.text === "string" ? draft : null;
  } catch {
    return null;
  }
}
