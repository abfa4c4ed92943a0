import { describe, expect, it } from "vitest";

import type { Department, LineSettings } from "../types";
import { changesOf, type LineDraft, merged, partAt, patchOf, sameValue } from "./changes";
import { isInside, membersUnder, possibleParents, treeOf } from "./departments";
import { durationWords, parseDuration } from "./duration";
import { dropIndex, moved } from "./order";
import { newPassword, strengthOf } from "./password";
import { dayGroups, exceptionFaults, nextInterval, readTime, stretches, weekFaults, weekMinutes } from "./week";
import { findZones, offsetWords, zoneOf, zonesOf } from "./zones";

const nbsp = (text: string) => text.replace(/ /g, "\u00a0");

describe("durations", () => {
  it("are said in the page's language", () => {
    expect(durationWords(60, "ru")).toBe(nbsp("1 мин"));
    expect(durationWords(5_400, "en")).toBe(`${nbsp("1 hr")} ${nbsp("30 min")}`);
    expect(durationWords(604_800, "ru", "long")).toBe(nbsp("7 дней"));
    expect(durationWords(0, "en")).toBe(nbsp("0 sec"));
    expect(durationWords(3_661, "en")).toBe(`${nbsp("1 hr")} ${nbsp("1 min")} ${nbsp("1 sec")}`);
  });

  it.each([
    ["90", 5_400],
    ["1:30", 5_400],
    ["1 ч 30 мин", 5_400],
    ["1,5 часа", 5_400],
    ["2h", 7_200],
    ["45 sec", 45],
    ["3 дня", 259_200],
    ["2 недели", 1_209_600],
  ])("understand %s", (typed, seconds) => {
    expect(parseDuration(typed)).toBe(seconds);
  });

  it.each(["", "soon", "5 яблок", "1:75", "10 min later", "-5"])("do not guess at %j", (typed) => {
    expect(parseDuration(typed)).toBeNull();
  });
});

describe("the week", () => {
  const day = { from: "09:00", to: "18:00" };
  const night = { from: "22:00", to: "06:00" };

  it("draws an interval over midnight on two days, Sunday's on Monday", () => {
    expect(stretches([[], [], [], [], [], [], [night]])).toEqual([
      { day: 6, start: 1_320, end: 1_440, source: { day: 6, index: 0 }, continued: false },
      { day: 0, start: 0, end: 360, source: { day: 6, index: 0 }, continued: true },
    ]);
  });

  it("finds what overlaps, over midnight too, and only that", () => {
    expect(weekFaults([[day, { from: "18:00", to: "20:00" }], [], [], [], [], [], []])).toEqual({});
    expect(weekFaults([[day, { from: "17:30", to: "20:00" }], [], [], [], [], [], []])).toEqual({ "0.1": "overlap" });
    expect(weekFaults([[{ from: "05:00", to: "09:00" }], [], [], [], [], [], [night]])).toEqual({ "0.0": "overlap" });
    const long = { from: "08:00", to: "20:00" };
    expect(
      weekFaults([[long, { from: "09:00", to: "10:00" }, { from: "19:00", to: "21:00" }], [], [], [], [], [], []]),
    ).toEqual({ "0.1": "overlap", "0.2": "overlap" });
    expect(weekFaults([[{ from: "9", to: "18:00" }]])).toEqual({ "0.0": "time" });
  });

  it("adds up and groups days as a door sign does", () => {
    const week = [[day], [day], [day], [day], [day], [], [night]];
    expect(weekMinutes(week)).toBe(5 * 540 + 480);
    expect(dayGroups(week).map((group) => [group.from, group.to])).toEqual([
      [0, 4],
      [5, 5],
      [6, 6],
    ]);
  });

  it("offers the next interval after the last one", () => {
    expect(nextInterval([])).toEqual(day);
    expect(nextInterval([{ from: "09:00", to: "13:00" }])).toEqual({ from: "14:00", to: "18:00" });
  });

  it.each([
    ["9", "09:00"],
    ["930", "09:30"],
    ["9.30", "09:30"],
    ["18-05", "18:05"],
    ["24", "24:00"],
    ["2460", null],
    ["25", null],
    ["", null],
  ])("reads %s", (typed, time) => {
    expect(readTime(typed)).toBe(time);
  });

  it("names the faults of dated exceptions", () => {
    expect(
      exceptionFaults([
        { date: "2026-12-31", until: "2027-01-08", intervals: [] },
        { date: "2027-01-08", intervals: [day] },
        { date: "2026-12-31", until: "2027-01-08", intervals: [day] },
        { date: "2026-02-30", intervals: [] },
        { date: "2026-03-08", until: "2026-03-01", intervals: [] },
        { date: "2026-05-01", intervals: [day, day] },
      ]),
    ).toEqual({ 2: "double", 3: "date", 4: "order", 5: "overlap" });
  });
});

describe("a list in order", () => {
  it("moves one thing and leaves the list it was given", () => {
    const list = ["a", "b", "c", "d"];
    expect(moved(list, 0, 2)).toEqual(["b", "c", "a", "d"]);
    expect(moved(list, 3, -5)).toEqual(["d", "a", "b", "c"]);
    expect(moved(list, 9, 0)).toEqual(list);
    expect(list).toEqual(["a", "b", "c", "d"]);
  });

  it("drops where the pointer is among the other rows", () => {
    const middles = [20, 60, 100, 140];
    expect(dropIndex(middles, 0, 110)).toBe(2);
    expect(dropIndex(middles, 3, 5)).toBe(0);
    expect(dropIndex(middles, 1, 500)).toBe(3);
  });
});

describe("passwords", () => {
  it("grow with length and variety, not with what a guesser knows", () => {
    expect(strengthOf("")).toBe(0);
    expect(strengthOf("short")).toBe(1);
    expect(strengthOf("aaaaaaaaaaaaaaaa")).toBe(1);
    expect(strengthOf("1234567890123")).toBe(1);
    expect(strengthOf("password12345")).toBe(1);
    expect(strengthOf("anna.kim@example", ["anna.kim@example.com"])).toBe(1);
    expect(strengthOf("лошадь скрепка маяк")).toBe(4);
    expect(strengthOf("Tr0ub4dor&3x")).toBeGreaterThanOrEqual(3);
  });

  it("made for a colleague are strong and differ", () => {
    const one = newPassword();
    expect(one).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{4}(-[a-km-zA-HJ-NP-Z2-9]{4}){3}$/);
    expect(newPassword()).not.toBe(one);
    expect(strengthOf(one)).toBe(4);
  });
});

describe("time zones", () => {
  const winter = new Date("2026-01-15T12:00:00Z");
  const zones = zonesOf("ru", winter, ["Europe/Berlin", "Europe/Moscow", "America/New_York", "Asia/Kolkata", "UTC"]);

  it("are in order of their distance and found by any of their names", () => {
    expect(zones.map((zone) => zone.id)).toEqual(
      ["America/New_York", "UTC", "Europe/Berlin", "Asia/Kolkata", "Europe/Moscow"].sort(
        (a, b) => zoneOf(a, "ru", winter).offset - zoneOf(b, "ru", winter).offset,
      ),
    );
    expect(findZones(zones, "москв").map((zone) => zone.id)).toEqual(["Europe/Moscow"]);
    expect(findZones(zones, "new york").map((zone) => zone.id)).toEqual(["America/New_York"]);
    expect(findZones(zones, "UTC+5:30").map((zone) => zone.id)).toEqual(["Asia/Kolkata"]);
    expect(findZones(zones, "utc-5").map((zone) => zone.id)).toEqual(["America/New_York"]);
    expect(findZones(zones, "atlantis")).toEqual([]);
    const near = zonesOf("en", winter, ["Europe/Kirov", "Europe/Moscow"]);
    expect(findZones(near, "moscow").map((zone) => zone.id)[0]).toBe("Europe/Moscow");
    expect(zoneOf("Europe/Moscow", "ru", winter).label).toBe("Москва · UTC+3");
    expect(zoneOf("Europe/Moscow", "en", winter).label).toBe("Moscow · UTC+3");
    expect(zoneOf("UTC", "ru", winter).label).toBe("UTC");
  });

  it("follow the season", () => {
    expect(zoneOf("Europe/Berlin", "en", winter).offset).toBe(60);
    expect(zoneOf("Europe/Berlin", "en", new Date("2026-07-15T12:00:00Z")).offset).toBe(120);
    expect(offsetWords(-210)).toBe("UTC−3:30");
  });
});

describe("departments", () => {
  const list: Department[] = [
    { id: 1, name: "Sales", member_ids: [1] },
    { id: 2, name: "Wholesale", parent_id: 1, member_ids: [2, 3] },
    { id: 3, name: "Evening", parent_id: 2, member_ids: [3, 4] },
    { id: 4, name: "Accounts", parent_id: 99 },
    { id: 5, name: "Loop A", parent_id: 6 },
    { id: 6, name: "Loop B", parent_id: 5 },
  ];

  it("stand under their parents; lost and circular ones are not lost", () => {
    expect(treeOf(list, "en").map(({ department, depth }) => [department.id, depth])).toEqual([
      [4, 0],
      [5, 0],
      [6, 0],
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });

  it("cannot go under themselves", () => {
    const byId = new Map(list.map((one) => [one.id, one]));
    expect(isInside(1, 3, byId)).toBe(true);
    expect(isInside(3, 1, byId)).toBe(false);
    expect(possibleParents(2, list).map((one) => one.id)).toEqual([1, 4, 5, 6]);
  });

  it("count each person once", () => {
    expect([...membersUnder(1, list)].sort()).toEqual([1, 2, 3, 4]);
  });
});

describe("changes of a line", () => {
  const settings = {
    mode: "strictly",
    queue_time: 180,
    greeting: { ru: "Привет", en: "" },
    week: [[]],
  } as unknown as LineSettings;
  const base: LineDraft = { name: "Support", active: true, settings, faces: [], looks: { 3: { accent: "#111111", hidden_on: ["/a"] } }, members: [{ user_id: 1 }] };
  const change = (patch: Partial<LineSettings>, more: Partial<LineDraft> = {}): LineDraft => ({
    ...base,
    ...more,
    settings: { ...settings, ...patch },
  });

  it("are only what differs; an empty text is an absent one", () => {
    expect(changesOf(base, change({ greeting: { ru: "Привет" } }))).toEqual([]);
    expect(changesOf(base, change({ mode: "evenly" }, { name: "Help" })).map((one) => one.part)).toEqual([
      "name",
      "mode",
    ]);
    expect(sameValue({ b: 1, a: 2 }, { a: 2, b: 1 })).toBe(true);
  });

  it("make the smallest body; the queue is not in it", () => {
    expect(patchOf(changesOf(base, change({ queue_time: 60 }, { members: [] })))).toEqual({
      settings: { queue_time: 60 },
    });
    expect(patchOf(changesOf(base, { ...base, members: [] }))).toBeNull();
  });

  it("of a chat go by its number, its lists without empty lines; a chat that one state lacks has not changed", () => {
    const after = change({}, { looks: { 3: { accent: "#222222", hidden_on: ["/a", " /b ", ""] }, 4: { accent: "#0" } } });
    const found = changesOf(base, after);
    expect(found.map((one) => one.part)).toEqual(["looks.3.accent", "looks.3.hidden_on"]);
    expect(patchOf(found)).toEqual({ looks: { 3: { accent: "#222222", hidden_on: ["/a", "/b"] } } });
    expect(changesOf(base, { ...base, looks: {} })).toEqual([]);
    expect(partAt("looks.3.hidden_on.1")).toBe("looks.3.hidden_on");
    expect(partAt("week.0.1")).toBe("week");
  });

  it("of a chat are merged as any other", () => {
    const mine = change({}, { looks: { 3: { accent: "#222222", hidden_on: ["/a"] } } });
    const theirs = change({}, { looks: { 3: { accent: "#333333", hidden_on: ["/b"] } } });
    const merge = merged(base, mine, theirs);
    expect(merge.taken.map((one) => one.part)).toEqual(["looks.3.hidden_on"]);
    expect(merge.conflicts.map((one) => [one.part, one.to, one.theirs])).toEqual([
      ["looks.3.accent", "#222222", "#333333"],
    ]);
    expect(merge.draft.looks).toEqual({ 3: { accent: "#222222", hidden_on: ["/b"] } });
  });

  it("of two administrators are merged, and only what both changed is asked", () => {
    const mine = change({ mode: "evenly", queue_time: 60 });
    const theirs = change({ mode: "everyone" }, { name: "Help" });
    const merge = merged(base, mine, theirs);
    expect(merge.taken.map((one) => one.part)).toEqual(["name"]);
    expect(merge.conflicts).toEqual([{ part: "mode", from: "strictly", to: "evenly", theirs: "everyone" }]);
    expect(merge.draft.name).toBe("Help");
    expect(merge.draft.settings.queue_time).toBe(60);
    expect(merge.draft.settings.mode).toBe("evenly");
    expect(merged(base, mine, change({ mode: "evenly" })).conflicts).toEqual([]);
  });
});
