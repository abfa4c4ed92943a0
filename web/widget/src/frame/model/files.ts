import type { FileInfo } from "./types";

/** What browsers show as a picture and nothing else: no SVG, which can do more than be looked at. */
export function isPicture(file: Pick<FileInfo, "type">): boolean {
  return /^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(file.type);
}
