/** The messages as one list: what came is merged by id, what is on its way stands at the end. */

import type { Message, Outgoing, Person } from "./types";

/** Lines of one author closer than this belong together. */
const TOGETHER = 5 * 60_000;

/** A version that came later replaces the earlier one: edits, deletes, ratings, a message seen twice. */
export function merge(known: readonly Message[], items: readonly Message[]): Message[] {
  const byId = new Map(known.map((message) => [message.id, message]));
  for (const item of items) byId.set(item.id, item);
  return [...byId.values()].sort((one, other) => one.seq - other.seq);
}

export function lastSeq(messages: readonly Message[]): number {
  return messages.reduce((last, message) => Math.max(last, message.seq), 0);
}

/** What of the messages on their way is not among those that arrived. */
export function stillOut(outbox: readonly Outgoing[], messages: readonly Message[]): Outgoing[] {
  const arrived = new Set(messages.map((message) => message.client_message_id));
  return outbox.filter((entry) => !arrived.has(entry.client_message_id));
}

export type Row =
  | { kind: "day"; key: string; at: number }
  | {
      kind: "message";
      key: string;
      message: Message;
      /** The first of its author's run: shows who speaks. */
      first: boolean;
      /** The last of the run: shows when. */
      last: boolean;
      pending?: Outgoing;
    };

/** What the list shows, in its order. */
export function rows(messages: readonly Message[], outbox: readonly Outgoing[]): Row[] {
  const all = [...messages.map((message) => ({ message, pending: undefined })), ...stillOut(outbox, messages).map(awaited)];
  const found: Row[] = [];
  let day = "";
  all.forEach(({ message, pending }, index) => {
    const at = Date.parse(message.at);
    const today = new Date(at).toDateString();
    if (today !== day) found.push({ kind: "day", key: today, at });
    const previous = today === day ? all[index - 1]?.message : undefined;
    const next = all[index + 1]?.message;
    found.push({
      kind: "message",
      key: message.client_message_id ?? `${message.id}`,
      message,
      first: !previous || !together(previous, message),
      last: !next || new Date(next.at).toDateString() !== today || !together(message, next),
      ...(pending && { pending }),
    });
    day = today;
  });
  return found;
}

/** Whoever said something as an operator last: the face to show while nobody else is known. */
export function lastOperator(messages: readonly Message[]): Person | undefined {
  const said = messages.filter((message) => message.author === "operator" && message.name).at(-1);
  return said && { name: said.name ?? "", ...(said.photo && { photo: said.photo }) };
}

function awaited(entry: Outgoing, index: number): { message: Message; pending: Outgoing } {
  const message: Message = {
    id: -1 - index,
    seq: Number.MAX_SAFE_INTEGER,
    author: "customer",
    text: entry.text,
    at: new Date(entry.at).toISOString(),
    files: entry.files,
    client_message_id: entry.client_message_id,
  };
  return { message, pending: entry };
}

function together(one: Message, other: Message): boolean {
  return (
    one.author === other.author &&
    one.name === other.name &&
    Math.abs(Date.parse(other.at) - Date.parse(one.at)) < TOGETHER
  );
}
