/** Moving things about in an ordered list, without changing the list that was given. */

/** The list with the item at `from` standing at `to`; indexes outside the list are taken to its ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list];
  const [item] = out.splice(from, 1);
  if (item === undefined) return [...list];
  out.splice(Math.max(0, Math.min(to, out.length)), 0, item);
  return out;
}

/**
 * Where the pointer would drop: the number of rows whose middle lies above it, not counting the row
 * that is carried.
 */
export function dropIndex(middles: readonly number[], carried: number, pointer: number): number {
  return middles.filter((middle, index) => index !== carried && middle < pointer).length;
}
