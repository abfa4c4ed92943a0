import { render } from "preact";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Chat } from "../chat";
import type { State } from "../state";
import { FormCard } from "./asking";
import { Composer } from "./composer";
import { ContactCard } from "./contact";
import { learn, speak } from "../words";

const asked: [string, unknown][] = [];

/** A chat that writes down what it is asked for; `state` is what the parts see. */
function chatWith(state: Partial<State>): { chat: Chat; state: State } {
  const whole = { speech: speak("en"), name: "", email: "", contact: "hidden", uploads: [], notice: "", focus: 0, embedded: true, ...state };
  const chat = {
    state: whole,
    store: { state: whole, set: (change: Partial<State>) => Object.assign(whole, change) },
    keeper: { set: () => undefined },
    visitor: {
      call: (path: string, { body }: { body: unknown }) => {
        asked.push([path, body]);
        return Promise.resolve({ to: "vera@shop.example" });
      },
    },
    writing: { draft: () => "", typed: () => undefined, send: vi.fn(() => true), attach: vi.fn() },
  };
  return { chat: chat as unknown as Chat, state: whole as unknown as State };
}

function put(element: preact.ComponentChild): HTMLElement {
  const root = document.createElement("div");
  document.body.append(root);
  render(element, root);
  return root;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

async function type(field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await settled();
}

describe("an address", () => {
  beforeEach(async () => {
    asked.length = 0;
    document.body.textContent = "";
    await learn("en");
  });

  it.each([
    ["opened", "/session", { name: "", email: "vera@shop.example" }],
    ["transcript", "/transcript", { email: "vera@shop.example" }],
  ] as const)("is looked at before it is sent, and its fault is told beside it (%s)", async (contact, path, body) => {
    const root = put(<ContactCard {...chatWith({ contact })} />);
    const field = root.querySelector("input[type=email]") as HTMLInputElement;
    const told = () => root.querySelector(`#${field.getAttribute("aria-describedby")}`)?.textContent;
    const send = async () => {
      root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
      await settled();
    };
    expect([field.getAttribute("aria-label"), field.getAttribute("aria-invalid"), told()]).toEqual(["E-mail", "false", ""]);
    await type(field, "vera at shop");
    await send();
    expect([field.getAttribute("aria-invalid"), told()]).toEqual(["true", "This does not look like an e-mail address"]);
    expect(asked).toEqual([]);
    await type(field, " vera@shop.example ");
    await send();
    expect(asked).toEqual([[path, body]]);
  });
});

describe("a form", () => {
  const fields = ["name", "phone"].map((key) => ({ key, kind: "name", label: key, required: true, choices: [] }));
  const form = { when: "after", fields } as unknown as NonNullable<State["asks"]["form"]>;

  async function refused(): Promise<[HTMLInputElement, HTMLInputElement]> {
    await learn("en");
    document.body.textContent = "";
    const root = put(<FormCard {...chatWith({ asks: { form } })} />);
    await settled();
    root.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
    await Promise.resolve();
    return [...root.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
  }

  it("puts the cursor at the first fault at once, and takes it from nobody who is elsewhere a moment later", async () => {
    const [name, phone] = await refused();
    expect([name, phone].map((one) => one.getAttribute("aria-invalid"))).toEqual(["true", "true"]);
    expect(document.activeElement).toBe(name);
    phone.focus();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(document.activeElement).toBe(phone);
  });

  it("leaves the cursor with the answer that is being typed, while others are still missing", async () => {
    const [name, phone] = await refused();
    name.focus();
    await type(name, "V");
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect([name, phone].map((one) => one.getAttribute("aria-invalid"))).toEqual(["false", "true"]);
    expect(document.activeElement).toBe(name);
  });
});

describe("the composer", () => {
  it("takes the words that a table or a letter was copied with, and not the picture of them", async () => {
    await learn("en");
    const { chat, state } = chatWith({});
    const field = put(<Composer chat={chat} state={state} />).querySelector("textarea") as HTMLTextAreaElement;
    const paste = (...types: string[]) => {
      const event = new Event("paste", { bubbles: true, cancelable: true });
      const files = types.includes("Files") ? [new File(["x"], "image.png", { type: "image/png" })] : [];
      field.dispatchEvent(Object.assign(event, { clipboardData: { types, files } }));
      return event.defaultPrevented;
    };
    expect(paste("text/plain")).toBe(false);
    expect(paste("text/plain", "text/html", "text/rtf", "Files")).toBe(false);
    expect(chat.writing.attach).not.toHaveBeenCalled();
    expect(paste("text/html", "Files")).toBe(true);
    expect(paste("Files")).toBe(true);
    expect(chat.writing.attach).toHaveBeenCalledTimes(2);
  });

  it("leaves the Enter that ends a word to whoever makes words of several keys", async () => {
    await learn("en");
    const { chat, state } = chatWith({});
    const field = put(<Composer chat={chat} state={state} />).querySelector("textarea") as HTMLTextAreaElement;
    await type(field, "こんにちは");
    const enter = (more: object) => field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, ...more }));
    enter({ isComposing: true });
    // Safari says so by the code alone: for it the word has ended just before.
    enter({ keyCode: 229 });
    expect(chat.writing.send).not.toHaveBeenCalled();
    enter({ keyCode: 13 });
    expect(chat.writing.send).toHaveBeenCalledWith("こんにちは");
  });
});
