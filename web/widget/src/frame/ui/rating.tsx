import { useState } from "preact/hooks";

import { answersOf, ratingOf } from "../answers";
import type { Chat } from "../chat";
import type { Message } from "../model/types";
import type { State } from "../state";
import { count } from "../words";
import { Sign } from "./drawings";

const LIKE = 5;
const DISLIKE = 1;
const STARS = [1, 2, 3, 4, 5];

/** Asked in place, answered in place; a comment afterwards, and another mind until the server says it is too late. */
export function RatingBlock({ chat, state, message }: { chat: Chat; state: State; message: Message }) {
  const { words } = state.speech;
  const own = state.ratings[message.id];
  const value = ratingOf(state, message);
  const rate = (chosen: number) => () => void answersOf(chat).rate(message, chosen);
  return (
    <div class="rating">
      {message.rating?.scale === "stars" ? (
        <div role="group" aria-label={words.rate} class="stars">
          {STARS.map((star) => (
            <button
              key={star}
              type="button"
              class={star <= value ? "on" : ""}
              aria-pressed={star === value}
              aria-label={count(state.speech, "stars", star)}
              data-testid={`widget-rating-${star}`}
              onClick={rate(star)}
            >
              <Sign name="star" size={24} />
            </button>
          ))}
        </div>
      ) : (
        <div role="group" aria-label={words.rate} class="likes">
          <button type="button" aria-pressed={value === LIKE} data-testid="widget-rating-like" onClick={rate(LIKE)}>
            <Sign name="like" />
            {words.like}
          </button>
          <button type="button" aria-pressed={value === DISLIKE} data-testid="widget-rating-dislike" onClick={rate(DISLIKE)}>
            <Sign name="dislike" />
            {words.dislike}
          </button>
        </div>
      )}
      <p role="status" class={own?.error ? "wrong" : "hint"}>
        {own?.error ?? (own?.commented ? words.comment_sent : own?.value ? words.rated : "")}
      </p>
      {own && !own.error && !own.commented && (
        <Comment state={state} send={(comment) => void answersOf(chat).rate(message, value, comment)} />
      )}
    </div>
  );
}

function Comment({ state, send }: { state: State; send(comment: string): void }) {
  const { words } = state.speech;
  const [text, write] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (text.trim()) send(text.trim());
  };
  return (
    <form class="comment" onSubmit={submit}>
      <input
        type="text"
        value={text}
        maxLength={1000}
        aria-label={words.comment}
        placeholder={words.comment}
        data-testid="widget-rating-comment"
        onInput={(event) => write(event.currentTarget.value)}
      />
      <button type="submit" class="plain" disabled={!text.trim()}>
        {words.send}
      </button>
    </form>
  );
}
