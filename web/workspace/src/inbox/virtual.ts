/**
 * Windowing for lines of known heights: which of them are in sight, and where they stand. Pure arithmetic; the
 * list draws what it is told.
 */
export class Offsets {
  /** Where line `i` begins; one more entry for the end. */
  private readonly tops: Float64Array;

  constructor(heights: readonly number[]) {
    this.tops = new Float64Array(heights.length + 1);
    for (let index = 0; index < heights.length; index += 1) {
      this.tops[index + 1] = (this.tops[index] ?? 0) + (heights[index] ?? 0);
    }
  }

  get total(): number {
    return this.tops[this.tops.length - 1] ?? 0;
  }

  top(index: number): number {
    return this.tops[Math.max(0, Math.min(index, this.tops.length - 1))] ?? 0;
  }

  /** The line that covers this place; the last one for places beyond the end. */
  at(place: number): number {
    let low = 0;
    let high = this.tops.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.tops[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** First and one past the last line to draw for a viewport, with some to spare on both sides. */
  window(top: number, height: number, spare: number): [number, number] {
    if (this.tops.length === 1) return [0, 0];
    return [this.at(Math.max(0, top - spare)), this.at(Math.max(0, top + height + spare)) + 1];
  }
}

/**
 * How far a scrolled list has to move so that the anchored line stays where it is on the screen.
 * `before` and `after` give the place of a key, undefined when it is not there.
 */
export function shift(
  anchor: string | undefined,
  before: (key: string) => number | undefined,
  after: (key: string) => number | undefined,
): number {
  if (anchor === undefined) return 0;
  const was = before(anchor);
  const is = after(anchor);
  return was === undefined || is === undefined ? 0 : is - was;
}
