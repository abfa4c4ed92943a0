/** The reader's notices: the newest of them, how many are unread, and those that have just come. */
import { computed, shallowRef } from "vue";

import { t } from "@/i18n";

import { onSignedOut, useApi } from "./api";
import { notify, play } from "./attention";
import { useLive } from "./live";
import { useToasts } from "./toasts";

export interface Notice {
  id: number;
  kind: string;
  title: string;
  at: string;
  text?: string;
  step?: number;
  read?: boolean;
  conversation_id?: number;
  thread_id?: number;
  line_id?: number;
}

interface NoticePage {
  items: Notice[];
  next: string | null;
  unread: number;
}

const { rest } = useApi();
const live = useLive();
const toasts = useToasts();

const items = shallowRef<readonly Notice[]>([]);
const next = shallowRef<string | null>(null);
const unread = shallowRef(0);
const state = shallowRef<"loading" | "ready" | "failed">("loading");
let newest: number | null = null;
let asked = 0;
let openNotice: (notice: Notice) => void = () => undefined;

/** The first page anew; what came since the last look asks for attention. */
async function load(): Promise<void> {
  const mine = ++asked;
  try {
    const page = await rest.get<NoticePage>("/notices");
    // A later look knows more than this one.
    if (mine !== asked) return;
    const seen = newest;
    newest = Math.max(newest ?? 0, ...page.items.map((one) => one.id));
    items.value = page.items;
    next.value = page.next;
    unread.value = page.unread;
    state.value = "ready";
    if (seen !== null) announce(page.items.filter((one) => one.id > seen && !one.read));
  } catch {
    if (state.value === "loading") state.value = "failed";
  }
}

/** One toast, however many came at once. */
function announce(fresh: readonly Notice[]): void {
  const first = fresh[0];
  if (!first) return;
  play("spoke");
  const title = fresh.length > 1 ? t("shell.noticesCame", { count: fresh.length }) : first.title;
  const text = fresh.length > 1 ? "" : (first.text ?? "");
  const open = () => openNotice(first);
  toasts.show(title, {
    ...(text ? { detail: text } : {}),
    duration: 10_000,
    actions: leadsTo(first) ? [{ label: t("shell.noticeOpen"), run: open, testId: "notice-open" }] : [],
  });
  notify(title, text, `notice-${first.id}`, open);
}

async function more(): Promise<void> {
  if (next.value === null) return;
  const cursor = next.value;
  try {
    const page = await rest.get<NoticePage>("/notices", { query: { cursor } });
    if (cursor !== next.value) return;
    items.value = [...items.value, ...page.items];
    next.value = page.next;
  } catch (error) {
    toasts.failed(t("shell.noticesFailed"), error);
  }
}

/** Shown as read at once; taken back when the server did not hear it. */
async function mark(which: (one: Notice) => boolean, body: object): Promise<boolean> {
  const since = asked;
  const turned = new Set(items.value.filter((one) => !one.read && which(one)).map((one) => one.id));
  items.value = items.value.map((one) => (which(one) ? { ...one, read: true } : one));
  unread.value = Math.max(0, unread.value - turned.size);
  try {
    await rest.post("/notices/read", body);
    return true;
  } catch (error) {
    toasts.failed(t("shell.noticesFailed"), error);
    // Unless they have been fetched meanwhile: then what is here is the server's own word.
    if (since === asked) {
      items.value = items.value.map((one) => (turned.has(one.id) ? { ...one, read: false } : one));
      unread.value += turned.size;
    }
    return false;
  }
}

const read = (notice: Notice) => (notice.read ? Promise.resolve() : mark((one) => one.id === notice.id, { ids: [notice.id] }));
async function readAll(): Promise<void> {
  if (newest === null) return;
  // Those that are not here are counted by the server.
  if (await mark(() => true, { up_to: newest })) await load();
}

/** The place that a notice is about, or nothing. */
export function leadsTo(notice: Notice): string | null {
  if (notice.conversation_id && notice.thread_id) return `/c/${notice.conversation_id}`;
  return notice.line_id ? `/settings/lines/${notice.line_id}` : null;
}

live.onSnapshot(() => void load());
live.onFrame((frame) => {
  if (frame.type === "changes" && frame.stale?.includes("notices")) {
    live.world.stale.delete("notices");
    void load();
  }
});
onSignedOut(() => {
  items.value = [];
  unread.value = 0;
  newest = null;
  state.value = "loading";
});

export function useNotices() {
  return {
    items: computed(() => items.value),
    unread: computed(() => unread.value),
    state: computed(() => state.value),
    more: computed(() => (next.value === null ? null : more)),
    load,
    read,
    readAll,
    /** Says how a notice is opened; called once by what knows the router. */
    onOpen: (open: (notice: Notice) => void) => (openNotice = open),
  };
}
