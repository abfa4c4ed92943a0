import { beforeEach, describe, expect, it, vi } from "vitest";

import { upload } from "@/app/uploads";

import { withPhotos } from "./filePhotos";
import type { FileContent } from "./lineApi";

vi.mock("@/app/uploads", () => ({ upload: vi.fn() }));

const content: FileContent = {
  name: "Support",
  settings: { common_photo: "p1" },
  members: null,
  faces: [
    { user_id: 1, name: "Anna", photo: "p1" },
    { user_id: 2, name: "Bob", photo: "p2" },
    { user_id: 3, name: "Eve" },
  ],
  chats: [],
  unknown: [],
};

beforeEach(() => {
  vi.mocked(upload)
    .mockReset()
    .mockImplementation((file) => Promise.resolve({ id: `id-${file.name}`, name: file.name, size: 1, type: "image/png" }));
});

describe("photos of a file", () => {
  it("come up once each and stand where the file names them; one that it does not hold stays out", async () => {
    const file = { photos: { p1: { name: "a.png", data: btoa("bytes") } } };
    const found = await withPhotos(content, file);
    expect(upload).toHaveBeenCalledTimes(1);
    expect(await vi.mocked(upload).mock.calls[0]?.[0].text()).toBe("bytes");
    expect(found.settings.common_photo).toBe("id-a.png");
    expect(found.faces.map((face) => face.photo)).toEqual(["id-a.png", "", ""]);
  });

  it("are none in a file from before they were carried", async () => {
    const old = { ...content, settings: {}, faces: [{ user_id: 1, name: "Anna" }] };
    expect(await withPhotos(old, {})).toEqual({ ...old, faces: [{ user_id: 1, name: "Anna", photo: "" }] });
    expect(upload).not.toHaveBeenCalled();
  });
});
