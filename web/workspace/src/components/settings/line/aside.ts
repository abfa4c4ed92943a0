/** What was being edited when a session ended, until the same person is back on the page. In memory: a reload drops it. */
import type { LineDraft } from "../logic/changes";
import type { Line, QueueEntry } from "../types";

export interface Aside {
  /** Whose it is: nobody else gets to see it. */
  who: number;
  /** As it was stored when the editing began: whether somebody has saved since is told when it is saved. */
  line: Line;
  queue: QueueEntry[];
  draft: LineDraft;
}

const aside = new Map<number, Aside>();

export function putAside(one: Aside): void {
  aside.set(one.line.id, one);
}

/** What this person left on this line; it is handed out once. Somebody else's is forgotten. */
export function takeAside(lineId: number, who: number): Aside | null {
  const one = aside.get(lineId);
  aside.delete(lineId);
  return one?.who === who ? one : null;
}
