import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { newId } from "./ids";
import type { FileInfo, Upload } from "./model/types";
import { whole, Problem } from "./net/rest";
import { Typing } from "./typing";
import { Uploads } from "./uploads";
import { en } from "./words/en";

describe("ids", () => {
  it("are UUIDs of version 7 that sort by time", () => {
    const ids = [1, 1000, 1_700_000_000_000, 1_900_000_000_000].map(newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect([...ids].sort()).toEqual(ids);
    expect(parseInt(newId(1_700_000_000_000).replace("-", "").slice(0, 12), 16)).toBe(1_700_000_000_000);
    expect(new Set(Array.from({ length: 1000 }, () => newId(5))).size).toBe(1000);
  });
});

describe("halves of characters", () => {
  it("are replaced, pairs are left", () => {
    expect(whole("a\ud800b😀\udc00")).toBe("a\ufffdb😀\ufffd");
  });
});

describe("typing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is told at once, then at most every two seconds, with the last words", () => {
    const sent: (string | undefined)[] = [];
    const typing = new Typing({ send: (text) => sent.push(text), withText: () => true });
    for (const text of ["h", "he", "hel"]) typing.typed(text);
    expect(sent).toEqual(["h"]);
    vi.advanceTimersByTime(2000);
    expect(sent).toEqual(["h", "hel"]);
    vi.advanceTimersByTime(10_000);
    expect(sent).toEqual(["h", "hel"]);
    typing.typed("");
    expect(sent.at(-1)).toBe("");
    typing.typed("x");
    typing.stop();
    vi.advanceTimersByTime(5000);
    expect(sent).toHaveLength(3);
  });

  it("says nothing of the words where the channel does not want them", () => {
    const sent: (string | undefined)[] = [];
    const typing = new Typing({ send: (text) => sent.push(text), withText: () => false });
    typing.typed("secret");
    vi.advanceTimersByTime(2000);
    typing.typed("");
    expect(sent).toEqual([undefined]);
  });
});

describe("uploads", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setUp(send: (file: File, progress: unknown, stop: AbortSignal) => Promise<FileInfo>) {
    let list: Upload[] = [];
    const uploads = new Uploads({
      limit: () => 1000,
      send,
      changed: (now) => (list = now),
      words: () => en,
      size: (bytes) => `${bytes} B`,
    });
    return { uploads, list: () => list };
  }

  const file = (name: string, size = 4) => new File(["x".repeat(size)], name, { type: "text/plain" });
  const info = (name: string): FileInfo => ({ id: `id-${name}`, name, size: 4, type: "text/plain" });

  it("go two at a time, and are handed over in the order in which they were chosen", async () => {
    let running = 0;
    let most = 0;
    const { uploads, list } = setUp(async ({ name }) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, name === "a" ? 100 : 10));
      running -= 1;
      return info(name);
    });
    uploads.add(["a", "b", "c", "d"].map((name) => file(name)));
    await vi.advanceTimersByTimeAsync(500);
    expect(most).toBe(2);
    expect(list().every((upload) => upload.progress === 1)).toBe(true);
    expect(uploads.take().map((one) => one.id)).toEqual(["id-a", "id-b", "id-c", "id-d"]);
    expect(list()).toEqual([]);
  });

  it("are tried again while the trouble may pass, and by hand afterwards", async () => {
    let tries = 0;
    const { uploads, list } = setUp(() => {
      tries += 1;
      return tries <= 3 ? Promise.reject(new Problem(0)) : Promise.resolve(info("a"));
    });
    uploads.add([file("a")]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tries).toBe(3);
    expect(list()[0]).toMatchObject({ error: "Did not upload", again: true });
    uploads.retry(list()[0]?.key ?? "");
    await vi.advanceTimersByTimeAsync(0);
    expect(list()[0]?.info?.id).toBe("id-a");
    expect(list()[0]?.error).toBeUndefined();
  });

  it("say why not, in words, and are not tried again", async () => {
    const send = vi.fn(() => Promise.reject(new Problem(415, "type", "Not this kind")));
    const { uploads, list } = setUp(send);
    uploads.add([file("a"), file("big", 2000), file("empty", 0)]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send).toHaveBeenCalledTimes(1);
    expect(list().map((upload) => upload.error)).toEqual(["Not this kind", "Too large: files up to 1000 B", "The file is empty"]);
    expect(list().map((upload) => !!upload.again)).toEqual([true, false, false]);
  });

  it("stop when they are taken out, and the next begins", async () => {
    const begun: string[] = [];
    const { uploads, list } = setUp(({ name }, _, stop) => {
      begun.push(name);
      if (name === "c") return Promise.resolve(info(name));
      return new Promise((_resolve, reject) => stop.addEventListener("abort", () => reject(new Problem(0))));
    });
    uploads.add(["a", "b", "c"].map((name) => file(name)));
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual(["a", "b"]);
    uploads.remove(list()[0]?.key ?? "");
    await vi.advanceTimersByTimeAsync(10);
    expect(begun).toEqual(["a", "b", "c"]);
    expect(list().map((upload) => [upload.name, !!upload.info])).toEqual([["b", false], ["c", true]]);
    // So do all when somebody else is to write.
    uploads.take();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(begun).toEqual(["a", "b", "c"]);
    expect(list()).toEqual([]);
  });

  it("are ten at the most, and one that was taken out is let go", async () => {
    const { uploads, list } = setUp(() => Promise.resolve(info("a")));
    expect(uploads.add(Array.from({ length: 12 }, (_, index) => file(`${index}`)))).toBe("Up to 10 files at a time");
    expect(list()).toHaveLength(10);
    uploads.remove(list()[0]?.key ?? "");
    await vi.advanceTimersByTimeAsync(100);
    expect(list()).toHaveLength(9);
    expect(uploads.add([file("more")])).toBe("");
  });
});
