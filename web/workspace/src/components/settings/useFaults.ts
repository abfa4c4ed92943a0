import { ApiError } from "@openlines/client";
import { computed, shallowRef } from "vue";

import type { Language } from "./types";

/**
 * What the server said about single fields, by path ("queue_time", "greeting.ru", "week.0.1"); a path under
 * "settings." and one without it are the same. What belongs to no field is in `general`.
 */
export function useFaults() {
  const byPath = shallowRef<Readonly<Record<string, string>>>({});
  const general = shallowRef("");

  /** Take over a refusal; false when it was not one (no answer, a server error): then a toast is the place. */
  function take(error: unknown, known: (path: string) => boolean = () => true): boolean {
    if (!(error instanceof ApiError) || error.transient) return false;
    const entries = Object.entries(error.fields).map(
      ([path, problem]) => [path.replace(/^settings\./, ""), problem.message] as const,
    );
    byPath.value = Object.fromEntries(entries);
    const strangers = entries.filter(([path]) => !known(path)).map(([, message]) => message);
    general.value = entries.length === 0 ? error.message : strangers.join(" ");
    return true;
  }

  function clear(path?: string): void {
    if (path === undefined) {
      byPath.value = {};
      general.value = "";
      return;
    }
    byPath.value = Object.fromEntries(
      Object.entries(byPath.value).filter(([one]) => one !== path && !one.startsWith(`${path}.`)),
    );
  }

  /** The first message at this path or under it. */
  function of(path: string): string | undefined {
    return byPath.value[path] ?? Object.entries(byPath.value).find(([one]) => one.startsWith(`${path}.`))?.[1];
  }

  /** Messages of what lies under a path, by the rest of their path. */
  function under(path: string): Record<string, string> {
    const prefix = `${path}.`;
    return Object.fromEntries(
      Object.entries(byPath.value)
        .filter(([one]) => one.startsWith(prefix))
        .map(([one, message]) => [one.slice(prefix.length), message]),
    );
  }

  /** Messages of a text by language; one about the text as a whole ("needed") stands at `first`. */
  function ofTexts(path: string, first: Language = "ru"): Partial<Record<Language, string>> {
    const each = under(path);
    const whole = of(path);
    return Object.keys(each).length || !whole ? each : { [first]: whole };
  }

  return {
    general,
    take,
    clear,
    of,
    under,
    ofTexts,
    all: () => byPath.value,
    any: computed(() => Object.keys(byPath.value).length > 0 || general.value !== ""),
  };
}

export type Faults = ReturnType<typeof useFaults>;

/** The faults below a path, for a part of the page that knows nothing of the rest. */
export function faultsWithin(faults: Faults, path: string): Faults {
  return {
    ...faults,
    clear: (inner) => faults.clear(inner === undefined ? path : `${path}.${inner}`),
    of: (inner) => faults.of(`${path}.${inner}`),
    under: (inner) => faults.under(`${path}.${inner}`),
    ofTexts: (inner, first) => faults.ofTexts(`${path}.${inner}`, first),
    all: () => faults.under(path),
    any: computed(() => Object.keys(faults.under(path)).length > 0),
  };
}
