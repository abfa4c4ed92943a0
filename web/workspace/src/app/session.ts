/** Who is signed in, and to which portal. */
import { ApiError, type Me, type Portal } from "@openlines/client";
import { computed, shallowRef, watch } from "vue";

import { setLanguage } from "@/i18n";

import { announceSignedOut, onSignedOut, useApi } from "./api";
import { keep } from "./keep";
import { showTimesIn } from "./times";

const { api } = useApi();
const me = shallowRef<Me | null>(null);
const portal = shallowRef<Portal | null>(null);
/** Whose session was ended elsewhere (the password changed, signed out by an administrator) while he was at work here. */
const endedFor = shallowRef("");
let leaving = false;
/** Who was signed in on this page last, and whether the present one found the page in another's hands. */
let last: number | null = null;
let another = false;
onSignedOut(() => {
  if (!leaving && me.value) endedFor.value = me.value.email;
  me.value = null;
});
// Every page shows times on the clock of the profile, wherever the browser is.
watch(() => me.value?.time_zone, showTimesIn, { flush: "sync" });

// All tabs of a browser are one session. When somebody else has signed in in one of them, what the others show, and
// would send in his name, is not his.
const WHO = "openlines.who";
window.addEventListener("storage", ({ key, newValue }) => {
  if (key === WHO && newValue && me.value && newValue !== String(me.value.id)) location.reload();
});

async function loadPortal(): Promise<Portal> {
  portal.value ??= await api.portal();
  return portal.value;
}

/** Ask the server who we are; null when nobody is signed in. Other errors are thrown. */
async function load(): Promise<Me | null> {
  try {
    await entered(await api.me());
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
    me.value = null;
  }
  return me.value;
}

async function entered(user: Me): Promise<Me> {
  endedFor.value = "";
  another = last !== null && last !== user.id;
  last = user.id;
  me.value = user;
  keep.set(WHO, String(user.id));
  await setLanguage(user.language);
  return user;
}

async function login(email: string, password: string): Promise<Me> {
  return entered((await api.login(email, password)).me);
}

async function logout(): Promise<void> {
  await api.logout();
  leaving = true;
  announceSignedOut();
  leaving = false;
}

/** Take over a newer self (from an answer or from the socket). */
function setMe(user: Me): void {
  me.value = user;
}

/** The server has said that nobody is signed in here (the socket was closed for it). */
function signedOut(): void {
  announceSignedOut();
}

/** After the set-up the portal is another one. */
function setPortal(changed: Portal): void {
  portal.value = changed;
}

export function useSession() {
  return {
    me: computed(() => me.value),
    endedFor: computed(() => endedFor.value),
    portal: computed(() => portal.value),
    /** Whether somebody else was at work on this page before: he has left things here that are not for everybody. */
    changedHands: () => another,
    isAdministrator: computed(() => me.value?.role === "administrator"),
    load,
    loadPortal,
    login,
    logout,
    entered,
    setMe,
    setPortal,
    signedOut,
  };
}
