import { describe, expect, it } from "vitest";

import { addressOf, askedOf, barsOf, niceTop, queryOf } from "./kpi";

describe("what the KPI page asks for", () => {
  it("is a week of everything when the address says nothing, or nonsense", () => {
    const usual = { span: 7, from: "", to: "", line: null, kind: "all", operator: null };
    expect(askedOf({})).toEqual(usual);
    expect(askedOf({ days: "5", kind: "last", line: "x", from: "tomorrow" })).toEqual(usual);
    expect(addressOf(askedOf({}))).toEqual({});
  });

  it("comes back from its own address", () => {
    const addresses: Record<string, string>[] = [
      { days: "30", line: "3", kind: "first", operator: "0" },
      { from: "2026-01-01", to: "2026-01-31", operator: "12" },
      { days: "1" },
    ];
    for (const query of addresses) expect(addressOf(askedOf(query))).toEqual(query);
  });

  it("names days or dates to the server, never both", () => {
    expect(queryOf(askedOf({ from: "2026-01-01", to: "2026-01-31", days: "7" }))).toEqual({
      from: "2026-01-01",
      to: "2026-01-31",
      kind: "all",
    });
    expect(queryOf(askedOf({ line: "3" }))).toEqual({ days: 7, line_id: 3, kind: "all" });
  });
});

describe("the chart", () => {
  it("ends on a number that has a whole half", () => {
    expect([0, 3, 5, 11, 21, 41, 101, 999].map(niceTop)).toEqual([4, 4, 10, 20, 40, 100, 200, 1000]);
  });

  it("stacks the parts of a day", () => {
    const { bars, top } = barsOf([{ day: "2026-01-01", met: 5, breached: 3, closed: 2 }]);
    expect(top).toBe(10);
    expect(bars[0]).toMatchObject({ total: 10, metTo: 0.5, lateTo: 0.8, closedTo: 1 });
  });
});
