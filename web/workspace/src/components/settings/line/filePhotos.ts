/** Photos that come with the file of a line: uploaded, so that the page can show them before it is saved. */
import { upload } from "@/app/uploads";

import type { FileContent } from "./lineApi";

type Photos = Record<string, { name?: string; data: string } | undefined>;

function photoOf(photos: Photos, key: string): File | null {
  const found = photos[key];
  if (!found) return null;
  const bytes = Uint8Array.from(atob(found.data), (letter) => letter.charCodeAt(0));
  return new File([bytes], found.name ?? "photo");
}

/** The content with its photos by their numbers here, in place of their names in the file. */
export async function withPhotos(content: FileContent, file: unknown): Promise<FileContent> {
  const photos = (file as { photos?: Photos }).photos ?? {};
  const wanted = [content.settings.common_photo ?? "", ...content.faces.map((face) => face.photo ?? "")];
  const ids = new Map<string, string>();
  for (const key of new Set(wanted.filter(Boolean))) {
    const photo = photoOf(photos, key);
    if (photo) ids.set(key, (await upload(photo, () => undefined, new AbortController().signal)).id);
  }
  const id = (key: string | undefined): string => ids.get(key ?? "") ?? "";
  const { common_photo: common } = content.settings;
  return {
    ...content,
    settings: common === undefined ? content.settings : { ...content.settings, common_photo: id(common) },
    faces: content.faces.map((face) => ({ ...face, photo: id(face.photo) })),
  };
}
