import { beforeAll, describe, expect, it } from "vitest";

import { setLanguage } from "@/i18n";

import { caseNumber, customerName, nameOf } from "./names";

describe("a customer without a name", () => {
  beforeAll(() => setLanguage("en"));

  it("is called by the same number in conversations and among customers", () => {
    expect(customerName({ thread_id: 17 })).toBe("Guest 17");
    expect(nameOf({ thread_id: 17 })).toBe("Guest 17");
    expect(nameOf({ name: "Eva", thread_id: 17 })).toBe("Eva");
    expect(nameOf({})).toBe("Guest");
  });
});

describe("a conversation's number", () => {
  it("is written as people write it", async () => {
    await setLanguage("en");
    expect(caseNumber(20_417)).toBe("#20417");
    await setLanguage("ru");
    expect(caseNumber(20_417)).toBe("№ 20\u00a0417");
  });
});
