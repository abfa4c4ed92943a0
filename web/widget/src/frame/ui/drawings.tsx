import { Drawing } from "./icons";

/** Icons of what comes later, of the same family. */
const PATHS = {
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 21a7 7 0 0 1 14 0",
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5",
  download: "M12 4v11m5-5-5 5-5-5M5 20h14",
  play: "M7 5v14l12-7z",
  retry: "M4 5v5h5M4.6 10A8 8 0 1 1 4 13.5",
  like: "M7 11v9H4v-9zM7 11l4.2-7.5A2.3 2.3 0 0 1 14 5.7L13 10h5.5a2 2 0 0 1 2 2.4l-1.3 6A2 2 0 0 1 17.2 20H7",
  dislike: "M17 13V4h3v9zM17 13l-4.2 7.5A2.3 2.3 0 0 1 10 18.3L11 14H5.5a2 2 0 0 1-2-2.4l1.3-6A2 2 0 0 1 6.8 4H17",
  star: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.9L12 16.9l-5.3 2.8 1.1-5.9-4.3-4.1 5.9-.8z",
};

export function Sign({ name, size = 20 }: { name: keyof typeof PATHS; size?: number }) {
  return <Drawing path={PATHS[name]} size={size} />;
}
