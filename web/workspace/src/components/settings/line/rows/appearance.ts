/** The tab Appearance: its settings belong to the channels. */
import type { Rows } from "./kinds";

export const rows = {} as const satisfies Rows;
