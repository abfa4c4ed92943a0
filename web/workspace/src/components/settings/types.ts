/**
 * What the settings pages exchange with the server. Durations are whole seconds; times of day are
 * "HH:MM" on the line's own clock; texts are one string per language, and an
 * empty one says nothing.
 */

import type { Language } from "@openlines/client";

export type { Language };
export type Texts = Partial<Record<Language, string>>;
export type Words = Record<Language, string>;

export type Mode = "evenly" | "strictly" | "everyone" | "least_busy";
export type Counting = "unanswered" | "not_replied" | "open";

export interface Interval {
  from: string;
  /** Not later than `from` means: on the next day. */
  to: string;
}

export interface Exception {
  date: string;
  until?: string | null;
  intervals: Interval[];
  name?: string;
}

export type KpiMedium = "workspace" | "email" | "push" | "webhook";

/** Who is told, and how, when an answer is late. `steps` are percents of the target. */
export interface KpiNotice {
  on: boolean;
  steps: number[];
  people: number[];
  head: boolean;
  operator: boolean;
  media: KpiMedium[];
  text: Texts;
  webhook_url: string;
}

export interface InactivityButton {
  action: "close" | "continue" | "new";
  caption: Texts;
  reply: Texts;
}

export interface InactivityMessage {
  after: number;
  text: Texts;
  buttons: InactivityButton[];
}

export interface FormField {
  key: string;
  kind: "name" | "email" | "phone" | "text" | "choice";
  label: Texts;
  required: boolean;
  choices: Texts[];
}

export interface LineSettings {
  mode: Mode;
  queue_time: number;
  check_availability: boolean;
  limit: number;
  counting: Counting;
  everyone_respects_limit: boolean;
  own_days: number;
  own_time: number;
  reopen_window: number;
  transfer_must_accept: boolean;
  priority: number;
  operator_shown: "profile" | "line" | "common";
  common_name: Texts;
  /** Id of an uploaded file; empty: none. */
  common_photo: string;
  see_typing: boolean;
  place_on: boolean;
  place_text: Texts;
  hours_on: boolean;
  /** 0: the line's own. */
  timetable_id: number;
  time_zone: string;
  week: Interval[][];
  exceptions: Exception[];
  /** ISO 3166-1, two letters; empty: none. */
  holidays_country: string;
  holidays_region: string;
  off_hours: "offer" | "hold" | "collect";
  off_hours_text: Texts;
  collected_text: Texts;
  off_hours_when_available: boolean;
  greeting: Texts;
  greeting_each: boolean;
  no_answer_time: number;
  no_answer_action: "text" | "none";
  no_answer_text: Texts;
  no_answer_stops_on: "reply" | "accept";
  close_text: Texts;
  full_close_delay: number;
  auto_close_time: number;
  auto_close_text: Texts;
  escalate_after: number;
  escalate_to: "head" | "queue";
  inactivity: InactivityMessage[];
  rating: "off" | "like" | "stars";
  rating_question: Texts;
  rating_thanks_good: Texts;
  rating_thanks_bad: Texts;
  rating_question_2: Texts;
  rating_thanks_good_2: Texts;
  rating_thanks_bad_2: Texts;
  rating_limit: number;
  rating_before_finish: boolean;
  close_after_rating: boolean;
  kpi_first: number;
  kpi_further: number;
  kpi_clock: "calendar" | "hours";
  kpi_from: "responsible" | "words";
  kpi_first_notice: KpiNotice;
  kpi_further_notice: KpiNotice;
  bot_time: number;
  consent_text: Texts;
  consent_url: string;
  consent_kind: "notice" | "agree";
  form: "off" | "before" | "after";
  form_fields: FormField[];
}

export type SettingName = keyof LineSettings;
/** Settings that are on or off. */
export type FlagName = { [K in SettingName]: LineSettings[K] extends boolean ? K : never }[SettingName];

export interface Line {
  id: number;
  version: number;
  name: string;
  active: boolean;
  /** Why it is off: "by_hand", or "limit" when the portal allows fewer lines. */
  off_reason?: string | null;
  settings: LineSettings;
  channels?: Channel[];
  /** Who saved last and when, where the server tells. */
  updated_by?: number | null;
  updated_at?: string | null;
  /** Working time as the server sees it now. */
  open?: boolean;
  opens_at?: string | null;
  closes_at?: string | null;
  faces?: OperatorFace[];
  looks?: Looks;
}

/** What stands on the line's page of each of its channels: settings by name, by channel. */
export type Looks = Record<number, Record<string, unknown>>;

export interface QueueMember {
  user_id?: number;
  department_id?: number;
  /** Of a department: its head too. */
  with_head?: boolean;
}

export interface QueuePerson {
  user_id: number;
  available: boolean;
  unavailable?: string;
  counted?: number;
  limit?: number;
  /** Why nothing would be offered to him now, where something stands in the way. */
  why_not?: string;
  /** A conversation that came now would be offered to him. */
  next?: boolean;
}

/** How an operator is shown to the customers of one line. Without a name: as in his profile. */
export interface OperatorFace {
  user_id: number;
  name?: string;
  photo?: string;
}

export interface QueueEntry extends QueueMember {
  position?: number;
  people?: QueuePerson[];
}

export type FieldType = "text" | "secret" | "url" | "color" | "choice" | "flag" | "list" | "schedule" | "words" | "invitations";

export interface ManifestField {
  name: string;
  label: Words;
  help: Words;
  type: FieldType;
  required?: boolean;
  default?: unknown;
  choices?: [string, Words][];
  /** Of the whole value. */
  pattern?: string;
  group?: "" | "look" | "pages" | "letters" | "hours" | "words" | "safety" | "advanced";
  /** A secret made by the server; never asked for. */
  generated?: boolean;
  /** Characters of a text, entries of a list. */
  limit?: number;
  /** Set on the page of the channel's line, and saved with it. */
  of_line?: boolean;
}

/** An entry of a field of type "invitations". `page`: a mask; `after`: seconds on the page. */
export interface Invitation {
  page: string;
  after: number;
  who: "all" | "new" | "returning";
  ru: string;
  en: string;
}

/** The value of a field of type "schedule". */
export interface ScheduleValue {
  time_zone: string;
  week: Interval[][];
  exceptions: Exception[];
}

export interface Capabilities {
  text_limit?: number;
  buttons?: boolean;
  files?: boolean;
  edits?: boolean;
  reply_window?: number | null;
  [name: string]: unknown;
}

export interface Manifest {
  kind: string;
  name: Words;
  color: string;
  capabilities: Capabilities;
  fields: ManifestField[];
  guide?: Words[];
  order?: number;
}

/** `new`: not checked yet; `ok`; `broken`: `state_text` says why and what to do; `off`: switched off. */
export type ChannelState = "new" | "ok" | "broken" | "off";

export interface Channel {
  id: number;
  version: number;
  line_id: number;
  kind: string;
  name: string;
  active: boolean;
  state: ChannelState;
  state_text?: string;
  what_to_do?: string;
  settings: Record<string, unknown>;
  /** Names of the secrets that are stored; their values never come back. */
  secrets?: string[] | Record<string, boolean>;
  key: string;
  snippet?: string;
  page_url?: string;
  try_url?: string;
}

export interface CheckResult {
  ok: boolean;
  text: string;
  what_to_do?: string;
}

export type Role = "administrator" | "operator";

export interface Person {
  id: number;
  version?: number;
  name: string;
  email?: string;
  role: Role;
  active: boolean;
  presence?: string;
  online?: boolean;
  available?: boolean;
  unavailable?: string;
  department_ids?: number[];
  photo?: string | null;
}

export interface Department {
  id: number;
  version?: number;
  name: string;
  parent_id?: number | null;
  head_id?: number | null;
  member_ids?: number[];
}

export interface ApiToken {
  id: number | string;
  name: string;
  scopes: string[];
  created_at: string;
  /** The token's last four characters. */
  hint?: string;
  used_at?: string | null;
  expires_at?: string | null;
  /** Only in the answer to its creation. */
  token?: string;
}

export interface LoginSession {
  id: number | string;
  current?: boolean;
  created_at: string;
  seen_at?: string | null;
  address?: string;
  agent?: string;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** What holds for the whole portal; the last two are told to the server when it starts. */
export interface PortalSettings {
  name: string;
  language: Language;
  time_zone: string;
  one_channel_of_a_kind: boolean;
  public_url: string;
  max_lines: number;
}

/** An event of a vendor that could not be understood and was put aside. */
export interface Aside {
  id: number;
  channel_id: number;
  lane: string;
  received_at: string;
  error?: string;
}

export interface AsideWhole extends Aside {
  headers?: Record<string, string>;
  body?: string;
  /** Only the beginning of the body is here. */
  cut?: boolean;
}
