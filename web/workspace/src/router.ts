/** Where things are. Every page is a chunk of its own; a route names the areas of words that its page needs. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { useSession } from "@/app/session";
import { type Area, type Key, needAreas } from "@/i18n";

declare module "vue-router" {
  interface RouteMeta {
    /** What the browser's tab calls the page, where the page does not say so itself. */
    title?: Key;
    /** Areas of words beside the shell's. */
    areas?: Area[];
    /** Shown without being signed in, and without the rail. */
    open?: boolean;
    /** For administrators only; others see words instead. */
    administrator?: boolean;
  }
}

const inbox = () => import("./pages/inbox/InboxPage.vue");
const settings = { areas: ["settings"] satisfies Area[] };
const administration = { ...settings, administrator: true };

const routes: RouteRecordRaw[] = [
  { path: "/", name: "inbox", component: inbox, meta: { areas: ["inbox", "facts"] } },
  { path: "/c/:id(\\d+)", name: "conversation", component: inbox, meta: { areas: ["inbox", "facts"] } },
  {
    path: "/customers",
    name: "customers",
    component: () => import("./pages/customers/CustomersPage.vue"),
    meta: { areas: ["inbox", "facts"], title: "shell.customers" },
  },
  {
    path: "/kpi",
    name: "kpi",
    component: () => import("./pages/kpi/KpiPage.vue"),
    meta: { areas: ["kpi"], title: "shell.kpi" },
  },
  {
    path: "/contact-centre",
    name: "contact-centre",
    component: () => import("./pages/contact-centre/ContactCentrePage.vue"),
    meta: administration,
  },
  { path: "/settings", redirect: { name: "lines" } },
  {
    path: "/settings/lines",
    name: "lines",
    component: () => import("./pages/settings/LinesPage.vue"),
    meta: administration,
  },
  {
    path: "/settings/lines/:id(\\d+)/:tab?",
    name: "line",
    component: () => import("./pages/settings/LinePage.vue"),
    meta: { areas: ["settings", "facts"], administrator: true },
  },
  {
    path: "/settings/channels/:id",
    name: "channel",
    component: () => import("./pages/settings/ChannelPage.vue"),
    meta: administration,
  },
  {
    path: "/settings/users",
    name: "users",
    component: () => import("./pages/settings/UsersPage.vue"),
    meta: administration,
  },
  {
    path: "/settings/departments",
    name: "departments",
    component: () => import("./pages/settings/DepartmentsPage.vue"),
    meta: administration,
  },
  {
    path: "/settings/portal",
    name: "portal",
    component: () => import("./pages/settings/PortalPage.vue"),
    meta: administration,
  },
  {
    path: "/settings/notices",
    name: "notify",
    component: () => import("./pages/settings/NotifyPage.vue"),
    meta: { areas: ["settings", "notify"], administrator: true },
  },
  {
    path: "/settings/profile",
    name: "profile",
    component: () => import("./pages/settings/ProfilePage.vue"),
    meta: { areas: ["settings", "notify"] },
  },
  {
    path: "/login",
    name: "login",
    component: () => import("./pages/login/LoginPage.vue"),
    meta: { ...settings, open: true, title: "settings.login" },
  },
  {
    path: "/setup",
    name: "setup",
    component: () => import("./pages/setup/SetupPage.vue"),
    meta: { ...settings, open: true },
  },
  { path: "/:path(.*)*", name: "nowhere", component: () => import("./pages/NowherePage.vue"), meta: { title: "shell.nowhere" } },
];

export const router = createRouter({ history: createWebHistory(), routes });

// A click on a notice outside of the page leads to its conversation, without loading the page anew.
navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<{ type?: string; path?: string }>) => {
  if (data?.type === "open" && typeof data.path === "string") void router.push(data.path);
});

router.beforeEach(async (to) => {
  const session = useSession();
  const portal = await session.loadPortal();
  if (portal.setup_needed && to.name !== "setup") return { name: "setup" };
  if (!to.meta.open && !session.me.value && !(await session.load())) {
    return { name: "login", query: to.fullPath === "/" ? {} : { next: to.fullPath } };
  }
  await needAreas(to.meta.areas ?? []);
  return true;
});
