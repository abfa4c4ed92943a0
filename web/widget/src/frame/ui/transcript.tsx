import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { State } from "../state";
import { EmailField, isEmail } from "./email";
import { Title } from "./title";

/** Where the conversation is to go: his own address, if he gave one, which he confirms by sending. */
export function TranscriptCard({ chat, state }: { chat: Chat; state: State }) {
  const { words } = state.speech;
  const [email, setEmail] = useState(state.email);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const submit = async (event: Event) => {
    event.preventDefault();
    const address = email.trim();
    if (!isEmail(address)) {
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
      <Title id="transcript" text={words.transcript} away={words.close} act={() => chat.store.set({ contact: "hidden" })} />
      <div class="line">
        <EmailField words={words} value={email} wrong={{ id: "transcript-wrong", said: !!wrong }} write={setEmail} field={field} />
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
