/** What the visitor says: the draft, the files that go with it, and the way to the server. */

import type { FileInfo, Outgoing, Sent } from "./model/types";
import type { Line } from "./net/line";
import { Problem } from "./net/rest";
import { Outbox } from "./outbox";
import type { Reading } from "./reading";
import { fetchExtras } from "./later";
import type { State, Store } from "./state";
import type { Keeper } from "./storage";
import { Typing } from "./typing";
import type { Uploads } from "./uploads";
import type { Visitor } from "./visitor";

const INTRODUCE_AGAIN = 5000;

export interface WritingParts {
  store: Store;
  keeper: Keeper;
  visitor: Visitor;
  reading: Reading;
  base: string;
  line(): Line;
}

interface Draft {
  text?: string;
  files?: FileInfo[];
  /** Files were still on their way. */
  lost?: boolean;
}

export class Writing {
  readonly outbox: Outbox;
  /** What is in the composer is not to stay there: it went out by itself, once its files had, or is somebody else's. */
  emptied: (() => void) | undefined;
  /** Comes with the first file. */
  private uploads: Uploads | undefined;
  private readonly typing: Typing;
  private introduced = 0;

  constructor(private readonly parts: WritingParts) {
    const { store, keeper, base, line } = parts;
    this.outbox = new Outbox({
      keeper,
      lock: `${base}/outbox`,
      send: (entry) => this.deliver(entry),
      changed: (outbox) => store.set({ outbox }),
      explain: (problem) => (problem instanceof Problem && problem.detail) || this.words.refused,
    });
    this.typing = new Typing({
      send: (text) => line().send({ type: "typing", ...(text !== undefined && { text }) }),
      withText: () => this.state.config?.typing_text === true,
    });
  }

  private get state(): State {
    return this.parts.store.state;
  }

  private get words() {
    return this.state.speech.words;
  }

  /** What was left unsaid when the page was left. */
  restore(): void {
    const draft = this.parts.keeper.get<Draft>("draft");
    const files = draft?.files;
    if (files?.length) void this.withUploads((uploads) => uploads.restore(files));
    this.parts.store.set({ outbox: this.outbox.entries(), ...(draft?.lost && { notice: this.words.file_lost }) });
    if (this.parts.visitor.known) void this.outbox.flush();
  }

  draft(): string {
    return this.parts.keeper.get<Draft>("draft")?.text ?? "";
  }

  /** Each change of what is being written: kept, and told as typing. */
  typed(text: string): void {
    this.keepDraft(text);
    const { visitor } = this.parts;
    if (text && !visitor.active && Date.now() - this.introduced > INTRODUCE_AGAIN) {
      // By the time the words are ready the server knows who says them.
      this.introduced = Date.now();
      visitor.ensure().catch(() => undefined);
    }
    this.typing.typed(text);
  }

  /** True: the words are on their way and leave the composer. */
  send(text: string): boolean {
    const { store, keeper } = this.parts;
    const said = text.trim();
    const { uploads } = this.state;
    if (uploads.some((upload) => upload.error) || (!said && !uploads.length)) return false;
    if (uploads.some((upload) => !upload.info)) {
      store.set({ armed: true });
      return false;
    }
    this.typing.stop();
    // Before the uploads are taken, or they would look armed and done, and be sent again.
    store.set({ armed: false, notice: "" });
    const files = this.uploads?.take() ?? [];
    keeper.remove("draft");
    const id = this.outbox.add(said, files);
    if (this.mayAskWho()) store.set({ contact: "offered", contactAfter: id });
    return true;
  }

  attach(files: Iterable<File>): void {
    const given = [...files];
    void this.withUploads((uploads) => {
      const notice = uploads.add(given);
      if (notice) this.parts.store.set({ notice });
    });
  }

  detach(key: string): void {
    this.uploads?.remove(key);
  }

  reattach(key: string): void {
    this.uploads?.retry(key);
  }

  /** Somebody else from now on: nothing of the one before may go out in his name. */
  forget(): void {
    this.outbox.clear();
    this.typing.stop();
    this.uploads?.take();
    this.emptied?.();
    this.parts.keeper.remove("draft");
  }

  private async withUploads(work: (uploads: Uploads) => void): Promise<void> {
    const { store, visitor, base } = this.parts;
    try {
      const { createUploads } = await fetchExtras();
      this.uploads ??= createUploads(store, visitor, base, () => this.uploadsChanged());
      work(this.uploads);
    } catch {
      store.set({ notice: this.words.no_network });
    }
  }

  private uploadsChanged(): void {
    this.keepDraft(this.draft());
    if (this.state.armed) this.sendArmed();
  }

  private sendArmed(): void {
    const { uploads } = this.state;
    if (!uploads.length || uploads.some((upload) => upload.error)) this.parts.store.set({ armed: false });
    else if (uploads.every((upload) => upload.info) && this.send(this.draft())) this.emptied?.();
  }

  private keepDraft(text: string): void {
    const { uploads } = this.state;
    const files = uploads.flatMap((upload) => (upload.info ? [upload.info] : []));
    const lost = uploads.some((upload) => !upload.info && !upload.error);
    if (text || files.length || lost) this.parts.keeper.set("draft", { text, files, lost } satisfies Draft);
    else this.parts.keeper.remove("draft");
  }

  private async deliver({ client_message_id, text, files }: Outgoing): Promise<void> {
    const body = { client_message_id, text, ...(files.length && { files: files.map((file) => file.id) }) };
    const { visitor } = this.parts;
    const { id, seq, at } = await visitor.call<Sent>("/messages", { method: "POST", body }).catch((problem: Problem) => {
      // The line asks for something first, since a moment ago.
      if (problem.code?.endsWith("_needed")) void visitor.arrive();
      throw problem;
    });
    this.parts.reading.accepted({
      id, seq, at, author: "customer", text, client_message_id, ...(files.length && { files }),
    });
  }

  /** Once, and only who has not said it yet. */
  private mayAskWho(): boolean {
    const { config, name, email, contact } = this.state;
    if (config?.ask_contact === "none") return false;
    return contact === "hidden" && !name && !email && !this.parts.keeper.get("contact");
  }
}
