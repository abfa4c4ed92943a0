/** Who is typing where, and what (where the channel lets us see it). Forgotten when nothing is heard for a while. */
import { shallowReactive } from "vue";

import { useLive } from "@/app/live";

export interface Typing {
  who: "customer" | "operator";
  userId?: number;
  text?: string;
}

const FORGOTTEN = 6_000;
const typing = shallowReactive(new Map<number, Typing>());
const timers = new Map<number, number>();
const live = useLive();

function stop(threadId: number): void {
  clearTimeout(timers.get(threadId));
  timers.delete(threadId);
  typing.delete(threadId);
}

live.onFrame((frame) => {
  if (frame.type === "typing") {
    if (frame.user_id !== undefined && frame.user_id === live.world.me?.id) return;
    stop(frame.thread_id);
    typing.set(frame.thread_id, {
      who: frame.who,
      ...(frame.user_id === undefined ? {} : { userId: frame.user_id }),
      ...(frame.text ? { text: frame.text } : {}),
    });
    timers.set(frame.thread_id, window.setTimeout(() => stop(frame.thread_id), FORGOTTEN));
  } else if (frame.type === "changes") {
    // What was being typed has been said.
    for (const message of frame.messages ?? []) {
      if (message.author === typing.get(message.thread_id)?.who) stop(message.thread_id);
    }
  }
});

export const typingOf = (threadId: number): Typing | undefined => typing.get(threadId);
export const typingIn = (threadId: number): boolean => typing.get(threadId)?.who === "customer";
