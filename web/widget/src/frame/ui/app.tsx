import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Chat } from "../chat";
import { radiusOf } from "../look";
import type { FileInfo } from "../model/types";
import { asksFirst, type State, unread } from "../state";
import { accent, inkOn, readableOn } from "../text/color";
import { Composer } from "./composer";
import { Header, titleOf } from "./header";
import { useAsking, useExtras } from "../later";
import { Messages } from "./messages";

const LIGHT = "#f3f4f6";
const DARK = "#282b31";

export function App({ chat, state, theme }: { chat: Chat; state: State; theme: string }) {
  const { words, language } = state.speech;
  const root = useRef<HTMLDivElement>(null);
  const [picture, view] = useState<FileInfo>();
  const dropping = useDrop(chat);
  const extras = useExtras(state.open);
  const asking = useAsking(state.open && !!state.config?.asks);
  const color = accent(state.config?.colors?.accent);
  const count = state.embedded ? 0 : unread(state);

  useLayoutEffect(() => {
    const page = document.documentElement;
    const chosen = theme || state.config?.theme || "auto";
    if (chosen === "auto") delete page.dataset["theme"];
    else page.dataset["theme"] = chosen;
    const values = {
      "--accent": color,
      "--ink": inkOn(color),
      "--link-light": readableOn(LIGHT, color),
      "--link-dark": readableOn(DARK, color),
      "--radius": `${radiusOf(state.config)}px`,
    };
    for (const [name, value] of Object.entries(values)) page.style.setProperty(name, value);
  }, [color, theme, state.config]);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = (count ? `(${count}) ` : "") + titleOf(state);
  });

  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && state.embedded && !event.isComposing) chat.close();
    if (event.key === "Tab" && state.full && state.embedded) keepInside(root.current, event);
  };
  return (
    <div ref={root} class={`app ${state.embedded ? "embedded" : "alone"}`} tabIndex={-1} onKeyDown={keys}>
      <Header chat={chat} state={state} />
      <Messages chat={chat} state={state} view={view} />
      {!state.gone && (asking && asksFirst(state) ? <asking.Asking chat={chat} state={state} /> : <Composer chat={chat} state={state} />)}
      <p class="unseen" aria-live="polite" data-testid="widget-spoken">
        {state.spoken}
      </p>
      {dropping && <div class="drop">{words.drop}</div>}
      {picture && extras && <extras.Viewer chat={chat} state={state} file={picture} close={() => view(undefined)} />}
    </div>
  );
}

/** Over the whole screen there is nothing else to go to: the last leads to the first, and back. */
function keepInside(root: HTMLElement | null, event: KeyboardEvent): void {
  const wanted = "button:not(:disabled), textarea, input:not(.unseen), a[href], [tabindex='0']";
  const all = [...(root?.querySelectorAll<HTMLElement>(wanted) ?? [])];
  const [first, last] = [all[0], all.at(-1)];
  const active = document.activeElement;
  const leaving = event.shiftKey ? active === first || active === root : active === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}

/** Files over the page: true while they hang there. */
function useDrop(chat: Chat): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const files = (event: DragEvent) => !!event.dataTransfer?.types.includes("Files");
    const hover = (event: DragEvent) => {
      if (!files(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      chat.writing.attach(event.dataTransfer.files);
    };
    addEventListener("dragover", hover);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", hover);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
    };
  }, []);
  return over;
}
