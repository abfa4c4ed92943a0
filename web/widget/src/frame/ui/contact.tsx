import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { State } from "../state";
import { EmailField, isEmail } from "./email";
import { RatingBlock } from "./rating";
import { Title } from "./title";
import { TranscriptCard } from "./transcript";

interface Props {
  chat: Chat;
  state: State;
}

/** What the visitor opened by himself, or was offered: who he is, how it goes, where a copy is to go. */
export function ContactCard(props: Props) {
  if (props.state.contact === "transcript") return <TranscriptCard {...props} />;
  return props.state.contact === "rating" ? <RatingCard {...props} /> : <WhoCard {...props} />;
}

/** A rating that nobody asked for yet. */
function RatingCard({ chat, state }: Props) {
  const { words } = state.speech;
  const { config, conversation } = state;
  if (!config?.rating || !conversation?.id) return null;
  const rating = { scale: config.rating.scale, conversation_id: conversation.id };
  const message = { id: -conversation.id, seq: 0, author: "system" as const, at: "", rating };
  return (
    <section class="contact" aria-labelledby="rate" data-testid="widget-rate">
      <Title id="rate" text={words.rate} away={words.close} act={() => chat.store.set({ contact: "hidden" })} />
      <RatingBlock chat={chat} state={state} message={message} />
    </section>
  );
}

/** Name and e-mail, if the visitor likes; in nobody's way. */
function WhoCard({ chat, state }: Props) {
  const { words } = state.speech;
  const [name, setName] = useState(state.name);
  const [email, setEmail] = useState(state.email);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (state.contact === "opened") first.current?.focus();
  }, [state.contact]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const contact = { name: name.trim(), email: email.trim() };
    if (contact.email && !isEmail(contact.email)) {
      setWrong(words.email_wrong);
      return;
    }
    setBusy(true);
    setWrong((await answersOf(chat).introduce(contact)) ?? "");
    setBusy(false);
  };
  return (
    <form class="contact" aria-labelledby="contact" noValidate onSubmit={(event) => void submit(event)} data-testid="widget-contact">
      <Title id="contact" text={words.contact_title} away={words.skip} act={() => answersOf(chat).skipContact()} />
      <div class="line">
        <input
          ref={first}
          type="text"
          autocomplete="name"
          maxLength={100}
          value={name}
          placeholder={words.name}
          aria-label={words.name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <EmailField words={words} value={email} wrong={{ id: "contact-wrong", said: !!wrong }} write={setEmail} />
      </div>
      <p id="contact-wrong" class="wrong" role="status">
        {wrong}
      </p>
      {(name.trim() || email.trim()) && (
        <button type="submit" class="solid" disabled={busy}>
          {words.save}
        </button>
      )}
    </form>
  );
}
