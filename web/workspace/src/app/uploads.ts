/** Sending a file with progress. XMLHttpRequest, because fetch cannot tell how far an upload is. */
import { ApiError, type Attachment, type Problem, Unreachable } from "@openlines/client";

import { useI18n } from "@/i18n";

import { useApi } from "./api";

const { rest } = useApi();
const { language } = useI18n();

/** So many are on their way at a time; the others wait for their turn. */
const AT_ONCE = 3;
/** What is waited at the most and at the least when the server says that it was too much; milliseconds. */
const LONGEST = 60_000;
const SHORTEST = 1_000;

let running = 0;
/** Before this instant nothing is sent: the server has asked for a pause. */
let pausedUntil = 0;
const waiting: (() => void)[] = [];

/** Whoever is done hands his place over. */
function leave(): void {
  const begin = waiting.shift();
  if (begin) begin();
  else running -= 1;
}

async function turn(signal: AbortSignal): Promise<void> {
  if (running < AT_ONCE) running += 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  for (let left = pausedUntil - Date.now(); left > 0 && !signal.aborted; left = pausedUntil - Date.now()) await pause(left, signal);
}

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/**
 * `onProgress` gets 0 … 1. Rejects with ApiError or Unreachable, or with an AbortError when it was given up. Many
 * files at once are more than the server takes in one go: what it puts off is sent when it says so.
 */
export async function upload(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
  await turn(signal);
  try {
    for (;;) {
      if (signal.aborted) throw new DOMException("given up", "AbortError");
      try {
        return await send(file, onProgress, signal);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 429)) throw error;
        onProgress(0);
        const wait = Math.min(LONGEST, Math.max(SHORTEST, (error.retryAfter ?? 0) * 1_000));
        pausedUntil = Math.max(pausedUntil, Date.now() + wait);
        await pause(wait, signal);
      }
    }
  } finally {
    leave();
  }
}

function send(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", rest.address("/files"));
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Accept-Language", language.value);
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => {
      const body = parse(request.responseText);
      if (request.status < 300 && body) resolve(body as unknown as Attachment);
      else reject(new ApiError({ ...(body as Problem | null), status: request.status }, Number(request.getResponseHeader("Retry-After")) || null));
    };
    request.onerror = () => reject(new Unreachable("the upload broke off"));
    request.onabort = () => reject(new DOMException("given up", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
