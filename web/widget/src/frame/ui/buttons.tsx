import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { Message } from "../model/types";
import type { State } from "../state";

/** Asked of somebody who had gone silent: whether he is still there is no question once anybody has spoken. */
const REMINDER = "idle:";

function answered(state: State, message: Message): boolean {
  return (
    (message.buttons ?? []).some(({ key }) => key.startsWith(REMINDER)) &&
    state.messages.some((later) => later.seq > message.seq && later.author !== "system")
  );
}

/** Answers to choose from, under a message. */
export function Buttons({ chat, state, message }: { chat: Chat; state: State; message: Message }) {
  if (!message.buttons?.length) return null;
  const chosen = state.pressed[message.id];
  if (chosen === undefined && answered(state, message)) return null;
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
