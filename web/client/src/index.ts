/** What every page of openlines shares: no DOM, no framework; the outside world is handed in. */
export * from "./api";
export * from "./problem";
export * from "./rest";
export * from "./types";
export * from "./backoff";
