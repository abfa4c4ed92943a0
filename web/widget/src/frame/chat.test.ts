import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Details } from "../protocol";
import { Chat } from "./chat";
import { createKeeper } from "./storage";
import { learn } from "./words";

const KEY = "k1";

interface Asked {
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
}

/** A chat on a page of its own; `serve` answers each request, a number is a refusal with that status. */
async function setUp(serve: (asked: Asked) => object | number) {
  const asked: Asked[] = [];
  await learn("en");
  vi.stubGlobal("WebSocket", class {
    close(): void {}
  });
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    await Promise.resolve();
    const { pathname, searchParams: query } = new URL(url, "https://chat.example");
    const path = pathname.replace(`/api/v1/widget/${KEY}`, "");
    const one = { path, query, body: JSON.parse((init.body as string | undefined) ?? "{}") as Record<string, unknown> };
    asked.push(one);
    const answer = serve(one);
    return new Response(JSON.stringify(answer), { status: typeof answer === "number" ? answer : 200 });
  });
  const keeper = createKeeper("c.");
  const make = () => new Chat({ key: KEY, language: "en", keeper });
  return { asked, keeper, make, to: (path: string) => asked.filter((one) => one.path === path).length };
}

const message = (seq: number) => ({ id: seq, seq, author: "operator" as const, text: `${seq}`, at: "2026-01-01T10:00:00Z" });
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
const CONFIG = { name: "Shop", language: "en" };

describe("the chat", () => {
  beforeEach(() => {
    localStorage.clear();
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("leaves a server in peace that has no such channel any more", async () => {
    const { keeper, make, to } = await setUp(() => 404);
    keeper.set("token", "t");
    make().start();
    await vi.advanceTimersByTimeAsync(600_000);
    expect([to("/config"), to("/session")]).toEqual([1, 1]);
  });

  it("comes back to one that was only away", async () => {
    let down = true;
    const { keeper, make, to } = await setUp(({ path }) => (down ? 503 : path === "/config" ? CONFIG : { token: "t", thread_id: 1 }));
    keeper.set("token", "t");
    const chat = make();
    chat.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(to("/session")).toBeGreaterThan(2);
    down = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(chat.visitor.active).toBe(true);
    expect(chat.state.config?.name).toBe("Shop");
  });

  it("leaves nothing of what was being written to the next person", async () => {
    const { keeper, make } = await setUp(({ path }) => (path === "/config" ? CONFIG : { token: "t", thread_id: 1 }));
    const chat = make();
    const emptied = vi.fn();
    chat.writing.emptied = emptied;
    chat.writing.typed("my secret");
    expect(chat.writing.draft()).toBe("my secret");
    chat.writing.forget();
    expect(emptied).toHaveBeenCalledOnce();
    expect(keeper.get("draft")).toBeUndefined();
  });

  it("misses nothing that was said while it was away, however it hears of it first", async () => {
    let last = 1;
    const { make } = await setUp(({ path, query }) => {
      if (path === "/config") return CONFIG;
      const after = Number(query.get("after"));
      if (path === "/messages") return { items: span(after + 1, Math.min(after + 50, last)), more: after + 50 < last };
      return { token: "t", thread_id: 1, messages: span(Math.max(1, last - 49), last), last_seq: last };
    });
    const chat = make();
    await chat.visitor.arrive();
    last = 130;
    await chat.visitor.arrive();
    await vi.advanceTimersByTimeAsync(1000);
    expect(chat.state.messages.map((one) => one.seq)).toEqual(span(1, 130).map((one) => one.seq));
  });

  it("rings for somebody new, whose messages are counted anew", async () => {
    const { keeper, make } = await setUp(({ path }) => (path === "/config" ? CONFIG : { token: "t", thread_id: 1 }));
    const chat = make();
    await chat.visitor.arrive();
    chat.reading.hear([{ id: 9, seq: 9, author: "operator", text: "hello", at: "2026-01-01T10:00:00Z" }]);
    expect(keeper.get("rung")).toBe(9);
    chat.reading.forget();
    chat.reading.hear([{ id: 10, seq: 1, author: "operator", text: "hello", at: "2026-01-01T10:00:00Z" }]);
    expect(keeper.get("rung")).toBe(1);
  });

  it("knows that the talk ended while somebody looked, until another begins", async () => {
    const over = { type: "conversation", conversation: { id: 1, state: "closed" } } as const;
    const { make } = await setUp(({ path }) => (path === "/config" ? CONFIG : { token: "t", conversation: over.conversation }));
    const chat = make();
    await chat.visitor.arrive();
    expect(chat.state.ended).toBeFalsy();
    // Each new line begins with how things stand.
    chat.heard(over);
    expect(chat.state.ended).toBe(false);
    chat.heard({ type: "conversation", conversation: { id: 1, state: "closing" } });
    for (let round = 0; round < 2; round++) {
      chat.heard(over);
      expect(chat.state.ended).toBe(true);
    }
    chat.heard({ type: "conversation", conversation: { id: 2, state: "waiting" } });
    expect(chat.state.ended).toBe(false);
  });

  it("hears of more than messages where no live line gets through: who answers, and what was changed", async () => {
    const said = (text: string) => ({ id: 1, seq: 1, author: "operator", text, at: "2026-01-01T10:00:00Z" });
    let now: object = { token: "t", thread_id: 1, last_seq: 1, messages: [said("25 euros")] };
    const { make, to } = await setUp(({ path }) => (path === "/config" ? CONFIG : path === "/messages" ? { items: [], more: false } : now));
    vi.stubGlobal("WebSocket", undefined);
    const chat = make();
    chat.start();
    await chat.visitor.arrive();
    now = { ...now, messages: [said("35 euros")], read_by_staff: 1, conversation: { id: 1, state: "active", operator: { name: "Ann" } } };
    await vi.advanceTimersByTimeAsync(120_000);
    expect(chat.state.line).toBe("polling");
    expect(chat.state.messages.map(({ text }) => text)).toEqual(["35 euros"]);
    expect(chat.state.conversation?.operator?.name).toBe("Ann");
    expect(chat.state.readByStaff).toBe(1);
    expect(to("/messages")).toBeGreaterThan(to("/session"));
  });

  it("hears the answer to words that were on their way when it was closed", async () => {
    const { make, to } = await setUp(({ path }) => {
      if (path === "/config") return CONFIG;
      return path === "/messages" ? { id: 1, seq: 1, at: "2026-01-01T10:00:00Z" } : { token: "t", thread_id: 1 };
    });
    const chat = make();
    chat.start();
    chat.writing.outbox.add("hello", []);
    chat.obey({ type: "close" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(to("/messages")).toBe(1);
    expect(chat.state.open).toBe(false);
    expect(chat.state.line).toBe("connecting");
  });

  it("takes what a site knows and leaves out what it does not", async () => {
    const { asked, make } = await setUp(({ path }) => (path === "/config" ? CONFIG : { token: "t", thread_id: 1 }));
    const chat = make();
    await chat.visitor.arrive();
    const given = { name: "Vera", email: null, phone: 79001234567, data: { plan: null } };
    chat.obey({ type: "set", details: given as unknown as Details });
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.at(-1)?.body).toEqual({ name: "Vera", phone: "79001234567", data: { plan: null } });
    expect([chat.state.name, chat.state.email]).toEqual(["Vera", ""]);
  });

  it("fetches the middle of a long absence however often that fails", async () => {
    let failures = 2;
    const { make } = await setUp(({ path, query }) => {
      if (path === "/config") return CONFIG;
      if (path !== "/messages") return { token: "t", thread_id: 1, messages: [message(1)], last_seq: 1 };
      if (failures-- > 0) return 503;
      const after = Number(query.get("after"));
      return { items: span(after + 1, Math.min(after + 50, 100)), more: after + 50 < 100 };
    });
    const chat = make();
    await chat.visitor.arrive();
    chat.reading.ready(0);
    chat.reading.hear(span(51, 100));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(chat.state.messages.map((one) => one.seq)).toEqual(span(1, 100).map((one) => one.seq));
  });
});
