import type { KpiNotice, LineSettings } from "../types";

const nine = [{ from: "09:00", to: "18:00" }];

const quiet: KpiNotice = {
  on: false,
  steps: [100],
  people: [],
  head: true,
  operator: true,
  media: ["workspace"],
  text: {},
  webhook_url: "",
};

/** What a newcomer would choose: the same values as the server's, shown beside each control. */
export const DEFAULTS: Readonly<LineSettings> = {
  mode: "evenly",
  queue_time: 60,
  check_availability: true,
  limit: 0,
  counting: "not_replied",
  everyone_respects_limit: true,
  own_days: 0,
  own_time: 60,
  reopen_window: 0,
  transfer_must_accept: false,
  priority: 0,
  operator_shown: "profile",
  common_name: {},
  common_photo: "",
  see_typing: true,
  place_on: false,
  place_text: {},
  hours_on: false,
  timetable_id: 0,
  time_zone: "",
  week: [nine, nine, nine, nine, nine, [], []],
  exceptions: [],
  holidays_country: "",
  holidays_region: "",
  off_hours: "offer",
  off_hours_text: {},
  collected_text: {},
  off_hours_when_available: true,
  greeting: {},
  greeting_each: false,
  no_answer_time: 180,
  no_answer_action: "none",
  no_answer_text: {},
  no_answer_stops_on: "reply",
  close_text: {},
  full_close_delay: 600,
  auto_close_time: 14_400,
  auto_close_text: {},
  escalate_after: 0,
  escalate_to: "head",
  inactivity: [],
  rating: "like",
  rating_question: {},
  rating_thanks_good: {},
  rating_thanks_bad: {},
  rating_question_2: {},
  rating_thanks_good_2: {},
  rating_thanks_bad_2: {},
  rating_limit: 0,
  rating_before_finish: true,
  close_after_rating: false,
  kpi_first: 0,
  kpi_further: 0,
  kpi_clock: "calendar",
  kpi_from: "responsible",
  kpi_first_notice: quiet,
  kpi_further_notice: quiet,
  bot_time: 600,
  consent_text: {},
  consent_url: "",
  consent_kind: "notice",
  form: "off",
  form_fields: [],
};

/** Bounds of durations and numbers, the same as the server's: `[least, most]`. */
export const BOUNDS: Partial<Record<keyof LineSettings, readonly [number, number]>> = {
  queue_time: [60, 43_200],
  limit: [0, 1_000],
  own_days: [0, 365],
  own_time: [10, 43_200],
  reopen_window: [0, 2_592_000],
  priority: [-10, 10],
  no_answer_time: [10, 43_200],
  full_close_delay: [0, 86_400],
  auto_close_time: [0, 2_678_400],
  escalate_after: [0, 604_800],
  rating_limit: [0, 2_592_000],
  kpi_first: [0, 604_800],
  kpi_further: [0, 604_800],
};

/** Characters of one automatic text. */
export const TEXT_LIMIT = 4_000;

/** Settings with what the server left out filled in; a week of seven days whatever came. */
export function settingsWithDefaults(given: Partial<LineSettings> | undefined): LineSettings {
  const settings = { ...DEFAULTS, ...given };
  const week = Array.from({ length: 7 }, (_, day) => settings.week[day] ?? []);
  const exceptions = settings.exceptions.map((one) => ({ ...one, intervals: one.intervals ?? [] }));
  return { ...settings, week, exceptions };
}
