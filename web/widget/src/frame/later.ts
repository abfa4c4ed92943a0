import { useEffect, useState } from "preact/hooks";

import type * as extras from "./extras";

type Extras = typeof extras;

let here: Extras | undefined;
let coming: Promise<Extras> | undefined;

export function fetchExtras(): Promise<Extras> {
  coming ??= import("./extras").then((arrived) => (here = arrived));
  // Asked for again by whoever needs it next.
  coming.catch(() => (coming = undefined));
  return coming;
}

/** The parts that come later; undefined until they have. `wanted`: now is the time. */
export function useExtras(wanted: boolean): Extras | undefined {
  const [arrived, arrive] = useState(here);
  useEffect(() => {
    if (wanted && !arrived) fetchExtras().then(arrive, () => undefined);
  }, [wanted]);
  return arrived;
}
