import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { h, nextTick, render, type VNode } from "vue";

import { showField } from "./showField";

function page(name: string, ...children: VNode[]): void {
  render(h("div", { "data-testid": `field-${name}` }, children), document.body);
}

const control = (...inputs: VNode[]): VNode => h("div", { class: "control" }, inputs);

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
});
afterEach(() => render(null, document.body));

describe("showing a field", () => {
  it("puts the cursor into the control that is refused, not into the first one", async () => {
    page("invitations", control(h("input", { id: "page" }), h("input", { id: "after", "aria-invalid": "true" })));
    await showField("invitations");
    expect(document.activeElement?.id).toBe("after");
  });

  it("takes the first control where none is refused, and never the button beside the name", async () => {
    page("limit", h("div", { class: "words" }, h("button", { id: "standard" })), control(h("input", { id: "limit" })));
    await showField("limit");
    expect(document.activeElement?.id).toBe("limit");
  });

  it("knows a control that is its own place", async () => {
    render(h("input", { "data-testid": "field-name", id: "name" }), document.body);
    await showField("name");
    expect(document.activeElement?.id).toBe("name");
  });

  it("is done within the turn: who types right away is not interrupted", async () => {
    page("one", control(h("input", { id: "one" }), h("input", { id: "two" })));
    void showField("one");
    await nextTick();
    await Promise.resolve();
    document.getElementById("two")?.focus();
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(document.activeElement?.id).toBe("two");
  });

  it("does nothing where the page has no such field", async () => {
    render(h("input", { id: "other" }), document.body);
    await showField("none");
    expect(document.activeElement?.id).not.toBe("other");
  });
});
