import { useEffect, useState } from "preact/hooks";

type Extras = typeof import("./extras");

let here: Extras | undefined;
let coming: Promise<Extras> | undefined;

export function fetchExtras(): Promise<Extras> {
  coming ??= import("./extras").then((extras) => (here = extras));
  // Asked for again by whoever needs it next.
  coming.catch(() => (coming = undefined));
  return coming;
}

/** The parts that come later; undefined until they have. `wanted`: now is the time. */
export function useExtras(wanted: boolean): Extras | undefined {
  const [extras, arrive] = useState(here);
  useEffect(() => {
    if (wanted && !extras) fetchExtras().then(arrive, () => undefined);
  }, [wanted]);
  return extras;
}
