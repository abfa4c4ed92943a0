import { describe, expect, it } from "vitest";

import { best, otherLayout, rank } from "@/app/search";
import { showTimesIn, wallTime } from "@/app/times";

import { deviceName } from "./device";
import { emojiQuery, findEmoji } from "./emoji";
import { extension, isPicture, pictureSize } from "./files";
import { presets } from "./snoozes";
import { targetsOf } from "./targets";

describe("search", () => {
  it("does not mind case, ё, the layout, the order of words", () => {
    expect(rank("артем", "Артём Кузнецов")).toBeGreaterThan(0);
    expect(rank("rep fhn", "Артём Кузнецов")).toBeGreaterThan(0);
    expect(rank("кузн арт", "Артём Кузнецов")).toBeGreaterThan(0);
    expect(rank("щдшмук", "Oliver Grant")).toBeGreaterThan(0);
    expect(rank("анна", "Артём Кузнецов")).toBe(0);
    expect(rank("йод", "Йодль")).toBeGreaterThan(0);
  });
  it("prefers a word's start to its middle", () => {
    expect(best(["Марианна", "Анна Ким"], "анна", (name) => name, 5)).toEqual(["Анна Ким", "Марианна"]);
  });
  it("survives signs of regular expressions", () => {
    expect(rank("a+(b", "x a+(b y")).toBeGreaterThan(0);
    expect(otherLayout("ghbdtn")).toBe("привет");
  });
});

describe("emoji", () => {
  it("looks for what stands after a colon before the caret", () => {
    expect(emojiQuery("привет :спа", 11)).toBe("спа");
    expect(emojiQuery(":ok", 3)).toBe("ok");
    expect(emojiQuery("12:30", 5)).toBeNull();
    expect(emojiQuery("https://x", 9)).toBeNull();
    expect(emojiQuery(":s", 2)).toBeNull();
  });
  it("finds by words of both languages", () => {
    expect(findEmoji("спас")[0]?.emoji).toBe("🙏");
    expect(findEmoji("thumbsu")[0]?.emoji).toBe("👍");
    expect(findEmoji("zzz")).toEqual([]);
  });
});

describe("files", () => {
  it("shows pictures only where a browser does so safely", () => {
    expect(isPicture({ id: "1", name: "a.png", type: "image/png" })).toBe(true);
    expect(isPicture({ id: "1", name: "a.svg", type: "image/svg+xml" })).toBe(false);
    expect(isPicture({ id: "1", name: "a.png", type: "text/html" })).toBe(false);
  });
  it("reserves the room of a picture in its own proportions", () => {
    expect(pictureSize({ id: "1", name: "", width: 1_600, height: 800 })).toEqual({ width: 320, height: 160 });
    expect(pictureSize({ id: "1", name: "", width: 100, height: 50 })).toEqual({ width: 100, height: 50 });
    expect(pictureSize({ id: "1", name: "" })).toEqual({ width: 320, height: 240 });
  });
  it("names what a file is", () => {
    expect(["a.pdf", "архив.tar.gz", "no", "x.averylongend"].map(extension)).toEqual(["PDF", "GZ", "", ""]);
  });
});

describe("device", () => {
  it("names the browser and the system, and leaves what it does not know", () => {
    const on = (system: string, rest: string) => deviceName(`Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`);
    expect(on("Windows NT 10.0; Win64; x64", "Chrome/140.0 Safari/537.36")).toBe("Chrome · Windows");
    expect(on("Windows NT 10.0", "Chrome/140.0 YaBrowser/25.1 Safari/537.36")).toBe("Yandex · Windows");
    expect(on("iPhone; CPU iPhone OS 18_0 like Mac OS X", "Version/18.0 Mobile/15E148 Safari/604.1")).toBe("Safari · iPhone");
    expect(on("Linux; Android 15", "Chrome/140.0 Mobile Safari/537.36")).toBe("Chrome · Android");
    expect(deviceName("Terminal 3")).toBe("Terminal 3");
  });
});

describe("snoozes", () => {
  it("offers only what lies ahead, in the reader's own calendar", () => {
    showTimesIn("Asia/Vladivostok");
    const friday = Date.parse("2026-11-20T00:00Z"); // 10 in the morning there
    const keys = presets(friday).map((one) => one.key);
    expect(keys).toEqual(["inbox.snoozeHour", "inbox.snoozeThree", "inbox.snoozeEvening", "inbox.snoozeTomorrow", "inbox.snoozeMonday"]);
    const evening = Date.parse("2026-11-22T11:30Z");
    const late = presets(evening);
    expect(late.map((one) => one.key)).toEqual(["inbox.snoozeHour", "inbox.snoozeThree", "inbox.snoozeTomorrow"]);
    expect(late.every((one) => one.at > evening)).toBe(true);
    expect(presets(friday).slice(2).map((one) => wallTime(one.at))).toEqual(["2026-11-20T18:00", "2026-11-21T09:00", "2026-11-23T09:00"]);
    showTimesIn(undefined);
  });
});

describe("targets of a transfer", () => {
  it("puts who is there first, and leaves out where it is now", () => {
    const row = { id: 1, version: 1, thread_id: 1, line_id: 1, channel_id: 1, state: "active", operator_id: 1, opened_at: "" } as const;
    const targets = targetsOf(
      {
        users: [
          { id: 1, name: "Me", role: "operator", active: true, available: true },
          { id: 2, name: "Яна", role: "operator", active: true, available: true },
          { id: 3, name: "Анна", role: "operator", active: true },
          { id: 4, name: "Gone", role: "operator", active: false },
          { id: 5, name: "Борис", role: "operator", active: true, available: true },
        ],
        departments: [{ id: 7, name: "Sales" }],
        lines: [
          { id: 1, name: "Here", active: true },
          { id: 2, name: "There", active: true },
          { id: 3, name: "Off", active: false },
        ],
      },
      row,
      "ru",
    );
    expect(targets.map((one) => one.key)).toEqual(["u5", "u2", "u3", "d7", "l2"]);
  });
});
