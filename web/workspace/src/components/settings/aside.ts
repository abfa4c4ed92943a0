/** What was being edited when a session ended, until the same person is back at it. In memory: a reload drops it. */
import { onBeforeUnmount } from "vue";

import { useSession } from "@/app/session";

/** For one kind of thing, by its id. Never for secrets: whoever typed one types it again. */
export function makeAside<T>() {
  const left = new Map<number, { who: number; what: T }>();
  return {
    put: (id: number, who: number, what: T): void => void left.set(id, { who, what }),
    /** What this person left; it is handed out once. Somebody else's is forgotten. */
    take(id: number, who: number): T | null {
      const one = left.get(id);
      left.delete(id);
      return one?.who === who ? one.what : null;
    },
  };
}

/** Who is at work on this page. `leave` is called for him when the page goes because his session has ended. */
export function useAside(leave: (who: number) => void): number {
  const { me } = useSession();
  const who = me.value?.id ?? 0;
  onBeforeUnmount(() => {
    if (!me.value) leave(who);
  });
  return who;
}
