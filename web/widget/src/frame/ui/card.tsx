import { useState } from "preact/hooks";

import type { Chat } from "../chat";
import type { FileInfo } from "../model/types";
import type { State } from "../state";
import { size } from "../text/format";
import { Sign } from "./drawings";

export interface FileProps {
  chat: Chat;
  state: State;
  file: FileInfo;
}

export function Card({ chat, state, file }: FileProps) {
  const [busy, wait] = useState(false);
  const act = () => {
    wait(true);
    void save(chat, file).finally(() => wait(false));
  };
  return <FileButton state={state} file={file} icon="file" label={state.speech.words.download} act={act} busy={busy} />;
}

interface FileButtonProps {
  state: State;
  file: FileInfo;
  icon: "file" | "play";
  label: string;
  act(): void;
  busy?: boolean;
}

export function FileButton({ state, file, icon, label, act, busy = false }: FileButtonProps) {
  return (
    <button type="button" class="card" onClick={act} disabled={busy}>
      <span class="unseen">{label}: </span>
      <span class="badge">{busy ? <span class="spinner" /> : <Sign name={icon} size={18} />}</span>
      <span class="name">
        <span dir="auto">{file.name}</span>
        <small>{size(state.speech, file.size)}</small>
      </span>
    </button>
  );
}

/** Saved, never opened: what somebody sent must not run under our origin. */
export async function save(chat: Chat, file: FileInfo): Promise<void> {
  try {
    const link = document.createElement("a");
    link.href = await chat.reading.blob(file);
    link.download = file.name;
    link.click();
  } catch {
    chat.store.set({ notice: chat.state.speech.words.no_network });
  }
}
