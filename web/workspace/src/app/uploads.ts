/** Sending a file with progress. XMLHttpRequest, because fetch cannot tell how far an upload is. */
import { ApiError, type Attachment, type Problem, Unreachable } from "@openlines/client";

import { useI18n } from "@/i18n";

import { useApi } from "./api";

const { rest } = useApi();
const { language } = useI18n();

/** `onProgress` gets 0 … 1. Rejects with ApiError or Unreachable, or with an AbortError when it was given up. */
export function upload(file: File, onProgress: (part: number) => void, signal: AbortSignal): Promise<Attachment> {
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
      else reject(new ApiError({ ...(body as Problem | null), status: request.status }));
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
