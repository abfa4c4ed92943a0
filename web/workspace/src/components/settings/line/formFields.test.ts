import { describe, expect, it } from "vitest";

import { changedKind, KINDS, newField, wordless } from "./formFields";

describe("questions of the form", () => {
  it("begin with the name, which is required, and go on with what is not asked yet", () => {
    const first = newField([]);
    expect([first.kind, first.key, first.required]).toEqual(["name", "name", true]);
    const second = newField([first]);
    expect([second.kind, second.required]).toEqual(["email", false]);
  });

  it("have keys of their own, whatever their kinds", () => {
    const fields = [newField([])];
    for (let count = 1; count < 12; count += 1) fields.push(newField(fields));
    expect(new Set(fields.map((one) => one.key)).size).toBe(12);
    expect(fields.every((one) => /^[a-z][a-z0-9_]{0,39}$/.test(one.key))).toBe(true);
    expect(fields.slice(0, KINDS.length).map((one) => one.kind)).toEqual([...KINDS]);
  });

  it("keep words that somebody wrote himself, and change the ones that came by themselves", () => {
    const name = newField([]);
    expect(changedKind(name, "phone", []).label).toEqual({ ru: "Телефон", en: "Phone" });
    const own = { ...name, label: { ru: "Кто вы?" } };
    expect(changedKind(own, "text", []).label).toEqual({ ru: "Кто вы?" });
  });

  it("have two answers to choose from, and none where nothing is chosen", () => {
    const choice = changedKind(newField([]), "choice", []);
    expect(choice.choices).toHaveLength(2);
    expect(choice.choices.some(wordless)).toBe(false);
    expect(changedKind(choice, "text", []).choices).toEqual([]);
  });
});
