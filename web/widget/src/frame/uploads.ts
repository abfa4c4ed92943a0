/** Files on their way into the next message. */

import { newId } from "./ids";
import { isPicture } from "./model/files";
import type { FileInfo, Upload } from "./model/types";
import { Problem } from "./net/rest";
import { upload } from "./net/upload";
import type { Store } from "./state";
import { size } from "./text/format";
import type { Visitor } from "./visitor";
import { fill, type Words } from "./words";

const FILE_LIMIT = 20_000_000;
const MOST_FILES = 10;
const AT_ONCE = 2;
const TRIES = 3;

export interface UploadsOptions {
  limit(): number;
  send(file: File, progress: (part: number) => void, stop: AbortSignal): Promise<FileInfo>;
  changed(uploads: Upload[]): void;
  words(): Words;
  size(bytes: number): string;
}

/** Files of the next message, taken to the server in the visitor's name. */
export function createUploads(store: Store, visitor: Visitor, base: string, changed: () => void): Uploads {
  return new Uploads({
    limit: () => store.state.config?.file_limit ?? FILE_LIMIT,
    send: (file, progress, stop) =>
      visitor.inName((token) => {
        const { language } = store.state.speech;
        return upload<FileInfo>({ url: `${base}/files`, file, name: file.name, token, language, progress, stop });
      }),
    changed(uploads) {
      store.set({ uploads });
      changed();
    },
    words: () => store.state.speech.words,
    size: (bytes) => size(store.state.speech, bytes),
  });
}

export class Uploads {
  private list: Upload[] = [];
  /** Those that are not with the server yet, and how to stop them. */
  private readonly files = new Map<string, { file: File; stop: AbortController }>();
  private busy = 0;

  constructor(private readonly options: UploadsOptions) {}

  /** Files that had arrived before the page was left. */
  restore(files: FileInfo[]): void {
    this.list = files.map((info) => ({ key: newId(), name: info.name, size: info.size, type: info.type, progress: 1, info }));
    this.show();
  }

  /** Take files in; a sentence when not all of them fit. */
  add(files: File[]): string {
    const taken = files.slice(0, Math.max(0, MOST_FILES - this.list.length));
    for (const file of taken) {
      const upload = this.describe(file);
      this.list = [...this.list, upload];
      if (!upload.error) this.files.set(upload.key, { file, stop: new AbortController() });
    }
    this.show();
    this.next();
    return taken.length < files.length ? fill(this.options.words().too_many_files, { n: MOST_FILES }) : "";
  }

  remove(key: string): void {
    const gone = this.list.find((upload) => upload.key === key);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    this.drop(key);
    this.list = this.list.filter((upload) => upload.key !== key);
    this.show();
  }

  retry(key: string): void {
    this.change(key, { error: undefined, again: undefined, progress: 0 });
    this.next();
  }

  /** The files that are with the server; they leave the list. */
  take(): FileInfo[] {
    const done = this.list.flatMap((upload) => (upload.info ? [upload.info] : []));
    for (const upload of this.list) if (upload.preview) URL.revokeObjectURL(upload.preview);
    this.list = [];
    for (const key of [...this.files.keys()]) this.drop(key);
    this.show();
    return done;
  }

  private drop(key: string): void {
    const going = this.files.get(key);
    this.files.delete(key);
    going?.stop.abort();
  }

  private describe(file: File): Upload {
    const words = this.options.words();
    const limit = this.options.limit();
    const error =
      file.size > limit
        ? fill(words.file_too_large, { size: this.options.size(limit) })
        : file.size === 0
          ? words.file_empty
          : undefined;
    const picture = isPicture(file) && !error;
    return {
      key: newId(),
      name: file.name || "file",
      size: file.size,
      type: file.type,
      progress: 0,
      ...(picture && { preview: URL.createObjectURL(file) }),
      ...(error && { error }),
    };
  }

  private next(): void {
    for (const upload of this.list) {
      if (this.busy >= AT_ONCE) return;
      const going = this.files.get(upload.key);
      if (!going || upload.info || upload.error || upload.progress > 0) continue;
      this.busy += 1;
      this.change(upload.key, { progress: 0.001 });
      void this.send(upload.key, going.file, going.stop.signal).finally(() => {
        this.busy -= 1;
        this.next();
      });
    }
  }

  private async send(key: string, file: File, stop: AbortSignal): Promise<void> {
    for (let attempt = 1; this.files.has(key); attempt++) {
      try {
        const progress = (part: number) => this.change(key, { progress: Math.max(0.001, part) });
        const info = await this.options.send(file, progress, stop);
        this.files.delete(key);
        this.change(key, { info, progress: 1 });
        return;
      } catch (problem) {
        if (stop.aborted) return;
        const passing = problem instanceof Problem && problem.passing;
        if (passing && attempt < TRIES) {
          await new Promise((resolve) => setTimeout(resolve, Math.max(problem.wait, 1000 * attempt)));
          continue;
        }
        const detail = problem instanceof Problem ? problem.detail : "";
        this.change(key, { error: detail || this.options.words().file_failed, again: true, progress: 0 });
        return;
      }
    }
  }

  private change(key: string, change: { [K in keyof Upload]?: Upload[K] | undefined }): void {
    this.list = this.list.map((upload) => (upload.key === key ? ({ ...upload, ...change } as Upload) : upload));
    this.show();
  }

  private show(): void {
    this.options.changed(this.list);
  }
}
