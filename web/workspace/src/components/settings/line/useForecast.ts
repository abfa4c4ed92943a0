/**
 * The answer to "what would happen now?" for the line under edit: asked again, after a short pause, whenever the
 * question, the values on the page, people or time change. What is on the screen stays until the new answer is here.
 */
import { ApiError } from "@openlines/client";
import { onBeforeUnmount, type Ref, shallowRef, watch } from "vue";

import { patchOf } from "../logic/changes";
import type { QueueMember } from "../types";
import { useFresh } from "../useFresh";
import { type Forecast, type ForecastQuestion, lineApi } from "./lineApi";
import type { LineEditor } from "./useLineDraft";

const PAUSE = 250;
const AGAIN = 20_000;

export type Trouble = "fields" | "failed" | null;

export function useForecast(editor: LineEditor, question: Ref<ForecastQuestion>) {
  const answer = shallowRef<Forecast | null>(null);
  const trouble = shallowRef<Trouble>(null);
  const words = shallowRef("");
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function whole(): ForecastQuestion {
    const changes = editor.changes.value;
    const patch = patchOf(changes);
    const members = changes.find((change) => change.part === "members");
    return {
      ...question.value,
      ...(patch?.settings ? { settings: patch.settings } : {}),
      ...(patch?.active === undefined ? {} : { active: patch.active }),
      ...(members ? { members: members.to as QueueMember[] } : {}),
    };
  }

  async function ask(): Promise<void> {
    const line = editor.line.value;
    if (!line) return;
    const mine = ++asked;
    try {
      const found = await lineApi.forecast(line.id, whole());
      if (mine !== asked) return;
      answer.value = found;
      trouble.value = null;
      words.value = "";
    } catch (problem) {
      if (mine !== asked) return;
      const refused = problem instanceof ApiError && !problem.transient;
      trouble.value = refused ? "fields" : "failed";
      words.value = refused ? (Object.values(problem.fields)[0]?.message ?? problem.message) : "";
    }
  }

  function soon(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), PAUSE);
  }

  watch([editor.draft, editor.line, question], soon);
  useFresh(["people", "places"], ask);
  const clock = setInterval(() => {
    if (document.visibilityState === "visible") void ask();
  }, AGAIN);
  onBeforeUnmount(() => {
    asked++;
    clearTimeout(timer);
    clearInterval(clock);
  });
  void ask();
  return { answer, trouble, words, ask };
}
