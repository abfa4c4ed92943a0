import type { Chat } from "../chat";
import type { Upload } from "../model/types";
import type { State } from "../state";
import { size } from "../text/format";
import { Sign } from "./drawings";
import { Icon } from "./icons";

/** Files that will go with the next message. */
export function UploadList({ chat, state }: { chat: Chat; state: State }) {
  return (
    <ul class="uploads">
      {state.uploads.map((upload) => (
        <UploadChip key={upload.key} chat={chat} state={state} upload={upload} />
      ))}
    </ul>
  );
}

function UploadChip({ chat, state, upload }: { chat: Chat; state: State; upload: Upload }) {
  const { words } = state.speech;
  return (
    <li class={upload.error ? "failed" : ""} data-testid="widget-upload">
      {upload.preview ? <img src={upload.preview} alt="" /> : <span class="badge"><Sign name="file" size={18} /></span>}
      <span class="name">
        <span dir="auto">{upload.name}</span>
        <small role={upload.error ? "alert" : undefined}>{upload.error ?? size(state.speech, upload.size)}</small>
        {!upload.info && !upload.error && <progress value={upload.progress} max={1} aria-label={upload.name} />}
      </span>
      {upload.again && (
        <button type="button" class="icon small" aria-label={`${words.retry}: ${upload.name}`} onClick={() => chat.writing.reattach(upload.key)}>
          <Sign name="retry" size={16} />
        </button>
      )}
      <button type="button" class="icon small" aria-label={`${words.remove}: ${upload.name}`} onClick={() => chat.writing.detach(upload.key)}>
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}
