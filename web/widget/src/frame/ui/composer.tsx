import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Chat } from "../chat";
import type { State } from "../state";
import { fill } from "../words";
import { Icon } from "./icons";
import { useExtras } from "../later";

const LIMIT = 4000;
/** So many characters before the limit it is time to speak of it. */
const SOON = 200;
const TALLEST = 140;

export function Composer({ chat, state }: { chat: Chat; state: State }) {
  const { words } = state.speech;
  const [text, write] = useState(() => chat.writing.draft());
  const [emoji, showEmoji] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const extras = useExtras(emoji || state.uploads.length > 0);
  const limit = state.config?.text_limit ?? LIMIT;
  const over = text.length - limit;
  const ready = over <= 0 && (text.trim() !== "" || state.uploads.length > 0) && !state.uploads.some((upload) => upload.error);

  useGrowth(input, text);
  useFocus(input, state);
  useEffect(() => {
    chat.writing.emptied = () => write("");
  }, []);

  const change = (now: string) => {
    write(now);
    chat.writing.typed(now);
  };
  const send = () => {
    if (ready && chat.writing.send(text)) write("");
    input.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    // 229: the key belongs to whoever makes words of several. Safari says so by nothing else once the word is made.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData ?? {};
    // Tables and letters are copied as words and as a picture of them.
    if (!files?.length || (types?.includes("text/plain") && types.includes("text/html"))) return;
    event.preventDefault();
    chat.writing.attach(files);
  };
  const insert = (emoji: string) => {
    const field = input.current;
    const [from, to] = [field?.selectionStart ?? text.length, field?.selectionEnd ?? text.length];
    change(text.slice(0, from) + emoji + text.slice(to));
    showEmoji(false);
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(from + emoji.length, from + emoji.length);
    });
  };

  return (
    <footer>
      {state.notice && (
        <p class="notice" role="status">
          <span>{state.notice}</span>
          <button type="button" class="icon small" aria-label={words.dismiss} onClick={() => chat.dismissNotice()}>
            <Icon name="close" size={16} />
          </button>
        </p>
      )}
      {extras && state.uploads.length > 0 && <extras.UploadList chat={chat} state={state} />}
      {over > -SOON && (
        <p class={over > 0 ? "wrong limit" : "hint limit"} role="status">
          {over > 0 ? fill(words.too_long, { n: over }) : `${text.length} / ${limit}`}
        </p>
      )}
      <div class="composer">
        <FileButton chat={chat} label={words.attach} />
        <textarea
          ref={input}
          rows={1}
          dir="auto"
          value={text}
          placeholder={words.placeholder}
          aria-label={words.message}
          enterkeyhint="send"
          data-testid="widget-input"
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={keys}
          onPaste={paste}
        />
        <button
          type="button"
          class="icon emoji-opener"
          aria-label={words.emoji}
          aria-expanded={emoji}
          onClick={() => showEmoji(!emoji)}
        >
          <Icon name="smile" />
        </button>
        <button type="button" class="send" aria-label={words.send} disabled={!ready} data-testid="widget-send" onClick={send}>
          {state.armed ? <span class="spinner" /> : <Icon name="send" />}
        </button>
      </div>
      {emoji && extras && (
        <extras.Emoji
          label={words.emoji}
          pick={insert}
          away={() => {
            showEmoji(false);
            input.current?.focus();
          }}
        />
      )}
    </footer>
  );
}

function FileButton({ chat, label }: { chat: Chat; label: string }) {
  const field = useRef<HTMLInputElement>(null);
  const chosen = () => {
    const { current } = field;
    if (current?.files?.length) chat.writing.attach(current.files);
    if (current) current.value = "";
  };
  return (
    <>
      <input ref={field} type="file" multiple class="unseen" tabIndex={-1} aria-hidden="true" data-testid="widget-file" onChange={chosen} />
      <button type="button" class="icon" aria-label={label} onClick={() => field.current?.click()}>
        <Icon name="clip" />
      </button>
    </>
  );
}

/** As high as its words, up to a point. */
function useGrowth(input: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const field = input.current;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, TALLEST)}px`;
    field.style.overflowY = field.scrollHeight > TALLEST ? "auto" : "hidden";
  }, [text]);
}

/** With a finger a focus would raise the keyboard over what one came to read. */
function useFocus(input: { current: HTMLTextAreaElement | null }, state: State): void {
  useEffect(() => {
    if (!state.focus && state.embedded) return;
    if (matchMedia("(pointer: coarse)").matches) document.querySelector<HTMLElement>(".app")?.focus();
    else input.current?.focus();
  }, [state.focus]);
}
