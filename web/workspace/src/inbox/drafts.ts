/** What was begun and not sent, per conversation. It survives a reload, and goes after a month. */
import type { Attachment } from "@openlines/client";

import { keep } from "@/app/keep";

export interface Draft {
  text: string;
  note?: boolean;
  reply_to?: number;
  files?: Attachment[];
  at: number;
}

const PREFIX = "openlines.draft.";
const MONTH = 30 * 86_400_000;

export function readDraft(conversationId: number): Draft | null {
  return parse(keep.get(PREFIX + conversationId));
}

export function keepDraft(conversationId: number, draft: Draft): void {
  const empty = !draft.text.trim() && !draft.files?.length && !draft.reply_to;
  if (empty) keep.remove(PREFIX + conversationId);
  else keep.set(PREFIX + conversationId, JSON.stringify(draft));
}

/** Whether there are unsent words; for the mark in the list. */
export function hasDraft(conversationId: number): boolean {
  return keep.get(PREFIX + conversationId) !== null;
}

/** Take away what nobody came back to. */
export function sweepDrafts(now: number): void {
  for (const key of keep.keys()) {
    if (!key.startsWith(PREFIX)) continue;
    const draft = parse(keep.get(key));
    if (!draft || now - draft.at > MONTH) keep.remove(key);
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
