/**
 * When to try again. Full jitter: a uniformly random wait below an exponentially growing bound, so that a
 * thousand clients that lost the same server do not come back in the same instant.
 */
export const FIRST = 500;
export const LONGEST = 20_000;

/** Milliseconds to wait before attempt number `attempt` (0 = the first repeat). */
export function fullJitter(attempt: number, random: () => number, first = FIRST, longest = LONGEST): number {
  return Math.floor(random() * Math.min(longest, first * 2 ** Math.min(attempt, 16)));
}
