import { describe, expect, it } from "vitest";

import { DEFAULTS } from "./defaults";
import { hoursNow, intervalsOn, momentIn } from "./hours";

const week = DEFAULTS.week;
const at = (iso: string) => new Date(iso);

describe("working time now", () => {
  it("is told on the line's own clock", () => {
    expect(momentIn("Asia/Tokyo", at("2026-11-22T20:30:00Z"))).toEqual({ date: "2026-11-23", minutes: 330 });
    expect(momentIn("UTC", at("2026-11-22T00:05:00Z"))).toEqual({ date: "2026-11-22", minutes: 5 });
  });

  it("says until when, and when again", () => {
    const rules = { week, exceptions: [] };
    expect(hoursNow(rules, "UTC", at("2026-11-20T10:00:00Z"))).toMatchObject({
      open: true,
      next: { date: "2026-11-20", minutes: 1_080 },
    });
    expect(hoursNow(rules, "UTC", at("2026-11-20T18:00:00Z"))).toMatchObject({
      open: false,
      next: { date: "2026-11-23", minutes: 540 },
    });
    expect(hoursNow({ week: week.map(() => []), exceptions: [] }, "UTC", at("2026-11-20T18:00:00Z"))).toMatchObject({
      open: false,
      next: null,
    });
    const always = week.map(() => [{ from: "00:00", to: "24:00" }]);
    expect(hoursNow({ week: always, exceptions: [] }, "UTC", at("2026-11-20T18:00:00Z"))).toMatchObject({
      open: true,
      next: null,
    });
  });

  it("goes on over midnight, also into an exception", () => {
    const nights = week.map(() => [{ from: "20:00", to: "04:00" }]);
    const rules = { week: nights, exceptions: [{ date: "2026-12-31", intervals: [] }] };
    expect(hoursNow(rules, "UTC", at("2026-12-31T02:00:00Z"))).toMatchObject({
      open: true,
      next: { date: "2026-12-31", minutes: 240 },
    });
    expect(hoursNow(rules, "UTC", at("2026-12-31T05:00:00Z"))).toMatchObject({
      open: false,
      next: { date: "2027-01-01", minutes: 1_200 },
    });
  });

  it("takes the shorter of two exceptions, and the later of equal ones", () => {
    const half = { date: "2027-01-05", intervals: [{ from: "10:00", to: "14:00" }] };
    const holidays = { date: "2026-12-31", until: "2027-01-08", intervals: [] };
    expect(intervalsOn("2027-01-05", { week, exceptions: [half, holidays] })).toEqual(half.intervals);
    expect(intervalsOn("2027-01-06", { week, exceptions: [half, holidays] })).toEqual([]);
    expect(intervalsOn("2027-01-05", { week, exceptions: [half, { date: "2027-01-05", intervals: [] }] })).toEqual([]);
  });
});
