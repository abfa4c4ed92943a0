/** Files that are being sent up for one composer: progress, giving up, limits. */
import { type Attachment, ApiError } from "@openlines/client";
import { computed, shallowRef } from "vue";

import { upload } from "@/app/uploads";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

import { newId } from "./outbox";
import { sizeText } from "./files";

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

const toasts = useToasts();

export function useAttachments(limit: () => number) {
  const uploads = shallowRef<readonly Upload[]>([]);

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
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      change(id, { failed: error instanceof ApiError ? error.message : t("inbox.uploadFailed") });
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

  /** Files that are on the server already (of a draft). */
  function restore(files: readonly Attachment[]): void {
    uploads.value = files.map((done) => ({ id: newId(), name: done.name, size: done.size ?? 0, part: 1, done, give: () => undefined, again: () => undefined }));
  }

  return {
    uploads,
    add,
    remove,
    restore,
    clear: () => (uploads.value = []),
    ready: computed(() => uploads.value.every((one) => one.done)),
    files: computed(() => uploads.value.flatMap((one) => (one.done ? [one.done] : []))),
  };
}

function without(one: Upload): Upload {
  const { failed: _failed, ...rest } = one;
  return rest;
}
