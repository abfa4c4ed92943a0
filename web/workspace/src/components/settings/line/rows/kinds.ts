import type { LookPart, Part } from "../../logic/changes";
import type { LineSettings, SettingName } from "../../types";

/** What kind of value a setting holds: how it is put in words. */
export type Kind =
  | "duration"
  | "days"
  | "flag"
  | "choice"
  | "number"
  | "texts"
  | "zone"
  | "week"
  | "timetable"
  | "country"
  | "exceptions"
  | "members"
  | "faces"
  | "words"
  | "photo"
  | "list"
  | "notice";

export type Rows = Partial<Record<Exclude<Part, LookPart>, Kind>>;
export type Choices = { [K in SettingName]?: readonly LineSettings[K][] };
export type Presets = Partial<Record<SettingName, readonly number[]>>;
