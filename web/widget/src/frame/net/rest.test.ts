import { afterEach, describe, expect, it, vi } from "vitest";

import { fetchBlob, type Problem, request } from "./rest";
import { upload } from "./upload";

/** The refusal that a request ends with. */
async function problemOf(asked: Promise<unknown>): Promise<Problem> {
  return asked.then(
    () => Promise.reject(new Error("it was answered")),
    (problem: Problem) => problem,
  );
}

describe("requests", () => {
  afterEach(() => void vi.unstubAllGlobals());

  const answered = (answer: Response) => vi.stubGlobal("fetch", () => Promise.resolve(answer));

  it("that are answered with something else than JSON, or with half of it, may be asked again", async () => {
    for (const body of ["<html>Welcome to the hotel", '{"id": 1, "se', ""]) {
      answered(new Response(body, { status: 200 }));
      expect(await problemOf(request("/api/messages", { method: "POST", body: {} }))).toMatchObject({ status: 0, passing: true });
    }
    answered(new Response(new ReadableStream({ pull: (body) => body.error(new TypeError("cut")) }), { status: 200 }));
    expect(await problemOf(request("/api/messages", {}))).toMatchObject({ status: 0, passing: true });
  });

  it("end when nothing of the answer comes for too long, at its beginning or in its middle", async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    vi.spyOn(AbortSignal, "timeout").mockImplementation((within) => {
      expect(within).toBeGreaterThan(0);
      return AbortSignal.abort();
    });
    vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
      signals.push(signal);
      return Promise.reject(new DOMException("timed out", "TimeoutError"));
    });
    expect((await problemOf(request("/api/session", {}))).passing).toBe(true);
    expect((await problemOf(fetchBlob("/api/files/1", "t"))).passing).toBe(true);
    expect(signals.every((signal) => signal?.aborted)).toBe(true);
    vi.restoreAllMocks();
  });

  it("say what the server said", async () => {
    answered(new Response('{"code": "too_long", "detail": "Too long."}', { status: 422 }));
    expect(await problemOf(request("/api/messages", {}))).toMatchObject({ status: 422, code: "too_long", passing: false });
    const fields = '{"email": {"code": "not_an_email", "message": "This is no e-mail address."}}';
    answered(new Response(`{"code": "invalid", "detail": "Some values cannot be saved.", "fields": ${fields}}`, { status: 422 }));
    expect(await problemOf(request("/api/session", {}))).toMatchObject({ detail: "This is no e-mail address." });
    answered(new Response("<html>Bad Gateway", { status: 502, headers: { "Retry-After": "7" } }));
    expect(await problemOf(request("/api/messages", {}))).toMatchObject({ status: 502, wait: 7000, passing: true });
    answered(new Response(null, { status: 204 }));
    expect(await request("/api/session", {})).toBeUndefined();
  });
});

describe("an upload", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("that is answered with something else than JSON may be tried again", async () => {
    class Sent {
      upload = {};
      status = 200;
      /** What a browser makes of words that are no JSON. */
      response = null;
      onload: (() => void) | undefined;
      open(): void {}
      setRequestHeader(): void {}
      send(): void {
        this.onload?.();
      }
    }
    vi.stubGlobal("XMLHttpRequest", Sent);
    const { signal: stop } = new AbortController();
    const asked = upload({ url: "/f", file: new Blob(["x"]), name: "a", token: "t", language: "en", progress: () => undefined, stop });
    expect(await problemOf(asked)).toMatchObject({ status: 0, passing: true });
  });
});
