import { beforeAll, describe, expect, it } from "vitest";

import { setLanguage } from "@/i18n";

import { customerName, nameOf } from "./names";

describe("a customer without a name", () => {
  beforeAll(() => setLanguage("en"));

  it("is called by the same number in conversations and among customers", () => {
    expect(customerName({ thread_id: 17 })).toBe("Guest 17");
    expect(nameOf({ thread_id: 17 })).toBe("Guest 17");
    expect(nameOf({ name: "Eva", thread_id: 17 })).toBe("Eva");
    expect(nameOf({})).toBe("Guest");
  });
});
