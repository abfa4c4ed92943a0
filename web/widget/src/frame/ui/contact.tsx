import { useEffect, useRef, useState } from "preact/hooks";

import { answersOf } from "../answers";
import type { Chat } from "../chat";
import type { State } from "../state";

/** Name and e-mail, if the visitor likes; in nobody's way. */
export function ContactCard({ chat, state }: { chat: Chat; state: State }) {
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
      <b id="contact">{words.contact_title}</b>
      <p class="hint">{words.contact_hint}</p>
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
      <p id="contact-wrong" class="wrong" role="status">
        {wrong}
      </p>
      <div class="row">
        <button type="submit" class="solid" disabled={busy || !(name.trim() || email.trim())}>
          {words.save}
        </button>
        <button type="button" class="plain" onClick={() => answersOf(chat).skipContact()}>
          {state.contact === "offered" ? words.skip : words.cancel}
        </button>
      </div>
    </form>
  );
}
