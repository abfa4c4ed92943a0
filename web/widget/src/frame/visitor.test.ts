import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { SessionAnswer } from "./model/types";
import { createKeeper } from "./storage";
import { Visitor } from "./visitor";

interface Asked {
  path: string;
  method: string;
  token: string | undefined;
  body: Record<string, unknown>;
}

/** `serve` answers each request; a number is a refusal with that status, undefined is silence. */
function setUp(serve: (asked: Asked) => object | number | undefined, title = "Shop") {
  const asked: Asked[] = [];
  const arrived: [SessionAnswer, boolean][] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    await Promise.resolve();
    const one: Asked = {
      path: url.replace("/api", ""),
      method: init.method ?? "GET",
      token: (init.headers as Record<string, string>)["Authorization"]?.replace("Bearer ", ""),
      body: JSON.parse((init.body as string | undefined) ?? "{}") as Record<string, unknown>,
    };
    asked.push(one);
    const answer = serve(one);
    if (answer === undefined) throw new TypeError("network");
    return typeof answer === "number"
      ? new Response(JSON.stringify({ code: "no", detail: "No." }), { status: answer })
      : new Response(JSON.stringify(answer));
  });
  const keeper = createKeeper("v.");
  const make = () =>
    new Visitor({
      keeper,
      base: "/api",
      language: () => "en",
      page: () => ({ url: "https://shop.example/", title, referrer: "" }),
      arrived: (answer, other) => arrived.push([answer, other]),
    });
  return { asked, arrived, keeper, make };
}

describe("the visitor", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => void vi.unstubAllGlobals());

  it("becomes known once, however many ask, and is recognised on the next page", async () => {
    const { asked, make } = setUp(({ path }) => (path === "/session" ? { token: "t1", thread_id: 1 } : {}));
    const visitor = make();
    await Promise.all([visitor.ensure(), visitor.ensure(), visitor.call("/messages")]);
    expect(asked.map((one) => one.path)).toEqual(["/session", "/messages"]);
    expect(asked[0]?.body).toMatchObject({ page: "https://shop.example/", title: "Shop", language: "en" });
    expect(asked[0]?.body).not.toHaveProperty("token");
    expect(asked[1]?.token).toBe("t1");
    const next = make();
    expect(next.known).toBe(true);
    await next.ensure();
    expect(asked[2]?.body["token"]).toBe("t1");
  });

  it("replaces a token that the server does not know, once", async () => {
    const { asked, arrived, keeper, make } = setUp(({ path, token }) => {
      if (path === "/session") return { token: "new" };
      return token === "new" ? { fine: true } : 401;
    });
    keeper.set("token", "old");
    const visitor = make();
    visitor.active = true;
    expect(await visitor.call("/messages")).toEqual({ fine: true });
    expect(asked.map((one) => one.path)).toEqual(["/messages", "/session", "/messages"]);
    expect(arrived.at(-1)?.[1]).toBe(true);
    expect(keeper.get("token")).toBe("new");
  });

  it("is not somebody else because he is asked for again", async () => {
    const { arrived, make } = setUp(() => ({ token: "t", thread_id: 5 }));
    const visitor = make();
    await visitor.arrive();
    await visitor.arrive();
    expect(arrived.map(([, other]) => other)).toEqual([false, false]);
  });

  it("shows the site's proof once, and goes on without one that is refused", async () => {
    vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { asked, make } = setUp(({ body }) => (body["identity"] === "bad" ? 401 : { token: "t" }));
    const visitor = make();
    await visitor.identify("good");
    await visitor.arrive();
    await visitor.identify("bad");
    expect(asked.map((one) => one.body["identity"])).toEqual(["good", undefined, "bad", undefined]);
    expect(visitor.active).toBe(true);
  });

  it("keeps the proof while the server is away", async () => {
    let down = true;
    const { asked, make } = setUp(() => (down ? undefined : { token: "t" }));
    const visitor = make();
    await expect(visitor.identify("good")).rejects.toThrow();
    down = false;
    await visitor.ensure();
    expect(asked.map((one) => one.body["identity"])).toEqual(["good", "good"]);
  });

  it("says nothing that cannot be said in UTF-8, wherever the page has it from", async () => {
    // A title that was cut in the middle of a character.
    const { asked, make } = setUp(() => ({ token: "t" }), "Sale 😀\ud83d");
    const visitor = make();
    await visitor.describe({ name: "\udc00Vera", data: { deep: ["\ud800"] } });
    await visitor.ensure();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[0]?.body["title"]).toBe("Sale 😀\ufffd");
    expect(asked[1]?.body).toEqual({ name: "\ufffdVera", data: { deep: ["\ufffd"] } });
  });

  it("says what the site told of him as soon as there is somebody to say it of", async () => {
    const { asked, make } = setUp(() => ({ token: "t" }));
    const visitor = make();
    await visitor.describe({ name: "Vera", data: { plan: "pro" } });
    await visitor.describe({ data: { seats: 3 } });
    expect(asked).toEqual([]);
    await visitor.ensure();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]).toMatchObject({ method: "PATCH", body: { name: "Vera", data: { plan: "pro", seats: 3 } } });
  });

  it("gives up what the server refuses of it, so that the rest is heard", async () => {
    const said = vi.spyOn(console, "info").mockImplementation(() => undefined);
    const { asked, make } = setUp(({ path, body }) => (path === "/session" && "email" in body ? 422 : { token: "t" }));
    const visitor = make();
    await visitor.ensure();
    await expect(visitor.describe({ email: "no address" })).rejects.toThrow();
    expect(said).toHaveBeenCalledOnce();
    await visitor.describe({ name: "Vera" });
    expect(asked.at(-1)?.body).toEqual({ name: "Vera" });
  });

  it("forgets, and follows another tab that became somebody else", async () => {
    const { keeper, make } = setUp(() => ({ token: "t" }));
    const visitor = make();
    await visitor.ensure();
    expect(visitor.follow()).toBe(false);
    keeper.set("token", "other");
    expect(visitor.follow()).toBe(true);
    expect([visitor.active, visitor.hello]).toEqual([false, "other"]);
    await visitor.identify(null);
    expect([visitor.known, keeper.get("token")]).toEqual([false, undefined]);
  });
});
