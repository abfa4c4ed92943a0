import type { Chat } from "../chat";
import { isPicture } from "../model/files";
import type { Row } from "../model/thread";
import type { FileInfo, Message } from "../model/types";
import { speaker } from "../reading";
import type { State } from "../state";
import { clock } from "../text/format";
import { Face } from "./face";
import { Icon, type IconName } from "./icons";
import { useExtras } from "../later";
import { Words } from "./text";

export type MessageRow = Extract<Row, { kind: "message" }>;

interface Props {
  chat: Chat;
  state: State;
  row: MessageRow;
  view(file: FileInfo): void;
}

type Delivery = "sending" | "failed" | "sent" | "read";

export function Bubble({ chat, state, row, view }: Props) {
  const { message, first, last, pending } = row;
  const { words } = state.speech;
  const own = message.author === "customer";
  const name = own ? words.you : message.name || (message.author === "system" && state.config?.name) || words[speaker(message)];
  const delivery = own ? deliveryOf(state, row) : undefined;
  const bare = !message.deleted && !message.text && !message.rating && (message.files?.length ?? 0) > 0 && message.files?.every(isPicture);
  return (
    <li
      class={`row ${own ? "own" : "theirs"} ${first ? "first" : ""} ${last ? "last" : ""}`}
      data-testid="widget-message"
      data-author={message.author}
      data-state={delivery}
    >
      {!own && <span class="side">{first && <Face chat={chat} person={{ name, ...(message.photo && { photo: message.photo }) }} />}</span>}
      <div class="column">
        {first && <span class={own ? "unseen" : "name"}>{name}</span>}
        <div class={`bubble ${bare ? "bare" : ""} ${delivery === "failed" ? "failed" : ""}`}>
          <Content chat={chat} state={state} message={message} view={view} />
        </div>
        {!message.deleted && message.buttons && <Later chat={chat} state={state} message={message} />}
        {(last || pending || message.edited_at) && <Below state={state} message={message} delivery={delivery} />}
        {pending?.error && <Refused chat={chat} state={state} id={pending.client_message_id} error={pending.error} />}
      </div>
    </li>
  );
}

function Content({ chat, state, message, view }: Omit<Props, "row"> & { message: Message }) {
  const extras = useExtras(!!(message.rating || message.files?.length));
  if (message.deleted) return <em class="gone">{state.speech.words.deleted}</em>;
  return (
    <>
      {message.text && <Words text={message.text} />}
      {message.files && message.files.length > 0 && (
        <div class="files">
          {extras && message.files.map((file) => (
            <extras.Attachment key={file.id} chat={chat} state={state} file={file} view={view} />
          ))}
        </div>
      )}
      {message.rating?.asked && extras && <extras.RatingBlock chat={chat} state={state} message={message} />}
    </>
  );
}

function Later(props: { chat: Chat; state: State; message: Message }) {
  const extras = useExtras(true);
  return extras ? <extras.Buttons {...props} /> : null;
}

const TICKS: Record<Delivery, IconName> = { sending: "clock", failed: "alert", sent: "check", read: "checks" };

function Below({ state, message, delivery }: { state: State; message: Message; delivery: Delivery | undefined }) {
  const { words } = state.speech;
  const label = { sending: words.sending, failed: words.not_sent, sent: words.sent, read: words.read };
  return (
    <span class="below">
      {message.edited_at && !message.deleted && <span>{words.edited}</span>}
      <time dateTime={message.at}>{clock(state.speech, Date.parse(message.at))}</time>
      {delivery && (
        <span class={`tick ${delivery}`} title={label[delivery]}>
          <Icon name={TICKS[delivery]} size={14} />
          <span class="unseen">{label[delivery]}</span>
        </span>
      )}
    </span>
  );
}

function Refused({ chat, state, id, error }: { chat: Chat; state: State; id: string; error: string }) {
  const { words } = state.speech;
  return (
    <span class="refused" role="alert">
      <span>
        {words.not_sent}: {error}
      </span>
      <button type="button" class="plain" onClick={() => chat.writing.outbox.retry(id)}>
        {words.retry}
      </button>
      <button type="button" class="plain" onClick={() => chat.writing.outbox.remove(id)}>
        {words.remove}
      </button>
    </span>
  );
}

function deliveryOf(state: State, { message, pending }: MessageRow): Delivery {
  if (pending) return pending.error ? "failed" : "sending";
  return message.seq <= state.readByStaff ? "read" : "sent";
}
