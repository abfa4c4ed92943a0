/** The one REST client of the page. */
import { Rest, staffApi } from "@openlines/client";

import { useI18n } from "@/i18n";

type Listener = () => void;
const signedOut = new Set<Listener>();

const { language } = useI18n();

const rest = new Rest({
  fetch: (url, init) => fetch(url, init as RequestInit),
  base: "/api/v1",
  language: () => language.value,
  onSignedOut: announceSignedOut,
  limit: (milliseconds, signal) => {
    const limit = AbortSignal.timeout(milliseconds);
    return signal ? AbortSignal.any([limit, signal as AbortSignal]) : limit;
  },
});
const api = staffApi(rest);

/** `rest.get/post/put/patch/delete<T>(path, …)` for any endpoint, `api.*` for those that have a method. */
export function useApi() {
  return { rest, api };
}

/** Tell everybody that nobody is signed in any more. */
export function announceSignedOut(): void {
  signedOut.forEach((listener) => listener());
}

/** Hear that the server no longer knows who we are. */
export function onSignedOut(listener: Listener): void {
  signedOut.add(listener);
}
