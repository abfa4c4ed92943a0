/** Attachments in words and addresses. */
import type { Attachment } from "@openlines/client";

import { useApi } from "@/app/api";
import { useI18n } from "@/i18n";

const { rest } = useApi();
const { tag } = useI18n();

/** What a browser shows by itself and safely; anything else (svg too) is a card to download. */
const PICTURE = /^image\/(png|jpe?g|gif|webp|avif)$/;

export const isPicture = (file: Attachment): boolean => PICTURE.test(file.type ?? "");
export const isAudio = (file: Attachment): boolean => (file.type ?? "").startsWith("audio/");
export const isVideo = (file: Attachment): boolean => (file.type ?? "").startsWith("video/");
export const fileAddress = (id: string): string => rest.address(`/files/${encodeURIComponent(id)}`);
export const previewAddress = (id: string): string => rest.address(`/files/${encodeURIComponent(id)}`, { preview: 1 });

/** 84 kB, 1.2 MB. */
export function sizeText(bytes: number | undefined): string {
  if (!bytes) return "";
  const [unit, by] = bytes >= 1e6 ? (["megabyte", 1e6] as const) : (["kilobyte", 1e3] as const);
  const digits = bytes >= 1e6 && bytes < 1e7 ? 1 : 0;
  const format = new Intl.NumberFormat(tag.value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits });
  return format.format(Math.max(bytes / by, 1));
}

/** PDF, DOCX: what stands on a file's card. */
export function extension(name: string): string {
  const found = /\.([\p{L}\p{N}]{1,5})$/u.exec(name);
  return found?.[1]?.toUpperCase() ?? "";
}

/** The size of a picture in a bubble, known before it has come, so that nothing jumps. */
export function pictureSize(file: Attachment, most = 320): { width: number; height: number } {
  const width = file.width || 4;
  const height = file.height || 3;
  const scale = file.width && file.height ? Math.min(1, most / width, most / height) : most / 4;
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}
