import { describe, expect, it } from "vitest";

import { isTrial } from "./trial";

describe("a chat that is being tried", () => {
  const here = "https://chat.example.org";

  it("is one on our own page for it, with whatever follows the question mark", () => {
    expect(isTrial(`${here}/try/3n05V2m0mWiLdvLxeFvr7g`, here)).toBe(true);
    expect(isTrial(`${here}/try/3n05V2m0-WiL_vLxeFvr7g?lang=ru`, here)).toBe(true);
  });

  it("is none anywhere else", () => {
    for (const page of [undefined, "", "try/3", "https://shop.example.com/try/3", `${here}/chat/3`, `${here}/try/3/more`])
      expect(isTrial(page, here)).toBe(false);
  });
});
