import { useEffect, useRef, useState } from "preact/hooks";

import { Card, FileButton, type FileProps, save } from "./card";
import { Sign } from "./drawings";
import { Icon } from "./icons";

/** Sound and film, fetched when somebody wants to hear or see them. */
export function Player({ chat, state, file }: FileProps) {
  const [source, show] = useState("");
  const [failed, fail] = useState(false);
  if (failed) return <Card chat={chat} state={state} file={file} />;
  if (!source) {
    const load = () => void chat.reading.blob(file).then(show, () => fail(true));
    return <FileButton state={state} file={file} icon="play" label={state.speech.words.play} act={load} />;
  }
  const broken = () => fail(true);
  return file.type.startsWith("video/") ? (
    <video class="player" src={source} controls autoplay playsInline onError={broken} />
  ) : (
    <audio class="player" src={source} controls autoplay onError={broken} />
  );
}

/** One picture over the whole chat. */
export function Viewer({ chat, state, file, close }: FileProps & { close(): void }) {
  const { words } = state.speech;
  const [source, show] = useState("");
  const root = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    root.current?.showModal?.();
    chat.reading.blob(file).then(show, close);
  }, []);
  return (
    <dialog ref={root} class="viewer" aria-label={file.name} onClose={close} onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}>
      <div class="bar">
        <span dir="auto">{file.name}</span>
        <button type="button" class="icon" aria-label={words.download} onClick={() => void save(chat, file)}>
          <Sign name="download" />
        </button>
        <button type="button" class="icon" aria-label={words.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {source ? <img src={source} alt={file.name} /> : <span class="spinner" />}
    </dialog>
  );
}
