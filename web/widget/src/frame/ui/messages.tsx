import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import type { Chat } from "../chat";
import { rows, type Row } from "../model/thread";
import type { FileInfo } from "../model/types";
import { cardOpened, foreign, type State } from "../state";
import { day } from "../text/format";
import { count } from "../words";
import { Bubble } from "./bubble";
import { Icon } from "./icons";
import { useAsking, useExtras } from "../later";

/** So close to the end, a reader wants to stay there. */
const NEAR = 80;

interface Props {
  chat: Chat;
  state: State;
  view(file: FileInfo): void;
}

/** The thread. It stays where the reader is: earlier messages push nothing, new ones wait below. */
export function Messages({ chat, state, view }: Props) {
  const { speech, messages, outbox } = state;
  const { words } = speech;
  const extras = useExtras(state.contact !== "hidden");
  const form = state.asks.form?.when === "after" && messages.length > 0;
  const asking = useAsking(form);
  const list = useMemo(() => rows(messages, outbox), [messages, outbox]);
  const contact = extras && <extras.ContactCard chat={chat} state={state} />;
  const { box, below, toEnd, scrolled } = useScroll(chat, state, list);
  return (
    <main class="thread">
      <div class="scroll" ref={box} onScroll={scrolled} tabIndex={0} role="region" aria-label={words.history}>
        <div class="content">
          {state.earlier === "loading" && <span class="spinner" />}
          {state.earlier === "failed" && (
            <button type="button" class="plain" onClick={() => void chat.reading.loadEarlier()}>
              {words.earlier_failed}. {words.retry}
            </button>
          )}
          {!state.more && !messages.length && <p class="welcome">{state.config?.online === false ? words.welcome_offline : words.welcome}</p>}
          <ol>
            {list.map((row) =>
              row.kind === "day" ? (
                <li key={row.key} class="day">
                  {day(speech, row.at, Date.now())}
                </li>
              ) : (
                <Fragment key={row.key}>
                  <Bubble chat={chat} state={state} row={row} view={view} />
                  {state.contact === "offered" && row.key === state.contactAfter && <li>{contact}</li>}
                </Fragment>
              ),
            )}
          </ol>
          {state.typing !== undefined && <Typing name={state.typing || words.operator} is={words.typing} />}
          {cardOpened(state) && contact}
          {form && asking && <asking.FormCard chat={chat} state={state} />}
        </div>
      </div>
      {below !== undefined && (
        <button type="button" class="pill" onClick={toEnd} aria-label={below ? undefined : words.to_the_end}>
          {below > 0 && count(speech, "new_below", below)}
          <Icon name="arrow" size={16} />
        </button>
      )}
    </main>
  );
}

function Typing({ name, is }: { name: string; is: string }) {
  return (
    <p class="typing" data-testid="widget-typing">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {name} {is}
    </p>
  );
}

/** Where the list stands. `below`: undefined at the end, else how many came since the reader left it. */
function useScroll(chat: Chat, state: State, list: Row[]) {
  const box = useRef<HTMLDivElement>(null);
  const was = useRef({ atEnd: true, first: "", last: "", height: 0, seen: 0 });
  const [below, setBelow] = useState<number>();
  const lastSeq = state.messages.at(-1)?.seq ?? 0;
  const since = (seq: number) => state.messages.filter((message) => message.seq > seq && foreign(message)).length;

  const toEnd = () => {
    const { current } = box;
    if (current) current.scrollTop = current.scrollHeight;
    was.current.atEnd = true;
    setBelow(undefined);
  };
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    const before = was.current;
    const first = list.find((row) => row.kind === "message")?.key ?? "";
    const last = list.at(-1);
    const ownWords = last?.kind === "message" && last.pending && last.key !== before.last;
    if (before.first && first !== before.first && last?.key === before.last) {
      current.scrollTop += current.scrollHeight - before.height;
    } else if (before.atEnd || ownWords) toEnd();
    else setBelow(since(before.seen));
    was.current = { ...was.current, first, last: last?.key ?? "", height: current.scrollHeight };
    if (was.current.atEnd) was.current.seen = lastSeq;
  }, [list, state.typing !== undefined, state.contact, state.earlier]);
  // Pictures arrive, the keyboard opens, the panel is resized: who was at the end stays there.
  useEffect(() => {
    const { current } = box;
    if (!current) return undefined;
    const observer = new ResizeObserver(() => {
      if (was.current.atEnd) current.scrollTop = current.scrollHeight;
      was.current.height = current.scrollHeight;
    });
    observer.observe(current);
    if (current.firstElementChild) observer.observe(current.firstElementChild);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (cardOpened(state)) toEnd();
  }, [state.contact]);
  const scrolled = () => {
    const { current } = box;
    if (!current) return;
    const atEnd = current.scrollHeight - current.scrollTop - current.clientHeight < NEAR;
    was.current.atEnd = atEnd;
    if (atEnd) was.current.seen = lastSeq;
    setBelow(atEnd ? undefined : since(was.current.seen));
    if (current.scrollTop < 200 && state.earlier === "idle") void chat.reading.loadEarlier();
  };
  return { box, below, toEnd, scrolled };
}
