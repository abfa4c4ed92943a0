import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { setLanguage } from "@/i18n";

import { clockTime, dayKey, dayTitle, fromWall, moment, shortTime, showTimesIn, wallTime } from "./times";

beforeAll(() => setLanguage("en"));
afterEach(() => showTimesIn(undefined));

describe("times on the clock of the profile", () => {
  const late = "2026-11-21T22:30:00Z";
  const now = Date.parse("2026-11-22T09:00:00Z");

  it("tells the time and the day of that zone, wherever the browser is", () => {
    showTimesIn("Europe/Moscow");
    expect(clockTime(late)).toBe("01:30");
    expect(shortTime(late, now)).toBe("01:30");
    expect(dayTitle(late, now)).toBe("Today");
    expect(moment(late, now)).toBe("01:30");
    showTimesIn("America/New_York");
    expect(clockTime(late)).toBe("17:30");
    expect(dayTitle(late, now)).toBe("Yesterday");
    expect(moment(late, now)).toBe("21 Nov, 17:30");
    expect(dayKey(late)).not.toBe(dayKey("2026-11-22T09:00:00Z"));
  });

  it("tells another place's time where it is asked for, and what its clock shows is that instant again", () => {
    showTimesIn("Europe/Moscow");
    expect(clockTime(late, "America/New_York")).toBe("17:30");
    expect(moment(late, now, "America/New_York")).toBe("21 Nov, 17:30");
    expect(clockTime(late)).toBe("01:30");
    expect(wallTime(Date.parse(late), "Asia/Omsk")).toBe("2026-11-22T04:30");
    expect(fromWall("2026-11-22T04:30", "Asia/Omsk")).toBe(Date.parse(late));
    expect(clockTime(late, "Nowhere/Land")).toBe("01:30");
  });

  it("names the year only of another year, as that calendar has it", () => {
    showTimesIn("Pacific/Auckland");
    expect(shortTime("2025-12-31T12:00:00Z", now)).toBe("1 Jan");
    showTimesIn("America/New_York");
    expect(shortTime("2025-12-31T12:00:00Z", now)).toBe("31 Dec 2025");
  });

  it("takes every minute and every day for itself, also where clocks are off by a quarter or go by another way", () => {
    for (const place of ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Chatham"]) {
      const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: place });
      const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: place });
      showTimesIn(place);
      for (let at = Date.parse("2026-04-04T10:00:30Z"); at < Date.parse("2026-04-05T18:00Z"); at += 5 * 60_000) {
        expect(clockTime(at)).toBe(time.format(at));
        expect(dayKey(new Date(at).toISOString())).toBe(new Intl.DateTimeFormat("en-CA", { timeZone: place }).format(at));
        expect(shortTime(new Date(at).toISOString(), now)).toBe(day.format(at));
      }
    }
  });

  it("speaks the new language and the new zone at once", async () => {
    showTimesIn("Europe/Moscow");
    expect(shortTime("2026-11-12T10:00:00Z", now)).toBe("12 Nov");
    await setLanguage("ru");
    expect(shortTime("2026-11-12T10:00:00Z", now)).toBe("12 нояб.");
    showTimesIn("Asia/Tokyo");
    expect(clockTime("2026-11-12T10:00:00Z")).toBe("19:00");
    await setLanguage("en");
  });

  it("keeps the browser's clock where the zone is not known to it", () => {
    showTimesIn("Nowhere/Land");
    const here = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(new Date(late));
    expect(clockTime(late)).toBe(here);
  });
});

describe("what is typed in a field of day and time", () => {
  it("is meant on the reader's clock, also around a change of the clock", () => {
    showTimesIn("Europe/Berlin");
    for (const typed of ["2026-03-28T12:00", "2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T04:00", "2026-11-22T14:37"]) {
      expect(wallTime(fromWall(typed))).toBe(typed);
    }
    expect(fromWall("2026-11-22T14:37")).toBe(Date.parse("2026-11-22T13:37:00Z"));
    expect(fromWall("")).toBeNaN();
  });
});
