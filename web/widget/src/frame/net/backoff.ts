/** How long to wait before the next attempt, ms: anything up to the ceiling, so that a crowd does not come back at once. */
export function jitter(attempt: number, random: number): number {
  return random * Math.min(30_000, 1000 * 2 ** attempt);
}
