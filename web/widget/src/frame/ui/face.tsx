import { useState } from "preact/hooks";

import type { Person } from "../model/types";
import { initials } from "../text/format";

/** A photo, or the initials where there is none or it does not load. */
export function Face({ person: { name, photo } }: { person: Person }) {
  const [broken, breakIt] = useState("");
  return (
    <span class="face" aria-hidden="true">
      {photo && photo !== broken ? <img src={photo} alt="" onError={() => breakIt(photo)} /> : initials(name)}
    </span>
  );
}
