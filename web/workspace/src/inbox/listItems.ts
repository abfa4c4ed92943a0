/** The list of conversations as lines to draw: titles of groups and rows, each of a known height. */
import { type ConversationRow, type Group, GROUPS, type Tab, type World } from "@openlines/client";

export const ROW_HEIGHT = 60;
export const TITLE_HEIGHT = 34;

export type ListItem =
  | { type: "title"; key: string; group: Group; count: number; folded: boolean }
  | { type: "row"; key: string; row: ConversationRow };

export type TitleItem = Extract<ListItem, { type: "title" }>;

/** A place on the screen for a line; what is written into it changes while scrolling, its elements stay. */
export interface Slot {
  readonly number: number;
  kind: "row" | "title" | "none";
  /** Of the kind that it is, or was last. */
  row: ConversationRow | undefined;
  title: TitleItem | undefined;
  /** Pixels from the beginning of the list. */
  top: number;
  open: boolean;
  /** Which of how many in its group (a title: among titles) it is; of -1: nobody knows of how many. */
  place: number;
  of: number;
}
export type RowLine = Slot & { row: ConversationRow };
export type TitleLine = Slot & { title: TitleItem };

export interface ListLook {
  lineId: number | null;
  folded: ReadonlySet<Group>;
}

/** Groups of a tab with their exact counts; a folded one shows its title only. */
export function groupedItems(world: Pick<World, "lists">, tab: Tab, { lineId, folded }: ListLook): ListItem[] {
  const items: ListItem[] = [];
  for (const group of GROUPS[tab]) {
    const all = world.lists.rows(tab, group);
    const rows = lineId === null ? all : all.filter((row) => row.line_id === lineId);
    if (!rows.length) continue;
    items.push({ type: "title", key: group, group, count: rows.length, folded: folded.has(group) });
    if (!folded.has(group)) for (const row of rows) items.push(itemOf(row));
  }
  return items;
}

export function plainItems(rows: readonly ConversationRow[]): ListItem[] {
  return rows.map(itemOf);
}

// The same row gives the same item, so that drawing it again costs nothing.
const items = new WeakMap<ConversationRow, ListItem>();

function itemOf(row: ConversationRow): ListItem {
  let item = items.get(row);
  if (!item) {
    item = { type: "row", key: `r${row.id}`, row };
    items.set(row, item);
  }
  return item;
}

/**
 * Where each line stands among its equals, as a screen reader is to say it: a row in its group, a title among titles.
 * `total` of a list without groups is what is on the server, too; -1 while that is not known.
 */
export function standings(items: readonly ListItem[], total: number): (index: number) => Pick<Slot, "place" | "of"> {
  const titles = items.flatMap((item, index) => (item.type === "title" ? [index] : []));
  return (index) => {
    const nth = titles.findLastIndex((title) => title <= index);
    const start = titles[nth] ?? -1;
    if (start === index) return { place: nth + 1, of: titles.length };
    const title = items[start];
    return { place: index - start, of: title?.type === "title" ? title.count : total };
  };
}

export const heightOf = (item: ListItem): number => (item.type === "row" ? ROW_HEIGHT : TITLE_HEIGHT);
