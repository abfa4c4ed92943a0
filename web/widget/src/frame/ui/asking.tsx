import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Chat } from "../chat";
import type { Asks, Question } from "../model/types";
import { Problem } from "../net/rest";
import type { State } from "../state";
import { Words } from "./text";

interface Props {
  chat: Chat;
  state: State;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const LONGEST: Record<Question["kind"], number> = { name: 200, email: 200, phone: 30, choice: 200, text: 1000 };

/** In the composer's place: the consent, then the form. */
export function Asking({ chat, state }: Props) {
  return state.asks.consent ? <ConsentCard chat={chat} state={state} /> : <FormCard chat={chat} state={state} />;
}

function ConsentCard({ chat, state }: Props) {
  const { words } = state.speech;
  const { consent } = state.asks;
  const { busy, wrong, send } = useSending(chat, state);
  const button = useFirst<HTMLButtonElement>();
  if (!consent) return null;
  const agree = () => void send("/consent", { version: consent.version }, { consent: undefined });
  return (
    <section class="asking" aria-labelledby="consent" data-testid="widget-consent">
      <h2 id="consent">{words.consent_title}</h2>
      <p class="text" tabIndex={0}>
        <Words text={consent.text} />
      </p>
      {consent.url && (
        <a href={consent.url} target="_blank" rel="noopener noreferrer nofollow">
          {words.consent_read}
        </a>
      )}
      <p class="wrong" role="status">
        {wrong}
      </p>
      <button ref={button} type="button" class="go" disabled={busy} data-testid="widget-agree" onClick={agree}>
        {words.agree}
      </button>
    </section>
  );
}

/** The line's questions. What is wrong is said at each of them, here at once and by the server at last. */
export function FormCard({ chat, state }: Props) {
  const { words } = state.speech;
  const { form } = state.asks;
  const [answers, write] = useState<Record<string, string>>({});
  const [faults, blame] = useState<Record<string, string>>({});
  const [refusals, refuse] = useState(0);
  const { busy, wrong, fields, send } = useSending(chat, state);
  const root = useRef<HTMLFormElement>(null);
  const show = (found: Record<string, string>) => {
    blame(found);
    refuse(refusals + 1);
  };
  useLayoutEffect(() => show(fields), [fields]);
  // To the first fault when something was refused, and at once: whoever types already is not to be taken elsewhere.
  useLayoutEffect(() => {
    root.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refusals]);
  if (!form) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    for (const one of form.fields) {
      const text = (answers[one.key] ?? "").trim();
      if (!text && one.required) found[one.key] = words.answer_needed;
      else if (text && one.kind === "email" && !EMAIL.test(text)) found[one.key] = words.email_wrong;
    }
    show(found);
    if (!Object.keys(found).length) void send("/form", { answers }, { form: undefined });
  };
  const set = (key: string, text: string) => {
    write({ ...answers, [key]: text });
    if (faults[key]) blame({ ...faults, [key]: "" });
  };
  return (
    <form ref={root} class="asking" aria-labelledby="form" noValidate onSubmit={submit} data-testid="widget-form">
      <h2 id="form">{form.when === "after" ? words.form_title_after : words.form_title}</h2>
      {form.fields.map((one, place) => (
        <Field
          key={one.key}
          question={one}
          first={place === 0 && form.when === "before"}
          state={state}
          value={answers[one.key] ?? ""}
          fault={faults[one.key] ?? ""}
          set={(text) => set(one.key, text)}
        />
      ))}
      <p class="wrong" role="status">
        {wrong}
      </p>
      <button type="submit" class="go" disabled={busy} data-testid="widget-form-send">
        {form.when === "after" ? words.send : words.form_send}
      </button>
    </form>
  );
}

interface FieldProps {
  question: Question;
  /** Gets the focus when it comes. */
  first: boolean;
  state: State;
  value: string;
  fault: string;
  set(text: string): void;
}

function Field({ question, first, state, value, fault, set }: FieldProps) {
  const { words } = state.speech;
  const { key, kind, label, required, choices } = question;
  const id = `ask-${key}`;
  const field = useFirst<HTMLElement>(first);
  const common = {
    id,
    value,
    required: !!required,
    "aria-invalid": !!fault,
    "aria-describedby": `${id}-wrong`,
    "data-testid": `widget-ask-${key}`,
    onInput: (event: Event) => set((event.currentTarget as HTMLInputElement).value),
  };
  // Preact's types hold each kind of input apart.
  const type = { name: "text", email: "email", phone: "tel", text: "text", choice: "text" }[kind] as "text";
  const complete = ({ name: "name", email: "email", phone: "tel", text: "off", choice: "off" } as const)[kind];
  return (
    <div>
      <label htmlFor={id}>
        {label} {required && <span class="must">({words.required})</span>}
      </label>
      {kind === "choice" ? (
        <select ref={field as { current: HTMLSelectElement | null }} {...common}>
          <option value="">{words.choose}</option>
          {choices?.map((one) => <option key={one}>{one}</option>)}
        </select>
      ) : kind === "text" ? (
        <textarea ref={field as { current: HTMLTextAreaElement | null }} {...common} rows={2} maxLength={LONGEST[kind]} dir="auto" />
      ) : (
        <input
          ref={field as { current: HTMLInputElement | null }}
          {...common}
          type={type}
          autocomplete={complete}
          maxLength={LONGEST[kind]}
          dir="auto"
        />
      )}
      <p id={`${id}-wrong`} class="wrong" role="status">
        {fault}
      </p>
    </div>
  );
}

/** Where there is a keyboard, whoever opened the chat can type at once. */
function useFirst<T extends HTMLElement>(wanted = true) {
  const ref = useRef<T>(null);
  useLayoutEffect(() => {
    if (wanted && document.hasFocus() && matchMedia("(pointer: fine)").matches) ref.current?.focus();
  }, []);
  return ref;
}

/** An answer on its way; what it answers is not asked any more, and what waited for it goes out. */
function useSending(chat: Chat, state: State) {
  const [busy, work] = useState(false);
  const [wrong, explain] = useState("");
  const [fields, blame] = useState<Record<string, string>>({});
  const send = async (path: string, body: object, done: Partial<Record<keyof Asks, undefined>>) => {
    work(true);
    explain("");
    try {
      await chat.visitor.call(path, { method: "POST", body });
      const { consent, form } = { ...chat.state.asks, ...done };
      chat.store.set({ asks: { ...(consent && { consent }), ...(form && { form }) }, focus: chat.state.focus + 1 });
      const { outbox } = chat.writing;
      for (const entry of outbox.entries()) if (entry.error) outbox.retry(entry.client_message_id);
    } catch (problem) {
      refused(problem);
    } finally {
      work(false);
    }
  };
  const refused = (problem: unknown) => {
    if (!(problem instanceof Problem)) return explain(state.speech.words.refused);
    const faults = Object.entries(problem.fields).map(([path, one]) => [path.replace(/^answers\./, ""), one.message]);
    if (faults.length) blame(Object.fromEntries(faults) as Record<string, string>);
    else explain(problem.detail || state.speech.words.no_network);
    // The text is another one meanwhile, or the form is gone: see what is asked now.
    if (problem.status === 409) void chat.visitor.arrive().catch(() => undefined);
  };
  return { busy, wrong, fields, send };
}
