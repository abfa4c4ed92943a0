/** Files on their way to the server. */

import { headers, Problem, problem, whole } from "./rest";

export interface UploadRequest {
  url: string;
  file: Blob;
  name: string;
  token: string | undefined;
  language: string;
  /** 0–1. */
  progress(part: number): void;
  stop: AbortSignal;
}

/** `fetch` does not tell how far an upload has come. */
export function upload<T>({ url, file, name, token, language, progress, stop }: UploadRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    xhr.responseType = "json";
    const sent = { ...headers({ token, language }), "Content-Type": file.type || "application/octet-stream" };
    for (const [header, value] of Object.entries(sent)) xhr.setRequestHeader(header, value);
    xhr.setRequestHeader("X-File-Name", encodeURIComponent(whole(name)));
    xhr.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    xhr.onload = () => {
      if (xhr.status < 300 && xhr.response) resolve(xhr.response as T);
      else if (xhr.status < 300) reject(new Problem(0));
      else reject(problem(xhr.status, xhr.response, xhr.getResponseHeader("Retry-After")));
    };
    xhr.onerror = xhr.ontimeout = xhr.onabort = () => reject(new Problem(0));
    stop.addEventListener("abort", () => xhr.abort());
    xhr.send(file);
  });
}
