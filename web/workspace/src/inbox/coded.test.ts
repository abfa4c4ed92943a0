import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));

const { world } = await import("@/app/live");
const { needAreas, setLanguage } = await import("@/i18n");
const { explained, factText, nextText, skipText, whyText } = await import("./coded");

beforeAll(async () => {
  await needAreas(["shell", "facts", "inbox"]);
});
beforeEach(async () => {
  await setLanguage("en");
  world.load({
    cursor: 1,
    epoch: "e",
    now: "2026-11-22T08:00:00.000Z",
    me: { id: 1, name: "Ann", role: "operator", email: "", language: "en", time_zone: "UTC" },
    portal: { name: "P", language: "en" },
    users: [
      { id: 1, name: "Ann", role: "operator" },
      { id: 2, name: "Boris", role: "operator" },
    ],
    departments: [{ id: 5, name: "Sales" }],
    lines: [{ id: 7, name: "Wholesale" }],
  });
});

describe("facts in words", () => {
  it("say who, in the reader's eyes and language", async () => {
    const fact = { code: "accepted", params: { operator: 2, after: 21_000_000 } };
    expect(factText(fact)).toBe("Accepted by Boris · 21 s");
    expect(factText({ ...fact, params: { operator: 1, after: 21_000_000 } })).toBe("Accepted by you · 21 s");
    await setLanguage("ru");
    expect(factText(fact)).toBe("Принято · Boris · 21 с");
  });

  it("know people, departments and lines that something was transferred to", () => {
    expect(factText({ code: "transferred", params: { operator: 2, to: 1 } })).toBe("Boris transferred to you");
    expect(factText({ code: "transferred", params: { operator: 1, to: 2 } })).toBe("You transferred to Boris");
    expect(factText({ code: "transferred", params: { operator: 2, to_department: 5 } })).toBe("Boris transferred to Sales");
    expect(factText({ code: "transferred", params: { operator: 2, to_line: 7 } })).toBe("Boris transferred to Wholesale");
  });

  it("tell offers to one, to me and to everyone apart", () => {
    expect(factText({ code: "offered", params: { to: 2, offer: "queue" } })).toBe("Offered to Boris");
    expect(factText({ code: "offered", params: { to: 1, offer: "own" } })).toBe("Offered to you");
    expect(factText({ code: "offered", params: { to: null, offer: "everyone" } })).toBe("Offered to everyone of the line");
  });

  it("tell why, and say less when less is known", () => {
    expect(factText({ code: "returned", params: { why: "offline", from: 2 } })).toBe("Taken back into the queue: Boris is offline");
    expect(factText({ code: "returned", params: { why: "something_new", from: 2 } })).toBe("Taken back into the queue from Boris");
    expect(factText({ code: "closed", params: { why: "silent" } })).toBe("Closed: the customer is silent");
    expect(factText({ code: "accepted", params: { operator: 2, after: null } })).toBe("Accepted by Boris");
  });

  it("show a code that is new here by the server's own words", () => {
    expect(factText({ code: "brand_new", text: "Something new happened" })).toBe("Something new happened");
    expect(whyText({ code: "brand_new", text: "because" })).toBe("because");
    expect(nextText({ code: "brand_new" })).toBe("brand_new");
  });

  it("explain a choice of routing", () => {
    const why = explained({ code: "fewest", params: { counted: 2 }, skipped: [[2, "at_limit"]], rest: { offline: 2, pause: 1 } });
    expect(why && whyText(why.why)).toBe("fewest conversations: 2");
    expect(why?.skipped).toEqual([{ name: "Boris", why: "at the limit" }]);
    expect(why?.rest).toBe(3);
    expect(explained("sender_gone")).toBeUndefined();
    expect(skipText({ code: "pause" })).toBe("on a pause");
  });
});
