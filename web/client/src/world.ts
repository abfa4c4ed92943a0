/**
 * What the page knows: the snapshot, kept up to date by changes, with what was done here and is not confirmed
 * yet laid over it. Plain maps, changed in place; whoever draws is told once per change what kind of thing changed.
 */
import { groupIn, isOfferedTo, Lists, type Viewer } from "./lists";
import type {
  ChannelBrief,
  Changes,
  ConversationRow,
  Department,
  KindBrief,
  LineBrief,
  Me,
  Portal,
  Snapshot,
  User,
} from "./types";

export type Slice = "rows" | "people" | "places" | "me" | "stale";

/** What a person should hear about: something was put before him, or a customer of his spoke. */
export interface Happening {
  kind: "offered" | "spoke";
  row: ConversationRow;
}

export interface WorldListener {
  changed?: (slices: ReadonlySet<Slice>) => void;
  happened?: (happening: Happening) => void;
}

const NOBODY: Viewer = { id: 0, isMember: () => false };

export class World {
  me: Me | null = null;
  portal: Portal | null = null;
  readonly users = new Map<number, User>();
  readonly lines = new Map<number, LineBrief>();
  readonly channels = new Map<number, ChannelBrief>();
  readonly departments = new Map<number, Department>();
  readonly kinds = new Map<string, KindBrief>();
  readonly lists = new Lists(NOBODY);
  /** Names of what has to be fetched again when it is shown; whoever fetches takes the name out. */
  readonly stale = new Set<string>();

  private readonly truth = new Map<number, ConversationRow>();
  private readonly shown = new Map<number, ConversationRow>();
  private readonly overlays = new Map<number, Map<number, Partial<ConversationRow>>>();
  private lastOverlay = 0;
  private viewer: Viewer = NOBODY;
  /** How many words about rows have come, and which of them was the last about each row; else the snapshot was. */
  private heard = 0;
  private loadedAt = 0;
  private readonly heardAt = new Map<number, number>();
  private readonly listener: WorldListener;

  constructor(listener: WorldListener = {}) {
    this.listener = listener;
  }

  /** A conversation as it is to be shown. */
  row(id: number): ConversationRow | undefined {
    return this.shown.get(id);
  }

  rows(): IterableIterator<ConversationRow> {
    return this.shown.values();
  }

  isOfferedToMe(row: ConversationRow): boolean {
    return isOfferedTo(row, this.viewer);
  }

  isMine(row: ConversationRow): boolean {
    return groupIn("mine", row, this.viewer) !== null;
  }

  /** Everything anew. What was done here and is not answered yet stays on top. */
  load(snapshot: Snapshot): void {
    this.me = snapshot.me;
    this.portal = snapshot.portal;
    refill(this.users, snapshot.users, (user) => user.id);
    refill(this.lines, snapshot.lines, (line) => line.id);
    refill(this.channels, snapshot.channels, (channel) => channel.id);
    refill(this.departments, snapshot.departments, (department) => department.id);
    refill(this.kinds, snapshot.kinds, (kind) => kind.kind);
    refill(this.truth, snapshot.conversations, (row) => row.id);
    this.heardAt.clear();
    this.loadedAt = ++this.heard;
    this.stale.add("all").add("closed");
    this.look();
    this.listener.changed?.(new Set<Slice>(["rows", "people", "places", "me", "stale"]));
  }

  /**
   * Facts after the snapshot, in order. May be given twice: an older version of a row never replaces a newer one,
   * but the same version may have changed in what is the reader's own (unread, listening).
   */
  apply(changes: Changes): void {
    const slices = new Set<Slice>();
    this.applyPlaces(changes, slices);
    for (const row of changes.conversations ?? []) if (this.put(row, true)) slices.add("rows");
    for (const id of changes.gone ?? []) if (this.drop(id)) slices.add("rows");
    for (const name of changes.stale ?? []) this.stale.add(name);
    if (changes.stale?.length) slices.add("stale");
    if (slices.size) this.listener.changed?.(slices);
  }

  private applyPlaces(changes: Changes, slices: Set<Slice>): void {
    for (const user of changes.users ?? []) {
      this.users.set(user.id, user);
      slices.add("people");
      if (user.id === this.me?.id) {
        this.me = { ...this.me, ...user };
        slices.add("me");
      }
    }
    for (const line of changes.lines ?? []) this.lines.set(line.id, line);
    for (const channel of changes.channels ?? []) this.channels.set(channel.id, channel);
    for (const department of changes.departments ?? []) this.departments.set(department.id, department);
    if (changes.lines?.length || changes.channels?.length || changes.departments?.length) slices.add("places");
    if (changes.lines?.length) {
      this.look();
      slices.add("rows");
    }
  }

  /** The row that an action has left behind: newer than whatever of the same version is here. */
  learn(row: ConversationRow): void {
    if (this.put(row, false)) this.listener.changed?.(new Set<Slice>(["rows"]));
  }

  /** Now, as `meet` is told it: to be taken before something is asked for. */
  get moment(): number {
    return this.heard;
  }

  /**
   * A row that was merely read, asked for at that moment; gives it as it is to be shown. Of the same version (last
   * words that are changed leave it as it is) it is the newer one, unless something has come about it since.
   */
  meet(row: ConversationRow, asked: number): ConversationRow {
    const known = this.truth.get(row.id);
    const ahead = known ? row.version - known.version : 1;
    const untold = (this.heardAt.get(row.id) ?? this.loadedAt) <= asked;
    if (ahead > 0 || (ahead === 0 && untold && JSON.stringify(known) !== JSON.stringify(row))) {
      this.truth.set(row.id, row);
      this.refresh(row.id);
    }
    return this.row(row.id) ?? row;
  }

  /** Something of a row that its version does not tell of. What is only laid over it stays what it is. */
  amend(id: number, patch: Partial<ConversationRow>): void {
    const known = this.truth.get(id);
    if (!known || Object.entries(patch).every(([name, value]) => known[name as keyof ConversationRow] === value)) return;
    this.truth.set(id, { ...known, ...patch });
    this.refresh(id);
  }

  setMe(me: Me): void {
    this.me = me;
    this.listener.changed?.(new Set<Slice>(["me"]));
  }

  /** Show a change before it is confirmed; the result takes it off again (after the answer, good or bad). */
  overlay(id: number, patch: Partial<ConversationRow>): () => void {
    const key = ++this.lastOverlay;
    const patches = this.overlays.get(id) ?? new Map<number, Partial<ConversationRow>>();
    this.overlays.set(id, patches.set(key, patch));
    this.refresh(id);
    return () => {
      if (!patches.delete(key)) return;
      if (!patches.size && this.overlays.get(id) === patches) this.overlays.delete(id);
      this.refresh(id);
    };
  }

  private refresh(id: number): void {
    this.show(id);
    this.listener.changed?.(new Set<Slice>(["rows"]));
  }

  private look(): void {
    const me = this.me;
    this.viewer = me ? { id: me.id, isMember: (lineId) => this.lines.get(lineId)?.member ?? false } : NOBODY;
    this.shown.clear();
    for (const [id, row] of this.truth) this.shown.set(id, this.laidOver(id, row));
    this.lists.rebuild(this.shown.values(), this.viewer);
  }

  private put(row: ConversationRow, announce: boolean): boolean {
    const known = this.truth.get(row.id);
    if (known && row.version < known.version) return false;
    this.truth.set(row.id, row);
    this.heardAt.set(row.id, ++this.heard);
    const before = this.shown.get(row.id);
    this.show(row.id);
    if (announce) this.announce(before, this.shown.get(row.id));
    return true;
  }

  private drop(id: number): boolean {
    if (!this.truth.delete(id)) return false;
    this.show(id);
    return true;
  }

  private show(id: number): void {
    const truth = this.truth.get(id);
    const before = this.shown.get(id);
    const after = truth && this.laidOver(id, truth);
    this.lists.move(before, after);
    if (after) this.shown.set(id, after);
    else this.shown.delete(id);
  }

  private laidOver(id: number, row: ConversationRow): ConversationRow {
    const patches = this.overlays.get(id);
    return patches ? Object.assign({}, row, ...patches.values()) : row;
  }

  private announce(before: ConversationRow | undefined, after: ConversationRow | undefined): void {
    if (!after) return;
    const offered = isOfferedTo(after, this.viewer);
    if (offered && !(before && isOfferedTo(before, this.viewer))) {
      this.listener.happened?.({ kind: "offered", row: after });
    } else if (!offered && this.isMine(after) && (after.unread ?? 0) > (before?.unread ?? 0)) {
      this.listener.happened?.({ kind: "spoke", row: after });
    }
  }
}

function refill<K, V>(map: Map<K, V>, values: readonly V[] | undefined, key: (value: V) => K): void {
  map.clear();
  for (const value of values ?? []) map.set(key(value), value);
}
