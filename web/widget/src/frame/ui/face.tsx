import { useEffect, useState } from "preact/hooks";

import type { Chat } from "../chat";
import type { Person } from "../model/types";
import { initials } from "../text/format";

/** A photo, or the initials until it is there. Photos are given out to visitors only, so a stranger sees initials. */
export function Face({ chat, person: { name, photo } }: { chat: Chat; person: Person }) {
  const [shown, show] = useState("");
  const known = chat.visitor.active;
  useEffect(() => {
    show("");
    if (photo && known) chat.reading.blob({ id: photo }, true).then(show, () => undefined);
  }, [photo, known]);
  return (
    <span class="face" aria-hidden="true">
      {shown ? <img src={shown} alt="" onError={() => show("")} /> : initials(name ?? "")}
    </span>
  );
}
