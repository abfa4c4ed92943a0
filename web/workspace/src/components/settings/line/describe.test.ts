import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { needAreas, setLanguage } from "@/i18n";

import type { LineDraft } from "../logic/changes";
import { changesOf } from "../logic/changes";
import { DEFAULTS } from "../logic/defaults";
import type { Language, ManifestField } from "../types";
import { lineFault } from "./check";
import { CHOICES } from "./choices";
import { changeWords, type Names, partLabel, valueWords, weekWords } from "./describe";
import { kindOf, ROWS, tabOf } from "./settingRows";
import { maybe } from "@/i18n";

const names = (language: Language): Names => ({
  language,
  user: (id) => `User ${id}`,
  department: (id) => `Department ${id}`,
  field: (_channel, name) => {
    const field = FIELDS.find((one) => one.name === name);
    return field && { field, of: "" };
  },
});
const FIELDS: ManifestField[] = [
  { name: "accent", label: { ru: "Цвет", en: "Colour" }, help: { ru: "", en: "" }, type: "color", of_line: true },
  { name: "faces", label: { ru: "Лица", en: "Faces" }, help: { ru: "", en: "" }, type: "flag", of_line: true },
  { name: "invitations", label: { ru: "Приглашения", en: "Invitations" }, help: { ru: "", en: "" }, type: "invitations", of_line: true },
];
const base: LineDraft = {
  name: "Support",
  active: true,
  settings: { ...DEFAULTS },
  faces: [{ user_id: 1, name: "Anna", photo: "a" }],
  looks: { 3: { accent: "#111111", faces: true, invitations: [] } },
  members: [{ user_id: 1 }, { user_id: 2 }],
};
const words = (to: Partial<LineDraft>, language: Language) =>
  changesOf(base, { ...base, ...to }).map((change) => changeWords(change, names(language)));
const plain = (text: string) => text.replace(/\u00a0/g, " ");

beforeAll(() => needAreas(["settings"]));

describe("what will change", () => {
  it("is said in Russian", async () => {
    await setLanguage("ru");
    const said = words(
      { settings: { ...DEFAULTS, mode: "strictly", queue_time: 180, limit: 5, greeting: { ru: "Привет" } } },
      "ru",
    );
    expect(said.map((one) => plain(`${one.label}: ${one.words}`))).toEqual([
      "распределение: равномерно → строго по очереди",
      "время до следующего: 1 мин → 3 мин",
      "одновременно у сотрудника: без предела → 5",
      "приветствие: добавлено",
    ]);
  });

  it("names whose face changes, and what of a chat", async () => {
    await setLanguage("en");
    const faces = [
      { user_id: 1, name: "Anna", photo: "b" },
      { user_id: 2, name: "Bob", photo: "" },
    ];
    const looks = { 3: { accent: "#222222", faces: false, invitations: [{ page: "*" }] } };
    expect(words({ faces, looks }, "en").map((one) => `${one.label}: ${one.words}`)).toEqual([
      "names in this line: User 1: photo; User 2: nothing → Bob",
      "colour: #111111 → #222222",
      "faces: on → off",
      "invitations: changed",
    ]);
    expect(tabOf("looks.3.invitations.0.page")).toBe("appearance");
  });

  it("is said in English", async () => {
    await setLanguage("en");
    const said = words(
      {
        settings: { ...DEFAULTS, check_availability: false, auto_close_time: 0 },
        members: [{ user_id: 2 }, { department_id: 4 }],
      },
      "en",
    );
    expect(said.map((one) => plain(`${one.label}: ${one.words}`))).toEqual([
      "queue: + Department 4, − User 1",
      "check availability: on → off",
      "close automatically after: 4 hr → never",
    ]);
    expect(words({ members: [{ user_id: 2 }, { user_id: 1 }] }, "en")[0]?.words).toBe("another order");
    const both = [{ user_id: 2 }, { user_id: 1 }, { user_id: 3 }];
    expect(words({ members: both }, "en")[0]?.words).toBe("+ User 3, another order");
  });

  it("says so where the words for the whole stay the same", async () => {
    await setLanguage("en");
    const field = { key: "name", kind: "name", label: { en: "Name" }, required: false, choices: [] } as const;
    const asked = { ...base, settings: { ...DEFAULTS, form_fields: [{ ...field, choices: [] }] } };
    const said = (settings: Partial<typeof DEFAULTS>) =>
      changesOf(asked, { ...asked, settings: { ...asked.settings, ...settings } }).map(
        (change) => changeWords(change, names("en")).words,
      );
    expect(said({ form_fields: [{ ...field, choices: [], required: true }] })).toEqual(["changed"]);
    expect(said({ form_fields: [] })).toEqual(["1 entry → 0 entries"]);
    const notice = { ...DEFAULTS.kpi_first_notice, on: true };
    expect(said({ kpi_first_notice: notice })).toEqual(["off → on"]);
    expect(said({ kpi_first_notice: { ...DEFAULTS.kpi_first_notice, steps: [80] } })).toEqual(["changed"]);
    expect(said({ holidays_country: "DE" })).toEqual(["nothing → Germany"]);
  });

  it("has the week as a sign on a door has it", () => {
    const day = [{ from: "09:00", to: "18:00" }];
    expect(weekWords([day, day, day, day, day, [], [{ from: "22:00", to: "06:00" }]], "en")).toBe(
      "Mon–Fri 09:00–18:00; Sun 22:00–06:00",
    );
  });
});

describe.each(["ru", "en"] as const)("every setting with a row (%s)", (language) => {
  beforeEach(() => setLanguage(language));
  const parts = Object.values(ROWS).flatMap((rows) => Object.keys(rows) as (keyof typeof DEFAULTS)[]);

  it.each(parts.filter((part) => part in DEFAULTS))("%s has a name, and words for its value", (part) => {
    expect(partLabel(part)).not.toBe(part);
    expect(valueWords(part, DEFAULTS[part], names(language))).not.toMatch(/undefined|NaN|settings\./);
    expect(tabOf(`${part}.0`)).not.toBeNull();
    if (kindOf(part) === "choice") {
      for (const value of CHOICES[part as keyof typeof CHOICES])
        expect(maybe(`settings.o_${part}_${value}`)).toBeTruthy();
    }
  });
});

describe("what the page can see by itself before saving", () => {
  const fault = (settings: Partial<typeof DEFAULTS>) =>
    lineFault({ ...base, settings: { ...DEFAULTS, ...settings } })?.key;

  it("names the first thing that is wrong", () => {
    expect(fault({})).toBeUndefined();
    expect(lineFault({ ...base, name: " " })?.key).toBe("settings.fault_name");
    expect(fault({ week: [[{ from: "9", to: "18:00" }], [], [], [], [], [], []] })).toBe("settings.fault_week");
    expect(fault({ exceptions: [{ date: "2026-02-30", intervals: [] }] })).toBe("settings.fault_exceptions");
    expect(fault({ close_text: { en: "x".repeat(4_001) } })).toBe("settings.fault_long");
    expect(fault({ close_text: { en: "Bye, {nobody}" } })).toBe("settings.fault_placeholder");
    expect(fault({ close_text: { en: "Bye, {customer} {{nobody}" } })).toBeUndefined();
    expect(fault({ no_answer_action: "text" })).toBe("settings.fault_noAnswerText");
    expect(fault({ no_answer_action: "text", no_answer_text: { ru: "Ждём" } })).toBeUndefined();
  });
});
