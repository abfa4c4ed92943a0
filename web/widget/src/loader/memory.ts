/** What the loader keeps in the site's own storage: looks only, nothing about the visitor. */

type Which = "localStorage" | "sessionStorage";

/** A site may forbid storage, or it may be full: then nothing is remembered, and nothing is said. */
export function recall<T>(which: Which, name: string): T | undefined {
  try {
    return JSON.parse(window[which].getItem(name) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(which: Which, name: string, value: unknown): void {
  try {
    window[which].setItem(name, JSON.stringify(value));
  } catch {
    // See above.
  }
}
