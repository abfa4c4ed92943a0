import { useLayoutEffect, useRef } from "preact/hooks";

import type { Chat } from "../chat";
import type { State } from "../state";
import { Sign } from "./drawings";
import { Icon } from "./icons";

interface Props {
  chat: Chat;
  state: State;
  /** Closed by something else happening. */
  hide(): void;
  /** Closed by its user: the focus goes back to where it was opened. */
  away(): void;
}

export function MenuSheet({ chat, state, hide, away }: Props) {
  const { words } = state.speech;
  const root = useRef<HTMLDivElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  useLayoutEffect(() => {
    items()[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.parentElement?.contains(event.target as Node)) hide();
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  const keys = (event: KeyboardEvent) => {
    const all = items();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Tab") return hide();
    if (event.key === "Escape") away();
    else if (step) all.at((all.indexOf(document.activeElement as HTMLElement) + step) % all.length)?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const sound = () => {
    chat.toggleSound();
    away();
  };
  const about = () => {
    hide();
    chat.store.set({ contact: "opened" });
  };
  const rate = () => {
    hide();
    chat.store.set({ contact: "rating" });
  };
  const copy = () => {
    hide();
    chat.store.set({ contact: "transcript" });
  };
  return (
    <div ref={root} role="menu" aria-label={words.menu} class="sheet" onKeyDown={keys}>
      <button type="button" role="menuitemcheckbox" aria-checked={state.sound} onClick={sound}>
        <Sign name="bell" size={18} />
        {words.sound}
        <span class="mark">{state.sound && <Icon name="check" size={16} />}</span>
      </button>
      {state.config?.rating?.any_time && state.conversation?.id && (
        <button type="button" role="menuitem" data-testid="widget-rate-now" onClick={rate}>
          <Sign name="star" size={18} />
          {words.rate_now}
        </button>
      )}
      <button type="button" role="menuitem" data-testid="widget-about-you" onClick={about}>
        <Sign name="person" size={18} />
        {words.about_you}
      </button>
      {state.config?.transcript && state.messages.some(({ author }) => author === "operator") && (
        <button type="button" role="menuitem" data-testid="widget-send-transcript" onClick={copy}>
          <Icon name="send" size={18} />
          {words.transcript}
        </button>
      )}
    </div>
  );
}
