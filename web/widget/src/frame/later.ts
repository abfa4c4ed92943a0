import { useEffect, useState } from "preact/hooks";

/** Parts that come later: a way to fetch them, and a hook that has them, or undefined until they are here. */
function later<T>(load: () => Promise<T>) {
  let here: T | undefined;
  let coming: Promise<T> | undefined;
  const fetch = (): Promise<T> => {
    coming ??= load().then((arrived) => (here = arrived));
    // Asked for again by whoever needs it next.
    coming.catch(() => (coming = undefined));
    return coming;
  };
  /** `wanted`: now is the time. */
  const use = (wanted: boolean): T | undefined => {
    const [arrived, arrive] = useState(here);
    useEffect(() => {
      if (wanted && !arrived) fetch().then(arrive, () => undefined);
    }, [wanted]);
    return arrived;
  };
  return [fetch, use] as const;
}

export const [fetchExtras, useExtras] = later(() => import("./extras"));
/** What only some lines ask: consent and a form. */
export const [fetchAsking, useAsking] = later(() => import("./asking"));
