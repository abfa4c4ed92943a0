import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import { defineComponent, h } from "vue";
import { createMemoryHistory, createRouter, RouterView } from "vue-router";

import { useLeaving } from "./useLeaving";

async function atWork() {
  let leaving!: ReturnType<typeof useLeaving>;
  const page = defineComponent(() => {
    leaving = useLeaving(
      () => true,
      () => Promise.resolve(true),
    );
    return () => h("p");
  });
  const other = { render: () => h("p") };
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: "/", component: page },
      { path: "/users", component: other },
      { path: "/login", component: other, meta: { open: true } },
    ],
  });
  await router.push("/");
  mount(RouterView, { global: { plugins: [router] } });
  return { router, leaving };
}

describe("leaving unsaved changes", () => {
  it("waits for an answer", async () => {
    const { router, leaving } = await atWork();
    const going = router.push("/users");
    await expect.poll(() => leaving.asking.value).not.toBeNull();
    await leaving.answer("stay");
    await going;
    expect(router.currentRoute.value.path).toBe("/");
  });

  it("asks nobody who has been signed out", async () => {
    const { router, leaving } = await atWork();
    await router.push("/login");
    expect(leaving.asking.value).toBeNull();
    expect(router.currentRoute.value.path).toBe("/login");
  });
});
