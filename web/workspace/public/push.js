/**
 * The service worker of the workspace: shows a notice while no page is open, and opens its conversation on a click.
 * It keeps nothing and touches no request, so it needs no upgrade of its own.
 */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));

async function show(data) {
  let notice = {};
  try {
    notice = data ? data.json() : {};
  } catch {
    // Not one of ours; the browser wants something to be shown all the same.
  }
  await self.registration.showNotification(notice.title || "openlines", {
    body: notice.text || "",
    tag: notice.tag || "openlines",
    lang: notice.language || "",
    icon: "/push.svg",
    data: { path: typeof notice.path === "string" && notice.path.startsWith("/") ? notice.path : "/" },
  });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? "/"));
});

async function open(path) {
  const address = new URL(path, self.location.origin);
  if (address.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => one.focused) ?? pages[0];
  if (!page) {
    await self.clients.openWindow(address.href);
    return;
  }
  await page.focus();
  // The page goes there by itself, without loading anew.
  page.postMessage({ type: "open", path });
}
