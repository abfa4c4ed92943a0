import { describe, expect, it } from "vitest";

import { ApiError, isTransient, Unreachable } from "./problem";
import { type FetchInit, Rest } from "./rest";

function stage(status: number, body: string, headers: Record<string, string> = {}) {
  const calls: { url: string; init: FetchInit }[] = [];
  let signedOut = 0;
  const rest = new Rest({
    base: "/api/v1",
    language: () => "ru",
    onSignedOut: () => (signedOut += 1),
    fetch: (url, init) => {
      calls.push({ url, init });
      return Promise.resolve({
        status,
        ok: status < 400,
        headers: { get: (name) => headers[name] ?? null },
        text: () => Promise.resolve(body),
      });
    },
  });
  return { rest, calls, signedOut: () => signedOut };
}

const caught = (promise: Promise<unknown>) => promise.then(() => null, (error: unknown) => error);

describe("rest", () => {
  it("asks in the reader's language and leaves empty parameters out", async () => {
    const { rest, calls } = stage(200, '{"items":[]}');
    expect(await rest.get("/x", { query: { q: "а б", cursor: undefined, empty: "", limit: 0 } })).toEqual({ items: [] });
    expect(calls[0]?.url).toBe("/api/v1/x?q=%D0%B0%20%D0%B1&limit=0");
    expect(calls[0]?.init.headers["Accept-Language"]).toBe("ru");
    expect(calls[0]?.init.body).toBeUndefined();
  });

  it("turns a problem into an error that a screen can read", async () => {
    const { rest } = stage(409, '{"title":"Taken","detail":"Vera was first","code":"taken","params":{"who":"Vera"}}');
    const error = await caught(rest.post("/x", {}));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, code: "taken", message: "Vera was first", params: { who: "Vera" } });
    expect(isTransient(error)).toBe(false);
  });

  it("knows a proxy's page from our server's answer", async () => {
    const error = await caught(stage(502, "<html>", { "Retry-After": "3" }).rest.get("/x"));
    expect(error).toMatchObject({ status: 502, retryAfter: 3 });
    expect(isTransient(error)).toBe(true);
    expect(await caught(stage(200, "<html>").rest.get("/x"))).toBeInstanceOf(Unreachable);
  });

  it("says that nobody is signed in", async () => {
    const { rest, signedOut } = stage(401, "");
    await caught(rest.get("/x"));
    expect(signedOut()).toBe(1);
  });

  it("tells a lost network from an answer", async () => {
    const rest = new Rest({ base: "", language: () => "en", fetch: () => Promise.reject(new TypeError("failed")) });
    expect(await caught(rest.get("/x"))).toBeInstanceOf(Unreachable);
  });
});
