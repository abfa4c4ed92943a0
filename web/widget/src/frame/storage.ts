/**
 * What the browser keeps for us, under our own origin (and, inside a frame, apart for every site).
 * Where storage is blocked or full it is kept in memory until the page goes, and nobody is troubled.
 */

export interface Keeper {
  get<T>(name: string): T | undefined;
  set(name: string, value: unknown): void;
  remove(name: string): void;
  /** Names that begin so. */
  names(beginning: string): string[];
  /** Another tab changed something. `undefined`: everything was wiped. */
  changed(listener: (name: string | undefined) => void): void;
}

export function createKeeper(prefix: string): Keeper {
  const memory = new Map<string, string>();
  const disk = attempt(() => window.localStorage);
  const read = (name: string) => memory.get(name) ?? attempt(() => disk?.getItem(prefix + name)) ?? undefined;
  return {
    get<T>(name: string) {
      const text = read(name);
      return text === undefined ? undefined : attempt(() => JSON.parse(text) as T);
    },
    set(name, value) {
      const text = JSON.stringify(value);
      const kept = attempt(() => {
        disk?.setItem(prefix + name, text);
        return !!disk;
      });
      if (kept) memory.delete(name);
      else memory.set(name, text);
    },
    remove(name) {
      memory.delete(name);
      attempt(() => disk?.removeItem(prefix + name));
    },
    names(beginning) {
      const kept = attempt(() => Object.keys(disk ?? {})) ?? [];
      const ours = kept.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
      return [...new Set([...ours, ...memory.keys()])].filter((name) => name.startsWith(beginning));
    },
    changed(listener) {
      addEventListener("storage", (event) => {
        if (event.key === null) listener(undefined);
        else if (event.key.startsWith(prefix)) listener(event.key.slice(prefix.length));
      });
    },
  };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** One tab at a time. Where the browser has no locks, or denies them, the server's own deduplication has to do. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | undefined;
  let begun = false;
  try {
    if (locks) {
      return await locks.request(name, () => {
        begun = true;
        return work();
      });
    }
  } catch (error) {
    if (begun) throw error;
  }
  return work();
}
