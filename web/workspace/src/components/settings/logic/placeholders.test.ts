import { describe, expect, it } from "vitest";

import { NOTICE_PLACEHOLDERS, placeholderFault, PLACEHOLDERS, suited } from "./placeholders";

describe("placeholders", () => {
  it.each(PLACEHOLDERS)("{%s} is one", (name) => expect(placeholderFault(`Hello {${name}}!`)).toBeNull());

  it.each(["", "}", "a }} b", "{{nobody}}", "{{{customer}"])("%j is right", (text) =>
    expect(placeholderFault(text)).toBeNull(),
  );

  it.each([
    ["{nobody}", { kind: "unknown", value: "{nobody}" }],
    ["{}", { kind: "unknown", value: "{}" }],
    ["{Customer}", { kind: "misspelt", value: "{Customer}", meant: "{customer}" }],
    ["{operater}", { kind: "misspelt", value: "{operater}", meant: "{operator}" }],
    ["{имя}", { kind: "misspelt", value: "{имя}", meant: "{customer}" }],
    ["Hi {customer", { kind: "unclosed", value: "{customer" }],
    ["{\n}", { kind: "unclosed", value: "{" }],
  ])("%j is wrong", (text, fault) => expect(placeholderFault(text)).toEqual(fault));

  it("depends on who reads the text", () => {
    expect(placeholderFault("{step}")?.kind).toBe("unknown");
    expect(placeholderFault("{step}", NOTICE_PLACEHOLDERS)).toBeNull();
    expect(placeholderFault("{position}", NOTICE_PLACEHOLDERS)?.kind).toBe("unknown");
  });

  it("offers only what can be known", () => {
    expect(suited("greeting")).not.toContain("operator");
    expect(suited("inactivity.0.text")).toContain("operator");
  });
});
