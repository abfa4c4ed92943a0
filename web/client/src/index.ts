/** What every page of openlines shares: no DOM, no framework; the outside world is handed in. */
export * from "./api";
export * from "./backoff";
export * from "./clock";
export * from "./connection";
export * from "./limits";
export * from "./link";
export * from "./links";
export * from "./lists";
export * from "./outbox";
export * from "./problem";
export * from "./rest";
export * from "./thread";
export * from "./types";
export * from "./urgency";
export * from "./world";
