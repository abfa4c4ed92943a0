/** The mail server under edit: what is on the page, and what of it differs from what is stored. No passwords here. */
import { computed, shallowReactive, watch } from "vue";

import { makeAside, useAside } from "../aside";
import type { MailSettings } from "./api";

const NAMES = ["host", "port", "security", "verify", "user", "from_address", "from_name"] as const;
const plain = (mail: MailSettings): MailSettings =>
  Object.fromEntries(NAMES.map((name) => [name, mail[name]])) as unknown as MailSettings;

/** There is one mail server. */
const ONE = 0;
const aside = makeAside<{ stored: MailSettings; draft: MailSettings }>();

export function useMailDraft(stored: () => MailSettings) {
  const draft = shallowReactive<MailSettings>(plain(stored()));
  const edited = computed(() => NAMES.some((name) => draft[name] !== stored()[name]));

  /** What is stored has moved on: it comes in under what is being edited here. */
  function renew(now: MailSettings, before: MailSettings): void {
    const untouched = NAMES.filter((name) => draft[name] === before[name]);
    Object.assign(draft, Object.fromEntries(untouched.map((name) => [name, now[name]])));
  }
  watch(stored, renew);

  /** The session is over: what is not saved waits for the same person to be back. */
  const who = useAside((leaving) => {
    if (edited.value) aside.put(ONE, leaving, { stored: plain(stored()), draft: { ...draft } });
  });
  const left = aside.take(ONE, who);
  if (left) {
    Object.assign(draft, left.draft);
    renew(stored(), left.stored);
  }

  /** What was sent is stored now; what was typed since then is not, and stays. */
  const settle = (saved: MailSettings, sent: MailSettings): void => renew(plain(saved), sent);
  return { draft, edited, settle };
}
