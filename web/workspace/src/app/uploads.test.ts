import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { upload as Upload } from "./uploads";

interface Sent {
  answer: (status: number, body?: unknown, retryAfter?: string) => void;
  aborted: boolean;
}
const sent: Sent[] = [];

class Request implements Sent {
  upload = {};
  status = 0;
  responseText = "";
  aborted = false;
  onload = () => undefined;
  onabort = () => undefined;
  private after: string | null = null;
  open = () => undefined;
  setRequestHeader = () => undefined;
  getResponseHeader = () => this.after;
  send = () => void sent.push(this);
  abort = () => {
    this.aborted = true;
    this.onabort();
  };
  answer = (status: number, body: unknown = { id: "A" }, retryAfter?: string) => {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.after = retryAfter ?? null;
    this.onload();
  };
}
vi.stubGlobal("XMLHttpRequest", Request);

let upload: typeof Upload;

function begin(count: number) {
  return Array.from({ length: count }, (_, number) => {
    const giver = new AbortController();
    const one = { give: () => giver.abort(), ended: "" };
    upload(new File(["x"], `${number}.txt`), () => undefined, giver.signal).then(
      () => (one.ended = "arrived"),
      (error: Error) => (one.ended = error.name),
    );
    return one;
  });
}
const settled = () => vi.advanceTimersByTimeAsync(0);

describe("many files at once", () => {
  beforeEach(async () => {
    sent.length = 0;
    // Nothing is left of the pauses of another test.
    vi.resetModules();
    ({ upload } = await import("./uploads"));
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());

  it("go up three at a time, each in its turn", async () => {
    const files = begin(5);
    await settled();
    expect(sent.length).toBe(3);
    sent[0]?.answer(201);
    await settled();
    expect(sent.length).toBe(4);
    for (const one of sent) one.answer(201);
    await settled();
    sent[4]?.answer(201);
    await settled();
    expect(files.map((one) => one.ended)).toEqual(Array(5).fill("arrived"));
  });

  it("wait as long as the server asks for when it was too much, and arrive all the same", async () => {
    const files = begin(4);
    await settled();
    sent[0]?.answer(429, { code: "too_many" }, "2");
    sent[1]?.answer(201);
    await settled();
    // The fourth has its turn by now, and waits as well.
    await vi.advanceTimersByTimeAsync(1_900);
    expect(sent.length).toBe(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(sent.length).toBe(5);
    for (const one of sent.slice(2)) one.answer(201);
    await settled();
    expect(files.map((one) => one.ended)).toEqual(Array(4).fill("arrived"));
  });

  it("are given up while they wait, and leave their place to others", async () => {
    const files = begin(4);
    await settled();
    files[3]?.give();
    sent[0]?.answer(429, {}, "30");
    await settled();
    files[0]?.give();
    await settled();
    expect(files.map((one) => one.ended)).toEqual(["AbortError", "", "", "AbortError"]);
    for (const one of sent) one.answer(201);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(sent.length).toBe(3);
    begin(1);
    await settled();
    expect(sent.length).toBe(4);
    sent[3]?.answer(201);
    await settled();
  });

  it("fail with what the server says else", async () => {
    const [file] = begin(1);
    await settled();
    sent[0]?.answer(413, { code: "too_large", detail: "Too large." });
    await settled();
    expect(file?.ended).toBe("ApiError");
  });
});
