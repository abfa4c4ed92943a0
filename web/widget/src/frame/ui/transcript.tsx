import { useEffect, useRef, useState } from "preact/hooks";

import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { State } from "../state";
import { Icon } from "./icons";

/** Where the conversation is to go: his own address, if he gave one, which he confirms by sending. */
export function TranscriptCard({ chat, state }: { chat: Chat; state: State }) {
  const { words } = state.speech;
  const [email, setEmail] = useState(state.email);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const address = email.trim();
    if (!/^\S+@\S+\.\S+$/.test(address)) {
      setWrong(words.email_wrong);
      field.current?.focus();
      return;
    }
    setBusy(true);
    setWrong((await answersOf(chat).sendTranscript(address)) ?? "");
    setBusy(false);
  };
  return (
    <form class="contact" aria-labelledby="transcript" noValidate onSubmit={(event) => void submit(event)} data-testid="widget-transcript">
      <div class="line">
        <b id="transcript">{words.transcript}</b>
        <button type="button" class="icon small" aria-label={words.close} onClick={() => chat.store.set({ contact: "hidden" })}>
          <Icon name="close" size={16} />
        </button>
      </div>
      <div class="line">
        <input
          ref={field}
          type="email"
          autocomplete="email"
          maxLength={200}
          value={email}
          placeholder={words.email}
          aria-label={words.email}
          aria-invalid={!!wrong}
          aria-describedby="transcript-wrong"
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <button type="submit" class="solid" disabled={busy}>
          {words.send}
        </button>
      </div>
      <p id="transcript-wrong" class="wrong" role="alert">
        {wrong}
      </p>
    </form>
  );
}
