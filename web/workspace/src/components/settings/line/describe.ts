/** Values of a line's settings in words: for "what will change", for defaults and for merging. */
import { maybe, pick, t } from "@/i18n";
import { number } from "@/i18n/engine";

import { countryName } from "../hours/countries";
import { timetableName } from "../hours/useTimetables";
import { fieldChange, fieldWords } from "../channels/changes";
import { type Change, lookOf, type Part, sameValue } from "../logic/changes";
import { durationWords } from "../logic/duration";
import { dayGroups } from "../logic/week";
import { zoneOf } from "../logic/zones";
import type { Exception, Interval, KpiNotice, Language, ManifestField, OperatorFace, QueueMember, Texts } from "../types";
import { kindOf } from "./settingRows";

export interface Names {
  language: Language;
  user: (id: number) => string;
  department: (id: number) => string;
  /** A field of one of the line's channels; `of` names the channel where there are several. */
  field?: (channel: number, name: string) => { field: ManifestField; of: string } | undefined;
}

export interface ChangeWords {
  part: Part;
  label: string;
  /** "strictly → evenly", or one phrase where two values would say nothing ("changed"). */
  words: string;
}

const QUOTE = 28;

export function partLabel(part: Part): string {
  return maybe(`settings.l_${part}`) ?? part;
}

/** The same, of a channel's setting too. */
export function partName(part: Part, names: Names): string {
  const look = lookOf(part);
  if (!look) return partLabel(part);
  const known = names.field?.(look.channel, look.name);
  const label = pick(known?.field.label) || look.name;
  return known?.of ? `${known.of}: ${label}` : label;
}

/** The label as it stands inside a sentence: not capitalised, unless it is an abbreviation. */
function inside(label: string): string {
  const second = label.charAt(1);
  return second && second === second.toUpperCase() && /\p{L}/u.test(second)
    ? label
    : label.charAt(0).toLowerCase() + label.slice(1);
}

export function valueWords(part: Part, value: unknown, names: Names): string {
  const look = lookOf(part);
  const known = look && names.field?.(look.channel, look.name);
  if (known) return fieldWords(known.field, value);
  switch (kindOf(part)) {
    case "duration":
      return value === 0 ? zeroWords(part) : durationWords(value as number, names.language);
    case "days":
      return value === 0 ? zeroWords(part) : t("settings.days", { count: value as number });
    case "number":
      return value === 0 ? zeroWords(part) : number(names.language, value as number);
    case "flag":
      return t(value ? "settings.on" : "settings.off");
    case "choice":
      return inside(maybe(`settings.o_${part}_${String(value)}`) ?? String(value));
    case "zone":
      return value ? zoneOf(value as string, names.language).city : t("settings.portalZoneShort");
    case "timetable":
      return value === 0 ? zeroWords(part) : (timetableName(value as number) ?? String(value));
    case "country":
      return value ? countryName(value as string, names.language) : t("settings.nothing");
    case "week":
      return weekWords(value as Interval[][], names.language);
    case "exceptions":
      return t("settings.exceptionCount", { count: (value as Exception[]).length });
    case "faces":
      return t("settings.faceCount", { count: (value as OperatorFace[]).length });
    case "members":
      return t("settings.memberCount", { count: (value as QueueMember[]).length });
    case "texts":
      return textsWords(value as Texts, names.language);
    case "list":
      return t("settings.entries", { count: (value as unknown[]).length });
    case "notice":
      return t((value as KpiNotice).on ? "settings.on" : "settings.off");
    case "photo":
      return t(value ? "settings.on" : "settings.off");
    default:
      if (value === "") return t("settings.nothing");
      return typeof value === "boolean" ? t(value ? "settings.on" : "settings.off") : String(value);
  }
}

function zeroWords(part: Part): string {
  return maybe(`settings.z_${part}`) ?? t("settings.off");
}

function textsWords(texts: Texts, language: Language): string {
  const text = texts[language] || texts.ru || texts.en;
  if (!text) return t("settings.noText");
  return t("settings.quoted", { text: text.length > QUOTE ? `${text.slice(0, QUOTE - 1).trimEnd()}…` : text });
}

/** Monday of some week, from which the names of days are taken. */
const MONDAY = Date.UTC(2024, 0, 1);

export function dayName(day: number, language: Language, width: "short" | "long" = "short"): string {
  return new Intl.DateTimeFormat(language, { weekday: width, timeZone: "UTC" }).format(MONDAY + day * 86_400_000);
}

/** "пн–пт 09:00–18:00, сб 10:00–14:00", as a sign on a door. */
export function weekWords(week: Interval[][], language: Language): string {
  const groups = dayGroups(week).filter((group) => group.intervals.length);
  if (!groups.length) return t("settings.noHours");
  return groups
    .map(({ from, to, intervals }) => {
      const days = from === to ? dayName(from, language) : `${dayName(from, language)}–${dayName(to, language)}`;
      return `${days} ${intervals.map((one) => `${one.from}–${one.to}`).join(", ")}`;
    })
    .join("; ");
}

export function changeWords(change: Change, names: Names): ChangeWords {
  const { part, from, to } = change;
  const look = lookOf(part);
  if (look) {
    const known = names.field?.(look.channel, look.name);
    const name = partName(part, names);
    return { part, label: known?.of ? name : inside(name), words: fieldChange(known?.field, from, to) };
  }
  const label = inside(partLabel(part));
  if (part === "faces") return { part, label, words: faceChanges(from as OperatorFace[], to as OperatorFace[], names) };
  if (part === "members")
    return { part, label, words: memberChanges(from as QueueMember[], to as QueueMember[], names) };
  if (kindOf(part) === "texts") return { part, label, words: textChange(from as Texts, to as Texts) };
  const [was, is] = [valueWords(part, from, names), valueWords(part, to, names)];
  // Parts of a list or a notice may change without the words for the whole: "2 entries → 2 entries" says nothing.
  return { part, label, words: was === is ? t("settings.textChanged") : `${was} → ${is}` };
}

function textChange(from: Texts, to: Texts): string {
  const some = (texts: Texts) => Boolean(texts.ru || texts.en);
  if (!some(from)) return t("settings.textAdded");
  return some(to) ? t("settings.textChanged") : t("settings.textRemoved");
}

/** "Ann: Anna → Maria, Boris: photo" */
function faceChanges(from: OperatorFace[], to: OperatorFace[], names: Names): string {
  const people = [...new Set([...from, ...to].map((face) => face.user_id))];
  const of = (list: OperatorFace[], id: number) => list.find((face) => face.user_id === id);
  return people
    .flatMap((id) => {
      const [was, is] = [of(from, id), of(to, id)];
      const [before, after] = [was?.name ?? "", is?.name ?? ""];
      const renamed = before !== after ? `${before || t("settings.nothing")} → ${after || t("settings.nothing")}` : "";
      const photo = (was?.photo ?? "") !== (is?.photo ?? "") ? t("settings.facePhoto") : "";
      const words = [renamed, photo].filter(Boolean).join(", ");
      return words ? [`${names.user(id)}: ${words}`] : [];
    })
    .join("; ");
}

export function memberName(member: QueueMember, names: Names): string {
  if (member.department_id !== undefined) return names.department(member.department_id);
  return names.user(member.user_id ?? 0);
}

function memberChanges(from: QueueMember[], to: QueueMember[], names: Names): string {
  const missingIn = (list: QueueMember[]) => (one: QueueMember) => !list.some((other) => sameValue(one, other));
  const added = to.filter(missingIn(from)).map((one) => `+ ${memberName(one, names)}`);
  const removed = from.filter(missingIn(to)).map((one) => `− ${memberName(one, names)}`);
  const stayed = (list: QueueMember[], other: QueueMember[]) => list.filter((one) => !missingIn(other)(one));
  const moved = !sameValue(stayed(from, to), stayed(to, from));
  return [...added, ...removed, ...(moved ? [t("settings.orderChanged")] : [])].join(", ");
}
