/**
 * Codes of the core in the reader's words: facts of a thread, reasons of routing, what comes next. The server sends
 * codes with parameters, so that two people read the same fact in two languages. A code that is not known here
 * (the server is newer) is shown by the server's own words.
 */
import type { Coded } from "@openlines/client";

import { world } from "@/app/live";
import { duration, moment } from "@/app/times";
import { now } from "@/app/clock";
import { maybe, t } from "@/i18n";

type Values = Readonly<Record<string, unknown>>;

const PERSON = new Set(["operator", "to", "from", "user_id", "user", "name", "sender"]);
const INSTANT = new Set(["until", "since", "at", "opens_at"]);
/** Lengths come in microseconds. */
const LENGTH = new Set(["after", "waited"]);

/** The name of a colleague, also of one who is gone from the list. */
export function personName(id: unknown): string {
  return (typeof id === "number" && world.users.get(id)?.name) || t("shell.unknownPerson");
}

/** Parameters as words: ids become names, instants and lengths become times. */
export function wordsOf(params: Values | undefined): Record<string, string | number> {
  const words: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params ?? {})) {
    const word = oneWord(name, value);
    if (word !== undefined) words[name] = word;
  }
  if (params?.["to_department"]) words["to"] = departmentName(params["to_department"]);
  if (params?.["to_line"]) words["to"] = lineName(params["to_line"]);
  if (params?.["user_id"]) words["name"] ??= personName(params["user_id"]);
  if (params?.["counted"] !== undefined) words["count"] = Number(params["counted"]);
  return words;
}

function oneWord(name: string, value: unknown): string | number | undefined {
  if (value === null || value === undefined) return undefined;
  if (PERSON.has(name)) return typeof value === "string" ? value : personName(value);
  if (name === "line" || name === "line_id") return lineName(value);
  if (LENGTH.has(name) && typeof value === "number") return duration(value / 1_000);
  if (INSTANT.has(name)) return moment(typeof value === "number" ? value / 1_000 : String(value), now.value);
  return typeof value === "number" ? value : typeof value === "string" ? value : undefined;
}

function departmentName(id: unknown): string {
  return world.departments.get(Number(id))?.name ?? t("shell.unknownPerson");
}

function lineName(id: unknown): string {
  return typeof id === "string" ? id : (world.lines.get(Number(id))?.name ?? "");
}

/** Which wordings of a fact to look for, the most particular first. */
function variants({ code, params }: Coded): string[] {
  const me = world.me?.id;
  const why = typeof params?.["why"] === "string" ? params["why"] : undefined;
  const keys: string[] = [];
  if (code === "offered") {
    if (params?.["to"] === me) keys.push("offered_you");
    if (params?.["offer"] === "everyone" || params?.["to"] === null) keys.push("offered_everyone");
  }
  if (code === "rated" && params?.["again"]) keys.push("rated_again");
  if (code === "chosen") keys.push(`chosen_${String(params?.["action"])}`);
  if (code === "consented") keys.push(`consented_${String(params?.["how"])}`);
  if (code === "transferred" && params?.["to"] === me) keys.push("transferred_mine");
  const whose = code === "intercepted" && !params?.["from"] ? "intercepted_queue" : code;
  const you = (params?.["operator"] ?? params?.["to"]) === me && me !== undefined;
  if (code === "opened" && params?.["operator"] && !you) keys.push("opened_started");
  if (why && you) keys.push(`${whose}_${why}_you`);
  if (you) keys.push(`${whose}_you`);
  if (why) keys.push(`${whose}_${why}`);
  return [...keys, whose, code];
}

/** A fact as a line of the thread. */
export function factText(fact: Coded): string {
  const words = wordsOf(fact.params);
  for (const key of variants(fact)) {
    const text = maybe(`facts.${key}`, words);
    // A fact whose parameters are missing (nobody timed out by name) is said without them.
    if (text !== undefined) return text.replace(/\s*·?\s*\{\w+\}/g, "");
  }
  return fact.text ?? fact.code;
}

/** Why this operator (or nobody). */
export function whyText(why: Coded): string {
  return maybe(`facts.why_${why.code}`, wordsOf(why.params)) ?? why.text ?? why.code;
}

/** Whether the explanation is a reason of routing; else it is a fact (who took it, who transferred it). */
export const isReason = (why: Coded): boolean => maybe(`facts.why_${why.code}`) !== undefined;

/** Why a message did not arrive; `text` is the server's wording, or the vendor's own sentence. */
export function troubleText(error: string | undefined, text: string | undefined): string | undefined {
  return (error && maybe(`facts.fail_${error}`)) || text || undefined;
}

/** Why somebody was passed over. */
export function skipText(skipped: Coded): string {
  return maybe(`facts.skip_${skipped.code}`, wordsOf(skipped.params)) ?? skipped.text ?? skipped.code;
}

/** What happens next. */
export function nextText(next: Coded): string {
  return maybe(`facts.next_${next.code}`, wordsOf(next.params)) ?? next.text ?? next.code;
}

/** What an automatic text is, and why it was sent. */
export function autoText(auto: string): string {
  return maybe(`facts.auto_${auto}`) ?? auto;
}

export function saidText(why: Coded): string {
  return maybe(`facts.said_${why.code}`, wordsOf(why.params)) ?? why.text ?? why.code;
}

/** A stored explanation of routing: {code, params, skipped: [[user, why]], rest: {why: count}}. */
export interface Explained {
  why: Coded;
  skipped: { name: string; why: string }[];
  rest: number;
}

export function explained(value: unknown): Explained | undefined {
  if (typeof value !== "object" || value === null || !("code" in value)) return undefined;
  const given = value as Coded & { skipped?: unknown; rest?: Record<string, number> };
  const pairs = Array.isArray(given.skipped) ? (given.skipped as unknown[]) : [];
  return {
    why: given,
    skipped: pairs.flatMap((pair) =>
      Array.isArray(pair) ? [{ name: personName(pair[0]), why: skipText({ code: String(pair[1]) }) }] : [],
    ),
    rest: Object.values(given.rest ?? {}).reduce((sum, count) => sum + count, 0),
  };
}
