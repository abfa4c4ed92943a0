const lanes = new Map<string, Promise<unknown>>();

/**
 * What one person does with one thing happens in his order: requests of their own would overtake each other on their
 * way. Whatever becomes of the earlier one, the later one is tried: each tells of its own failure.
 */
export function inTurn<T>(lane: string, run: () => Promise<T>): Promise<T> {
  const before = lanes.get(lane);
  const mine = before ? before.then(run, run) : run();
  lanes.set(lane, mine);
  const leave = () => void (lanes.get(lane) === mine && lanes.delete(lane));
  void mine.then(leave, leave);
  return mine;
}
