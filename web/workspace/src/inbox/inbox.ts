/** Which list is shown, which conversation is open, and how one gets from one to the next. */
import type { ConversationRow, Group } from "@openlines/client";
import { computed, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";

import { keep } from "@/app/keep";
import { changed, connection, useLive, world } from "@/app/live";

import { groupedItems, type ListItem, plainItems } from "./listItems";
import { LongList } from "./longList";

export type ListTab = "mine" | "queue" | "all" | "closed";
export const TABS: readonly ListTab[] = ["mine", "queue", "all", "closed"];

const FOLDED = "openlines.folded";
const tab = shallowRef<ListTab>("mine");
const lineId = shallowRef<number | null>(null);
const operatorId = shallowRef<number | null>(null);
const folded = shallowRef<ReadonlySet<Group>>(new Set(readFolded()));
const long = { all: new LongList("all"), closed: new LongList("closed") };

function readFolded(): Group[] {
  const kept = keep.get(FOLDED);
  return kept === null ? ["snoozed"] : (kept.split(",").filter(Boolean) as Group[]);
}

function toggleFold(group: Group): void {
  const next = new Set(folded.value);
  if (!next.delete(group)) next.add(group);
  folded.value = next;
  keep.set(FOLDED, [...next].join(","));
}

const shown = computed(() => (tab.value === "all" || tab.value === "closed" ? long[tab.value] : null));

const items = computed<ListItem[]>(() => {
  if (shown.value) return plainItems(shown.value.rows.value);
  void changed.rows;
  return groupedItems(world, tab.value === "queue" ? "queue" : "mine", { lineId: lineId.value, folded: folded.value });
});

/** The counters on the tabs. */
const counts = computed(() => {
  void changed.rows;
  const total = (of: "mine" | "queue", groups: readonly Group[]) =>
    groups.reduce((sum, group) => sum + world.lists.rows(of, group).length, 0);
  return {
    mine: total("mine", ["new", "work", "answered", "closing"]),
    queue: total("queue", ["waiting", "offered"]),
    // Exact when all of it is here; a number that is not kept up to date would only mislead.
    all: long.all.done.value && !operatorId.value && lineId.value === null ? long.all.rows.value.length : undefined,
    closed: undefined,
  };
});

watch([shown, lineId, operatorId], ([list]) =>
  list?.by({
    ...(lineId.value === null ? {} : { line_id: lineId.value }),
    ...(operatorId.value === null ? {} : { operator_id: operatorId.value }),
  }),
);
watch(
  () => changed.rows,
  () => shown.value?.learn((id) => world.row(id)),
);
useLive().onSnapshot(() => {
  for (const list of Object.values(long)) list.doubt();
});
watch([() => changed.stale, shown], ([, list]) => {
  if (list && world.stale.delete(list.list)) list.soon();
});

watch(
  () => connection.value.phase,
  (phase) => {
    if (phase === "live" && shown.value?.state.value === "failed") void shown.value.refresh();
  },
);

/** What is in front of me to be accepted, the most urgent first. */
const offers = computed<readonly ConversationRow[]>(() => {
  void changed.rows;
  return [...world.lists.rows("mine", "new")];
});

/** Whether the composer of the next conversation takes the focus: not while one walks through the list by keys. */
let composerWanted = true;
let takenFor: number | null = null;

/** Once for each opening: a thread that is drawn anew (it went out of sight and came back) takes no focus from anybody. */
export function takeComposerWish(id: number): boolean {
  const wanted = composerWanted && takenFor !== id;
  composerWanted = true;
  takenFor = id;
  return wanted;
}

export function useInbox() {
  const route = useRoute();
  const router = useRouter();
  const openId = computed(() => {
    const id = Number(route.params["id"]);
    return route.name === "conversation" && Number.isSafeInteger(id) ? id : null;
  });

  function open(id: number | null, replace = false): void {
    takenFor = null;
    const to = id === null ? { name: "inbox" } : { name: "conversation", params: { id } };
    void (replace ? router.replace(to) : router.push(to));
  }

  function show(next: ListTab): void {
    tab.value = next;
  }

  /** All conversations of a colleague. */
  function byOperator(id: number): void {
    operatorId.value = id;
    tab.value = "all";
    open(null);
  }

  /** The row `by` places below the open one in the list that is shown. */
  function neighbour(by: 1 | -1): ConversationRow | undefined {
    const list = items.value;
    const here = list.findIndex((item) => item.type === "row" && item.row.id === openId.value);
    // Titles of groups are stepped over; from nowhere one comes in at the near end.
    for (let index = here >= 0 ? here + by : by > 0 ? 0 : list.length - 1; list[index]; index += by) {
      const item = list[index];
      if (item?.type === "row") return item.row;
    }
    return undefined;
  }

  /** Go on in the list. `write`: to write there, rather than to look. */
  function step(by: 1 | -1, write: boolean): boolean {
    const row = neighbour(by);
    if (!row) return false;
    composerWanted = write;
    open(row.id, openId.value !== null);
    return true;
  }

  return { tab, lineId, operatorId, folded, items, counts, offers, openId, shown, show, open, byOperator, step, neighbour, toggleFold };
}
