import { useEffect, useRef, useState } from "preact/hooks";

import type { Chat } from "../chat";
import { lastOperator } from "../model/thread";
import { statusOf } from "../model/status";
import type { Person } from "../model/types";
import type { State } from "../state";
import { Face } from "./face";
import { Icon } from "./icons";
import { useExtras } from "../later";

const FACES = 3;
const MINUTE = 60_000;

/** Who is here and how things stand. */
export function Header({ chat, state }: { chat: Chat; state: State }) {
  const { words } = state.speech;
  const [now, tick] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), MINUTE);
    return () => clearInterval(timer);
  }, []);
  const status = statusOf(state, now);
  const people = faces(state);
  return (
    <header>
      {people.length > 0 && (
        <span class="faces">
          {people.map((person) => (
            <Face key={person.name} chat={chat} person={person} />
          ))}
        </span>
      )}
      <div class="who">
        <h1 id="title">{titleOf(state)}</h1>
        <p class={`status ${status.tone}`} data-testid="widget-status" role="status">
          {status.text || "\u00a0"}
        </p>
      </div>
      <Menu chat={chat} state={state} />
      {state.embedded && (
        <button type="button" class="icon" aria-label={words.close_chat} data-testid="widget-close" onClick={() => chat.close()}>
          <Icon name={state.full ? "close" : "down"} />
        </button>
      )}
    </header>
  );
}

function answering({ conversation }: State): Person | undefined {
  const stage = conversation?.state;
  return stage === "active" || stage === "closing" ? conversation?.operator : undefined;
}

export function titleOf(state: State): string {
  return answering(state)?.name || state.config?.name || state.speech.words.chat;
}

function faces(state: State): Person[] {
  const one = answering(state);
  if (one) return [one];
  const known = state.config?.operators ?? [];
  const last = lastOperator(state.messages);
  return known.length ? known.slice(0, FACES) : last ? [last] : [];
}

function Menu({ chat, state }: { chat: Chat; state: State }) {
  const { words } = state.speech;
  const [open, show] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const extras = useExtras(open);
  const away = () => {
    show(false);
    opener.current?.focus();
  };
  return (
    <div class="menu">
      <button
        ref={opener}
        type="button"
        class="icon"
        aria-label={words.menu}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => show(!open)}
      >
        <Icon name="more" />
      </button>
      {open && extras && <extras.MenuSheet chat={chat} state={state} hide={() => show(false)} away={away} />}
    </div>
  );
}
