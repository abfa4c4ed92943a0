import { describe, expect, it } from "vitest";

import { daysAhead, nextSpecial } from "./ahead";
import { hoursNow, intervalsOn } from "./hours";

const nine = [{ from: "09:00", to: "18:00" }];
const week = [nine, nine, nine, nine, nine, [], []];
const monday = { date: "2026-12-21", minutes: 600 };
const holidays = new Map([
  ["2026-12-25", "Christmas Day"],
  ["2027-01-01", "New Year"],
  ["2027-01-02", "New Year"],
  ["2027-01-06", "Epiphany"],
]);

describe("the days that come", () => {
  it("closes on a holiday, and an exception on it wins", () => {
    const worked = [{ date: "2026-12-25", intervals: [{ from: "10:00", to: "12:00" }] }];
    expect(intervalsOn("2026-12-25", { week, exceptions: [], holidays })).toEqual([]);
    expect(intervalsOn("2026-12-25", { week, exceptions: worked, holidays })).toEqual(worked[0]?.intervals);
    expect(intervalsOn("2026-12-24", { week, exceptions: worked, holidays })).toEqual(nine);
  });

  it("finds the opening after a holiday", () => {
    const christmas = new Date("2026-12-25T12:00:00Z");
    const next = hoursNow({ week, exceptions: [], holidays }, "UTC", christmas).next;
    expect(next).toEqual({ date: "2026-12-28", minutes: 540 });
  });

  it("shows seven days with what is left of the night before", () => {
    const night = [{ from: "22:00", to: "06:00" }];
    const days = daysAhead(monday, { week: Array.from({ length: 7 }, () => night), exceptions: [], holidays });
    expect(days).toHaveLength(7);
    expect(days[0]?.pieces).toEqual([
      [0, 360],
      [1320, 1440],
    ]);
    expect(days[4]).toMatchObject({ special: { kind: "holiday", name: "Christmas Day" }, pieces: [[0, 360]] });
    expect(days[5]?.pieces).toEqual([[1320, 1440]]);
    expect(days.map((day) => day.weekday)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("names what comes after these days, a range and holidays in a row once", () => {
    const exceptions = [{ date: "2027-02-01", until: "2027-02-05", intervals: [], name: "Stocktaking" }];
    const found = nextSpecial(monday.date, { week, exceptions, holidays });
    expect(found.map((one) => [one.name, one.date, one.until])).toEqual([
      ["New Year", "2027-01-01", "2027-01-02"],
      ["Epiphany", "2027-01-06", "2027-01-06"],
      ["Stocktaking", "2027-02-01", "2027-02-05"],
    ]);
  });
});
