/** Line drawings of one family, on a grid of 24. */

const PATHS = {
  close: "M18 6 6 18M6 6l12 12",
  down: "m6 9 6 6 6-6",
  arrow: "M12 5v14m6-6-6 6-6-6",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  clip: "m20 11.5-8.2 8.2a5 5 0 0 1-7.1-7.1l8.5-8.4a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.4a1.7 1.7 0 0 1-2.4-2.4l7.8-7.7",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 14s1.5 2 4 2 4-2 4-2M9 9.5h.01M15 9.5h.01",
  more: "M5 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM12 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2zM19 11.4a.6.6 0 1 0 0 1.2.6.6 0 0 0 0-1.2z",
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9M10 20a2.2 2.2 0 0 0 4 0",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 21a7 7 0 0 1 14 0",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m2 12.5 4.5 4.5L16 7.5M12.5 16l1 1L23 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
  alert: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 8v4.5M12 16h.01",
  file: "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8zM14 3v5h5",
  download: "M12 4v11m5-5-5 5-5-5M5 20h14",
  play: "M7 5v14l12-7z",
  retry: "M4 5v5h5M4.6 10A8 8 0 1 1 4 13.5",
  like: "M7 11v9H4v-9zM7 11l4.2-7.5A2.3 2.3 0 0 1 14 5.7L13 10h5.5a2 2 0 0 1 2 2.4l-1.3 6A2 2 0 0 1 17.2 20H7",
  dislike: "M17 13V4h3v9zM17 13l-4.2 7.500A2.3 2.3 0 0 1 10 18.300L11 14H5.500a2 2 0 0 1-2-2.400l1.3-6A2 2 0 0 1 6.8 4H17",
  star: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1.1 5.900L12 16.900l-5.3 2.8 1.1-5.9-4.3-4.1 5.9-.8z",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
