/** What the visitor answers without words: buttons, a rating, his name. */

import type { Chat } from "./chat";
import type { Message } from "./model/types";
import { Problem } from "./net/rest";
import type { Store, State } from "./state";
import type { Keeper } from "./storage";
import type { Visitor } from "./visitor";
import { fill } from "./words";

const made = new WeakMap<Chat, Answers>();

export function answersOf(chat: Chat): Answers {
  let answers = made.get(chat);
  if (!answers) made.set(chat, (answers = new Answers(chat.store, chat.keeper, chat.visitor)));
  return answers;
}

export interface Contact {
  name: string;
  email: string;
}

export class Answers {
  constructor(
    private readonly store: Store,
    private readonly keeper: Keeper,
    private readonly visitor: Visitor,
  ) {}

  async press(message: Message, key: string): Promise<void> {
    const { store } = this;
    store.set({ pressed: { ...store.state.pressed, [message.id]: key } });
    try {
      await this.visitor.call("/press", { method: "POST", body: { message_id: message.id, key } });
    } catch (problem) {
      store.set({
        pressed: without(store.state.pressed, message.id),
        notice: this.why(problem, store.state.speech.words.refused),
      });
    }
  }

  /** `value` 1–5; like is 5, dislike is 1. May be changed until the server says that it is too late. */
  async rate(message: Message, value: number, comment?: string): Promise<void> {
    const { store } = this;
    const before = ratingOf(store.state, message);
    const mark = (rating: State["ratings"][number]) =>
      store.set({ ratings: { ...store.state.ratings, [message.id]: rating } });
    mark({ value, ...(comment && { commented: true }) });
    const conversation_id = message.rating?.conversation_id;
    const body = { value, ...(comment && { comment }), ...(conversation_id && { conversation_id }) };
    try {
      await this.visitor.call("/rating", { method: "POST", body });
    } catch (problem) {
      mark({ value: before, error: this.why(problem, store.state.speech.words.rating_failed) });
    }
  }

  /** The words of the refusal, if there was one. */
  async introduce(contact: Contact): Promise<string | undefined> {
    const { words } = this.store.state.speech;
    try {
      await this.visitor.call("/session", { method: "PATCH", body: contact });
    } catch (problem) {
      return this.why(problem, words.no_network);
    }
    this.keeper.set("contact", true);
    this.store.set({ ...contact, contact: "hidden", notice: words.saved });
    return undefined;
  }

  /** The words of the refusal, if there was one. */
  async sendTranscript(email: string): Promise<string | undefined> {
    const { words } = this.store.state.speech;
    let to: string;
    try {
      ({ to } = await this.visitor.call<{ to: string }>("/transcript", { method: "POST", body: { email } }));
    } catch (problem) {
      if (problem instanceof Problem && problem.fields["email"]) return problem.fields["email"].message;
      return this.why(problem, words.refused);
    }
    this.store.set({ email: this.store.state.email || to, contact: "hidden", notice: fill(words.transcript_sent, { email: to }) });
    return undefined;
  }

  /** Not asked again. */
  skipContact(): void {
    this.keeper.set("contact", true);
    this.store.set({ contact: "hidden" });
  }

  private why(problem: unknown, otherwise: string): string {
    if (!(problem instanceof Problem)) return otherwise;
    return problem.detail || (problem.status === 0 ? this.store.state.speech.words.no_network : otherwise);
  }
}

/** What was chosen here, or what the server knows; 0 for nothing yet. */
export function ratingOf({ ratings, conversation }: State, { id, rating }: Message): number {
  const same = conversation?.id !== undefined && conversation.id === rating?.conversation_id;
  return ratings[id]?.value ?? rating?.value ?? (same ? conversation.rating : undefined) ?? 0;
}

function without<T>(map: Record<number, T>, id: number): Record<number, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => Number(key) !== id));
}
