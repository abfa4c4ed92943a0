import { useEffect, useRef, useState } from "preact/hooks";

import { isPicture } from "../model/files";
import type { FileInfo } from "../model/types";
import { Card, type FileProps } from "./card";
import { Player } from "./media";

const WIDEST = 248;
const TALLEST = 280;

/** The files of a message: pictures to look at, sound to hear, the rest as cards. */
export function Attachment(props: FileProps & { view(file: FileInfo): void }) {
  if (isPicture(props.file)) return <Picture {...props} />;
  if (/^(audio|video)\//.test(props.file.type)) return <Player {...props} />;
  return <Card {...props} />;
}

/** Its place is kept before it is there; it is fetched when it comes into sight. */
function Picture({ chat, state, file, view }: FileProps & { view(file: FileInfo): void }) {
  const box = useRef<HTMLButtonElement>(null);
  const [source, show] = useState("");
  const [failed, fail] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      chat.reading.blob(file, true).then(show, () => fail(true));
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [file.id]);
  if (failed) return <Card chat={chat} state={state} file={file} />;
  const { words } = state.speech;
  return (
    <button ref={box} type="button" class="picture" style={frame(file)} aria-label={`${words.image}: ${file.name}`} onClick={() => view(file)}>
      {source && <img src={source} alt="" onError={() => fail(true)} />}
    </button>
  );
}

function frame({ width, height }: FileInfo) {
  if (!width || !height) return { width: `${WIDEST}px`, aspectRatio: "4 / 3" };
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { width: `${Math.max(48, Math.round(width * scale))}px`, aspectRatio: `${width} / ${height}` };
}
