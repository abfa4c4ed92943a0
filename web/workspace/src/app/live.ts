/**
 * What the page knows and how it stays in touch: the client's world, link and outbox, made visible to Vue. Nothing
 * in here is deeply reactive: a counter per kind of thing says "look again", at most once per frame.
 */
import {
  type Connection,
  type Happening,
  Link,
  type ListName,
  type Me,
  type Message,
  type ServerFrame,
  type Slice,
  type Snapshot,
  type Socket,
  STOPPED,
  World,
} from "@openlines/client";
import { shallowReactive, shallowRef } from "vue";

import { onSignedOut, useApi } from "./api";
import { clock, heardTime } from "./clock";
import { useSession } from "./session";

type Kind = Slice | "threads" | "outbox";
const { api } = useApi();
const session = useSession();

/** Versions of what is shown. Read one in a computed to be told when that kind of thing has changed. */
export const changed: Record<Kind, number> = shallowReactive({
  rows: 0,
  people: 0,
  places: 0,
  me: 0,
  stale: 0,
  threads: 0,
  outbox: 0,
});

const pending = new Set<Kind>();
let frame = 0;

function flush(): void {
  frame = 0;
  for (const kind of pending) changed[kind] += 1;
  pending.clear();
}

/** Say that a kind of thing has changed; drawn with the next frame (or soon, where there are no frames). */
export function touch(kinds: Iterable<Kind>): void {
  for (const kind of kinds) pending.add(kind);
  if (!frame) frame = document.hidden ? window.setTimeout(flush, 100) : requestAnimationFrame(flush);
}

// A frame that was asked for comes no more while nobody looks; the tab's title still has to tell who waits.
document.addEventListener("visibilitychange", () => {
  if (document.hidden && frame) flush();
});

const happeningListeners = new Set<(happening: Happening) => void>();
const messageListeners = new Set<(messages: readonly Message[]) => void>();
const frameListeners = new Set<(frame: ServerFrame) => void>();
const snapshotListeners = new Set<() => void>();

export const world = new World({
  changed: (slices) => {
    if (slices.has("me") && world.me) session.setMe(world.me);
    touch(slices);
  },
  happened: (happening) => happeningListeners.forEach((listener) => listener(happening)),
});

export const connection = shallowRef<Connection>(STOPPED);
/** Whether the first snapshot is here. */
export const started = shallowRef(false);

function connect(): Socket {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}/api/v1/socket`) as unknown as Socket;
}

function onSnapshot(snapshot: Snapshot): void {
  heardTime(snapshot.now);
  world.load(snapshot);
  session.setPortal(snapshot.portal);
  started.value = true;
  snapshotListeners.forEach((listener) => listener());
}

function onFrame(heard: ServerFrame): void {
  if (heard.type === "ready") heardTime(heard.now);
  if (heard.type === "changes") {
    world.apply(heard);
    if (heard.messages?.length) messageListeners.forEach((listener) => listener(heard.messages ?? []));
    if (heard.stale?.includes("me")) void refreshMe();
  }
  frameListeners.forEach((listener) => listener(heard));
}

async function refreshMe(): Promise<void> {
  world.stale.delete("me");
  try {
    world.setMe(await api.me());
  } catch {
    // The next snapshot or change brings it.
  }
}

const link = new Link({
  connect,
  snapshot: () => api.snapshot(),
  onSnapshot,
  onFrame,
  onState: (state) => (connection.value = state),
  onSignedOut: () => session.signedOut(),
  now: () => Date.now(),
  random: Math.random,
  timer: (milliseconds, call) => {
    const id = window.setTimeout(call, milliseconds);
    return () => clearTimeout(id);
  },
});

window.addEventListener("online", () => link.hurry());
window.addEventListener("pageshow", () => link.hurry());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) link.hurry();
});
onSignedOut(() => {
  link.stop();
  started.value = false;
});

let followed: { threads: readonly number[]; lists: readonly ListName[] } = { threads: [], lists: [] };
let queue: readonly ListName[] = [];

function follow(): void {
  link.follow(followed.threads, [...followed.lists, ...queue]);
}

/** The result takes the listener away again. */
function listenTo<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useLive() {
  return {
    world,
    changed,
    connection,
    started,
    clock,
    start: () => link.start(),
    stop: () => link.stop(),
    hurry: () => link.hurry(),
    follow: (threads: readonly number[], lists: readonly ListName[]) => {
      followed = { threads, lists };
      follow();
    },
    /** What moves in the queue of this line is told as the stale thing "queue:3"; null: of none. */
    watchQueue: (lineId: number | null) => {
      queue = lineId === null ? [] : [`queue:${lineId}`];
      follow();
    },
    typing: (threadId: number) => link.tell({ type: "typing", thread_id: threadId }),
    seen: (threadId: number, seq: number) => link.tell({ type: "seen", thread_id: threadId, seq }),
    setMe: (me: Me) => world.setMe(me),
    onHappening: (listener: (happening: Happening) => void) => listenTo(happeningListeners, listener),
    onMessages: (listener: (messages: readonly Message[]) => void) => listenTo(messageListeners, listener),
    onFrame: (listener: (heard: ServerFrame) => void) => listenTo(frameListeners, listener),
    onSnapshot: (listener: () => void) => listenTo(snapshotListeners, listener),
  };
}
