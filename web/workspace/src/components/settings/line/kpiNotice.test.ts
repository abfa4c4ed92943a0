import { describe, expect, it } from "vitest";

import { durationWords } from "../logic/duration";
import type { KpiNotice } from "../types";
import { sampleWords, withStep } from "./kpiNotice";

const notice: KpiNotice = {
  on: true,
  steps: [80, 100],
  people: [],
  head: true,
  operator: true,
  media: ["workspace"],
  text: {},
  webhook_url: "",
};

describe("a notice about a late answer", () => {
  it("shows how it reads, with the owner's words and doubled braces", () => {
    expect(sampleWords("kpi_first_notice", notice, 60, "en")).toBe(
      `Emma Weber has been waiting for the first answer for ${durationWords(48, "en")} (target ${durationWords(60, "en")}). Line: Support.`,
    );
    const own = { ...notice, text: { ru: "{{№}} {number}: {operator}, {unknown}" } };
    expect(sampleWords("kpi_further_notice", own, 60, "ru")).toBe("{№} 1042: Пётр Ильин, {unknown}");
  });

  it("keeps its steps in order, each once, six at most", () => {
    expect(withStep([80, 200], 100)).toEqual([80, 100, 200]);
    expect(withStep([80], 80)).toEqual([80]);
    expect(withStep([10, 20, 30, 40, 50, 60], 70)).toHaveLength(6);
  });
});
