/**
 * Files that are being sent up for a conversation: progress, giving up, limits. They go on while one looks at another
 * conversation, and are there when one is back; what arrives meanwhile goes into the draft.
 */
import { type Attachment, ApiError } from "@openlines/client";
import { computed, onBeforeUnmount, type ShallowRef, shallowRef } from "vue";

import { clock } from "@/app/clock";
import { useToasts } from "@/app/toasts";
import { upload } from "@/app/uploads";
import { t } from "@/i18n";

import { keepDraft, readDraft } from "./drafts";
import { sizeText } from "./files";
import { newId } from "./outbox";

export interface Upload {
  id: string;
  name: string;
  size: number;
  /** 0 … 1 */
  part: number;
  done?: Attachment;
  failed?: string;
  give: () => void;
  again: () => void;
}

/** So many files go in one message; the server takes no more. */
const FILES_AT_ONCE = 10;

/** Files by the messages they go in: one at least, which may be words only. */
export function inMessages(files: readonly Attachment[]): Attachment[][] {
  const count = Math.max(1, Math.ceil(files.length / FILES_AT_ONCE));
  return Array.from({ length: count }, (_, index) => files.slice(index * FILES_AT_ONCE, (index + 1) * FILES_AT_ONCE));
}

type Uploads = ShallowRef<readonly Upload[]>;

const toasts = useToasts();
/** By conversation: those that had not all arrived when it went out of sight. */
const left = new Map<number, Uploads>();

const arrived = (uploads: Uploads): Attachment[] => uploads.value.flatMap((one) => (one.done ? [one.done] : []));
const isWhole = (uploads: Uploads): boolean => uploads.value.every((one) => one.done);

function intoDraft(conversationId: number, uploads: Uploads): void {
  keepDraft(conversationId, { text: "", ...readDraft(conversationId), files: arrived(uploads), at: clock.now() });
  if (isWhole(uploads)) left.delete(conversationId);
}

export function useAttachments(conversationId: number, limit: () => number) {
  const uploads: Uploads = left.get(conversationId) ?? shallowRef([]);
  left.delete(conversationId);
  onBeforeUnmount(() => {
    if (!isWhole(uploads)) left.set(conversationId, uploads);
  });

  function change(id: string, changes: Partial<Upload>): void {
    uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...changes } : one));
  }

  function remove(id: string): void {
    uploads.value.find((one) => one.id === id)?.give();
    uploads.value = uploads.value.filter((one) => one.id !== id);
  }

  async function run(id: string, file: File): Promise<void> {
    const controller = new AbortController();
    change(id, { part: 0, give: () => controller.abort() });
    try {
      const done = await upload(file, (part) => change(id, { part }), controller.signal);
      change(id, { done, part: 1 });
      if (left.has(conversationId)) intoDraft(conversationId, uploads);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      change(id, { failed: error instanceof ApiError ? error.words : t("inbox.uploadFailed") });
    }
  }

  function add(files: Iterable<File>): void {
    for (const file of files) {
      if (limit() && file.size > limit()) {
        toasts.show(t("inbox.fileTooBig", { name: file.name, limit: sizeText(limit()) }), { tone: "bad" });
        continue;
      }
      const id = newId();
      const again = () => {
        uploads.value = uploads.value.map((one) => (one.id === id ? without(one) : one));
        void run(id, file);
      };
      uploads.value = [...uploads.value, { id, name: file.name, size: file.size, part: 0, give: () => undefined, again }];
      void run(id, file);
    }
  }

  /** Files that are on the server already (of a draft), beside those that are still on their way there. */
  function restore(files: readonly Attachment[]): void {
    const known = new Set(arrived(uploads).map((one) => one.id));
    const others = files.filter((one) => !known.has(one.id));
    uploads.value = others.map((done): Upload => ({ id: newId(), name: done.name, size: done.size ?? 0, part: 1, done, give: () => undefined, again: () => undefined })).concat(uploads.value);
  }

  return {
    uploads,
    add,
    remove,
    restore,
    clear: () => (uploads.value = []),
    ready: computed(() => isWhole(uploads)),
    files: computed(() => arrived(uploads)),
  };
}

function without(one: Upload): Upload {
  const { failed: _failed, ...rest } = one;
  return rest;
}
