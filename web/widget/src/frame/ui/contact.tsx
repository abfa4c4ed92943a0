import { useEffect, useRef, useState } from "preact/hooks";

import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { State } from "../state";
import { Icon } from "./icons";
import { RatingBlock } from "./rating";
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
      <div class="line">
        <b id="rate">{words.rate}</b>
        <button type="button" class="icon small" aria-label={words.close} onClick={() => chat.store.set({ contact: "hidden" })}>
          <Icon name="close" size={16} />
        </button>
      </div>
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
  useEffect(() => {
    if (state.contact === "opened") first.current?.focus();
  }, [state.contact]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const contact = { name: name.trim(), email: email.trim() };
    if (contact.email && !/^\S+@\S+\.\S+$/.test(contact.email)) {
      setWrong(words.email_wrong);
      return;
    }
    setBusy(true);
    setWrong((await answersOf(chat).introduce(contact)) ?? "");
    setBusy(false);
  };
  return (
    <form class="contact" aria-labelledby="contact" noValidate onSubmit={(event) => void submit(event)} data-testid="widget-contact">
      <div class="line">
        <b id="contact">{words.contact_title}</b>
        <button type="button" class="icon small" aria-label={words.skip} title={words.skip} onClick={() => answersOf(chat).skipContact()}>
          <Icon name="close" size={16} />
        </button>
      </div>
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
        <input
          type="email"
          autocomplete="email"
          maxLength={200}
          value={email}
          placeholder={words.email}
          aria-label={words.email}
          aria-invalid={!!wrong}
          aria-describedby="contact-wrong"
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
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
