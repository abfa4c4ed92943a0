/** Steps of a forecast in words: a title, what explains it, and how long after the beginning it comes. */
import { clockTime, counter, moment } from "@/app/times";
import { autoText, factText, saidText, skipText, whyText } from "@/inbox/coded";
import { maybe, t } from "@/i18n";
import type { Coded } from "@openlines/client";

import { durationWords } from "../logic/duration";
import type { Names } from "./describe";
import type { Explanation, ForecastStep } from "./lineApi";

export interface StepWords {
  title: string;
  /** Lines under it. */
  notes: string[];
}

/** Who was passed over and why: "Boris: on pause"; the rest as a number. */
function skippedWords(why: Explanation | undefined, names: Names): string[] {
  const named = (why?.skipped ?? []).map((one) =>
    t("settings.now_skipped", { name: names.user(one.user_id), why: skipText({ code: one.code } as Coded) }),
  );
  const rest = Object.values(why?.rest ?? {}).reduce((sum, count) => sum + count, 0);
  return rest ? [...named, t("settings.now_skippedRest", { count: rest })] : named;
}

function reasons(why: Explanation | undefined, names: Names): string[] {
  if (!why) return [];
  return [whyText(why as Coded), ...skippedWords(why, names)];
}

function toldLate(params: Record<string, unknown>, names: Names): string[] {
  const people = ((params["people"] as number[] | undefined) ?? []).map(names.user);
  if (params["head"]) people.unshift(t("settings.now_head"));
  if (params["operator"]) people.unshift(t("settings.now_operator"));
  if (!people.length) return [];
  const media = ((params["media"] as string[] | undefined) ?? []).map((one) => maybe(`settings.now_by_${one}`) ?? one);
  return [t("settings.now_told", { who: people.join(", "), how: media.join(", ") })];
}

function targetTitle(code: string, percent: number): string {
  if (percent === 100) return t(code === "first" ? "settings.now_kpiFirst" : "settings.now_kpiFurther");
  return t(code === "first" ? "settings.now_kpiFirstPart" : "settings.now_kpiFurtherPart", { percent });
}

function offerWords(step: ForecastStep, names: Names, again: boolean): StepWords {
  const to = step.params?.["to"];
  const notes = reasons(step.why, names);
  if (typeof to !== "number") return { title: t("settings.now_offeredAll"), notes };
  const name = names.user(to);
  return { title: t(again ? "settings.now_then" : "settings.now_offered", { name }), notes };
}

/** What holds his words up, and the questions of a form. */
function asksNotes(code: string, params: Record<string, unknown>): string[] {
  const fields = (params["fields"] ?? []) as { label: string; required: boolean }[];
  const questions = fields.map((one) => (one.required ? t("settings.now_required", { label: one.label }) : one.label));
  const waits = code === "consent" || (code === "form_before" && fields.some((one) => one.required));
  return [...(questions.length ? [questions.join(", ")] : []), ...(waits ? [t(`settings.now_asks_${code}_wait`)] : [])];
}

/** `again`: somebody was asked before it in the same course. */
export function stepWords(step: ForecastStep, names: Names, again: boolean, zone?: string): StepWords {
  const { kind, code, params = {}, why } = step;
  switch (kind) {
    case "asks":
      return { title: maybe(`settings.now_asks_${code}`) ?? "", notes: asksNotes(code, params) };
    case "text":
      return { title: autoText(code), notes: why ? [saidText(why as Coded)] : [] };
    case "offer":
      return offerWords(step, names, again);
    case "again":
      return {
        title: t("settings.now_again"),
        notes: [
          typeof params["to"] === "number"
            ? t("settings.now_againFrom", { name: names.user(params["to"]) })
            : t("settings.now_againAll"),
        ],
      };
    case "waits":
      return { title: t("settings.now_waits"), notes: [whyText(why as Coded), ...skippedWords(why, names)] };
    case "held":
      return {
        title: t("settings.now_held"),
        notes: [t("settings.now_heldUntil", { when: moment(String(params["opens_at"]), Date.now(), zone) })],
      };
    case "target":
      return { title: targetTitle(code, Number(params["step"] ?? 100)), notes: toldLate(params, names) };
    case "hours":
      return {
        title: t(code === "closes" ? "settings.now_closes" : "settings.now_opens"),
        notes: code === "closes" ? [maybe(`settings.now_closed_${String(params["then"])}`) ?? ""].filter(Boolean) : [],
      };
    case "answer":
      return { title: t("settings.now_answers", { name: names.user(Number(params["operator"])) }), notes: [] };
    default:
      return { title: factText({ code, params }), notes: [] };
  }
}

/** 0:00, 3:00, 1 h, 4 d; what the clock brings (opening, closing) by the clock. */
export function afterWords(step: ForecastStep, names: Names, zone?: string): string {
  if (step.kind === "hours") return clockTime(step.at, zone);
  if (step.after < 3_600) return counter(step.after * 1_000);
  return durationWords(Math.round(step.after / 60) * 60, names.language);
}

