import { expect, it } from "vitest";
import { nextTick, shallowRef } from "vue";

import { useChosen } from "./chosen";

const list = (...keys: string[]) => keys.map((key) => ({ key }));

it("marks the same one when others come in above it, and its neighbour when it goes", async () => {
  const [all, query] = [shallowRef(list("a", "b", "c")), shallowRef("")];
  const chosen = useChosen(all, query);
  chosen.value = 1;
  all.value = list("a", "x", "y", "b", "c");
  await nextTick();
  expect(chosen.value).toBe(3);
  all.value = list("a", "c");
  await nextTick();
  expect(chosen.value).toBe(1);
  all.value = [];
  await nextTick();
  expect(chosen.value).toBe(0);
});

it("begins at the top for other words, and stays with what it marks when more is found for them", async () => {
  const [all, query] = [shallowRef(list("a", "b", "c")), shallowRef("")];
  const chosen = useChosen(all, query);
  chosen.value = 2;
  query.value = "b";
  all.value = list("b", "c");
  await nextTick();
  expect(chosen.value).toBe(0);
  all.value = list("x", "b", "c");
  await nextTick();
  expect(chosen.value).toBe(1);
});
