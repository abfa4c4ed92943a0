/** The outbox of whoever is signed in. */
import { type Message, Outbox, type Outgoing, type World } from "@openlines/client";

import { watch } from "vue";

import { onSignedOut, useApi } from "@/app/api";
import { keep } from "@/app/keep";
import { connection, touch, useLive, world } from "@/app/live";
import { useSession } from "@/app/session";
import { useToasts } from "@/app/toasts";
import { t } from "@/i18n";

import { takeMessages } from "./threads";

const { api } = useApi();
const toasts = useToasts();
const live = useLive();
const { me } = useSession();

type Overlay = ReturnType<World["overlay"]>;
const overlays = new Map<string, Overlay>();
/** What was told of messages that are refused, by message: it goes when they are sent again or given up. */
const refusals = new Map<string, number>();
let outbox: Outbox | null = null;
let owner = 0;

async function send(item: Outgoing): Promise<Message> {
  const message = {
    client_message_id: item.client_message_id,
    text: item.text,
    ...(item.files.length ? { files: item.files.map((file) => file.id) } : {}),
    ...(item.note ? { note: true } : {}),
    ...(item.reply_to ? { reply_to: item.reply_to } : {}),
  };
  if (!item.starts) return api.send(item.conversation_id, message);
  const started = await api.startConversation(item.thread_id, message);
  world.learn(started.conversation);
  return started.message;
}

function settle(item: Outgoing): void {
  overlays.get(item.client_message_id)?.();
  overlays.delete(item.client_message_id);
}

function make(): Outbox {
  return new Outbox({
    storage: keep,
    owner,
    send,
    onChange: () => touch(["outbox"]),
    onSent: (message, item) => {
      takeMessages([message]);
      settle(item);
    },
    onRefused: (item) => {
      settle(item);
      const toast = toasts.show(t("inbox.refused"), {
        tone: "bad",
        ...(item.error ? { detail: item.error } : {}),
        actions: [{ label: t("shell.retry"), run: () => retryOutgoing(item.client_message_id) }],
      });
      refusals.set(item.client_message_id, toast);
    },
    random: Math.random,
    timer: (milliseconds, call) => {
      const id = window.setTimeout(call, milliseconds);
      return () => clearTimeout(id);
    },
  });
}

/** Everybody has his own: what one person wrote is not sent in another's name. */
function mine(): Outbox | null {
  const id = me.value?.id ?? 0;
  if (id && id !== owner) {
    owner = id;
    outbox = make();
  }
  return id ? outbox : null;
}

// What is left waits in the storage until its author is back.
onSignedOut(() => {
  outbox?.stop();
  outbox = null;
  owner = 0;
  for (const remove of overlays.values()) remove();
  overlays.clear();
  for (const id of [...refusals.keys()]) saidEnough(id);
});
live.onMessages((messages) => {
  for (const message of messages) if (message.client_message_id) mine()?.arrived(message.client_message_id);
});
window.addEventListener("online", () => mine()?.hurry());
watch(
  () => connection.value.phase,
  (phase) => {
    if (phase === "live") mine()?.hurry();
  },
);

/** An id that no other browser makes. (randomUUID exists on https pages only.) */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface Words {
  conversation_id: number;
  thread_id: number;
  text: string;
  files: Outgoing["files"];
  note: boolean;
  reply_to?: number;
  starts?: boolean;
}

/** Say something. It stands in the thread at once and in the list as well. */
export function say(words: Words): void {
  const box = mine();
  if (!box) return;
  const id = newId();
  const at = live.clock.now();
  box.add({ ...words, client_message_id: id, at });
  if (words.note) return;
  const row = world.row(words.conversation_id);
  if (!row) return;
  const holds = row.operator_id === world.me?.id && row.state === "active";
  overlays.set(
    id,
    world.overlay(words.conversation_id, {
      last: { text: words.text.slice(0, 60), author: "operator", at: new Date(at).toISOString() },
      unread: 0,
      ...(holds ? { awaiting: "customer" as const, waiting_since: undefined, target_at: undefined } : {}),
    } as Partial<typeof row>),
  );
}

export const outgoingOf = (threadId: number): readonly Outgoing[] => mine()?.of(threadId) ?? [];
/** When what was said in a thread has been sent, or could not be; undefined where nothing is on its way. */
export const said = (threadId: number): Promise<void> | undefined => mine()?.quiet(threadId);
export const unsent = (): number => mine()?.size ?? 0;

function saidEnough(id: string): void {
  const toast = refusals.get(id);
  refusals.delete(id);
  if (toast !== undefined) toasts.dismiss(toast);
}

export function retryOutgoing(id: string): void {
  saidEnough(id);
  mine()?.retry(id);
}

export function discardOutgoing(id: string): void {
  saidEnough(id);
  mine()?.discard(id);
}
