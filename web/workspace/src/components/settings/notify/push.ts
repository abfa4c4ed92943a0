/** Web push in this browser: its worker, its subscription. Nothing here asks for anything by itself. */
import { notifyApi, type PushBrowser } from "./api";

const WORKER = "/push.js";

/** What stands in the way, or "". */
export function pushObstacle(): "" | "insecure" | "unsupported" | "denied" {
  if (!window.isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return "unsupported";
  return Notification.permission === "denied" ? "denied" : "";
}

/** This browser's own subscription, if it has one. */
export async function ownSubscription(): Promise<PushSubscription | null> {
  if (pushObstacle() !== "") return null;
  const registered = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registered?.pushManager.getSubscription()) ?? null;
}

/** Asks for permission (call it from a click) and subscribes; null when the person says no. */
export async function subscribe(publicKey: string): Promise<PushBrowser | null> {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const registered = await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  const key = bytes(publicKey);
  let found = await registered.pushManager.getSubscription();
  const known = found?.options.applicationServerKey;
  if (found && known && !same(new Uint8Array(known), key)) {
    // Made with a key that this portal has no more.
    await found.unsubscribe();
    found = null;
  }
  found ??= await registered.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  return add(found);
}

/** Is this browser told of the notices of whoever is signed in? */
export async function toldHere(): Promise<boolean> {
  const own = await ownSubscription().catch(() => null);
  return own !== null && (await notifyApi.browsers()).items.some((one) => one.endpoint === own.endpoint);
}

/** What ended for all browsers goes on in this one. */
export async function tellHereAgain(): Promise<void> {
  const own = await ownSubscription();
  if (own) await add(own);
}

function add(subscription: PushSubscription): Promise<PushBrowser> {
  const { endpoint, keys } = subscription.toJSON();
  return notifyApi.addBrowser({ endpoint: endpoint ?? "", p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" });
}

export async function unsubscribe(): Promise<void> {
  await (await ownSubscription())?.unsubscribe();
}

/** Whoever signs out here is told here no more. */
export async function forgetThisBrowser(): Promise<void> {
  const own = await ownSubscription().catch(() => null);
  if (!own) return;
  const known = (await notifyApi.browsers()).items.find((one) => one.endpoint === own.endpoint);
  if (known) await notifyApi.dropBrowser(known.id);
  await own.unsubscribe();
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((one, index) => one === right[index]);
}
