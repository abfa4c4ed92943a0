import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { Message } from "../model/types";
import type { State } from "../state";

/** Answers to choose from, under a message. */
export function Buttons({ chat, state, message }: { chat: Chat; state: State; message: Message }) {
  if (!message.buttons?.length) return null;
  const chosen = state.pressed[message.id];
  return (
    <div class="buttons" role="group">
      {message.buttons.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          aria-pressed={chosen === key}
          disabled={chosen !== undefined}
          data-testid="widget-button-choice"
          onClick={() => void answersOf(chat).press(message, key)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
