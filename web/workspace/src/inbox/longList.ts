/**
 * A list that lives on the server and comes page by page: all conversations, closed ones. What arrives meanwhile is
 * taken in place; when the server says that the list has changed, its beginning is fetched again.
 */
import { type ConversationFilter, type ConversationRow, isTransient } from "@openlines/client";
import { shallowRef, triggerRef } from "vue";

import { useApi } from "@/app/api";
import { world } from "@/app/live";

const { api } = useApi();
const PAGE = 100;
/** However often the list changes, it is not fetched more often than this. */
const PAUSE = 2_000;

type Shown = "all" | "closed";

export class LongList {
  readonly rows = shallowRef<ConversationRow[]>([]);
  readonly state = shallowRef<"new" | "loading" | "ready" | "failed">("new");
  readonly done = shallowRef(false);
  private cursor: string | null = null;
  private filter: Omit<ConversationFilter, "list"> = {};
  private generation = 0;
  private fetchedAt = 0;
  private planned: number | undefined;
  /** A page that is on its way: which beginning of the list it continues. */
  private paging: number | null = null;
  private doubted = false;
  readonly list: Shown;

  constructor(list: Shown) {
    this.list = list;
  }

  /** Show the list (again), through this filter. What is here meanwhile may be of before: nobody told what became of it. */
  by(filter: Omit<ConversationFilter, "list">): void {
    if (JSON.stringify(filter) === JSON.stringify(this.filter) && this.state.value !== "new") {
      this.doubt();
      this.soon();
      return;
    }
    this.filter = filter;
    this.rows.value = [];
    this.state.value = "new";
    void this.refresh();
  }

  /** Something may have happened to any of its rows: when it is fetched again, nothing that is here stays. */
  doubt(): void {
    this.doubted = true;
  }

  /** Fetch the beginning (again). */
  async refresh(): Promise<void> {
    clearTimeout(this.planned);
    this.planned = undefined;
    const generation = ++this.generation;
    this.fetchedAt = Date.now();
    const asked = world.moment;
    if (this.state.value !== "ready") this.state.value = "loading";
    try {
      const page = await api.conversations({ ...this.filter, list: this.list, limit: PAGE });
      if (generation !== this.generation) return;
      this.begin(this.newest(page.items, asked), page.next ?? null);
      this.state.value = "ready";
    } catch (error) {
      if (generation !== this.generation) return;
      // What is here is better than nothing; a passing trouble passes.
      if (this.state.value !== "ready") this.state.value = "failed";
      else if (isTransient(error)) this.soon();
    }
  }

  /** Something in it has changed: fetch again, but not too often. */
  soon(): void {
    if (this.planned !== undefined) return;
    const wait = Math.max(0, this.fetchedAt + PAUSE - Date.now());
    this.planned = window.setTimeout(() => void this.refresh(), wait);
  }

  /** The next page, when there is one. */
  async more(): Promise<void> {
    const { generation, cursor } = this;
    if (this.done.value || this.state.value !== "ready" || cursor === null || this.paging === generation) return;
    this.paging = generation;
    const asked = world.moment;
    try {
      const page = await api.conversations({ ...this.filter, list: this.list, limit: PAGE, cursor });
      // The beginning was fetched anew meanwhile: the next step of scrolling asks again from where it is then.
      if (generation !== this.generation) return;
      this.cursor = page.next ?? null;
      this.done.value = this.cursor === null;
      this.rows.value = this.rows.value.concat(fresh(this.newest(page.items, asked), this.rows.value));
    } catch {
      // The next step of scrolling asks again.
    } finally {
      if (this.paging === generation) this.paging = null;
    }
  }

  /** Newer versions of rows that are shown. */
  learn(row: (id: number) => ConversationRow | undefined): void {
    let any = false;
    this.rows.value.forEach((known, index) => {
      const newer = row(known.id);
      if (newer && newer !== known && newer.version >= known.version) {
        this.rows.value[index] = newer;
        any = true;
      }
    });
    if (!any) return;
    if (this.rows.value.every((one) => this.belongs(one))) triggerRef(this.rows);
    else this.rows.value = this.rows.value.filter((one) => this.belongs(one));
  }

  /** A page was read a moment ago: what an event has brought since it was asked for is newer. */
  private newest(page: readonly ConversationRow[], asked: number): ConversationRow[] {
    return page.map((row) => (world.row(row.id) ? world.meet(row, asked) : row)).filter((row) => this.belongs(row));
  }

  private belongs(row: ConversationRow): boolean {
    return (row.state === "closed") === (this.list === "closed");
  }

  /** When the first page still reaches what is here, what is below it stays; else the list starts anew. */
  private begin(page: ConversationRow[], next: string | null): void {
    const known = new Set(page.map((row) => row.id));
    const rest = this.rows.value.filter((row) => !known.has(row.id));
    const joins = !this.doubted && next !== null && rest.length < this.rows.value.length && this.rows.value.length > page.length;
    this.doubted = false;
    this.rows.value = joins ? page.concat(rest) : page;
    if (joins) return;
    this.cursor = next;
    this.done.value = next === null;
  }
}

function fresh(page: ConversationRow[], known: readonly ConversationRow[]): ConversationRow[] {
  const ids = new Set(known.map((row) => row.id));
  return page.filter((row) => !ids.has(row.id));
}
