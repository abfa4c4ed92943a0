/**
 * The shapes of the staff API and its socket. Instants are RFC 3339 strings in UTC with milliseconds, ids are
 * numbers (files and tokens: strings). A field that equals null, false, "", 0 or [] is left out by the server.
 */

export type Language = "ru" | "en";
export type Instant = string;

export type ConversationState = "bot" | "waiting" | "offered" | "active" | "closing" | "closed";
export type Party = "operator" | "customer";
export type OfferKind = "queue" | "own" | "transfer" | "everyone";
export type Author = "customer" | "operator" | "bot" | "system";
export type Presence = "online" | "pause" | "offline";

/** Words that the reader puts together in his own language; `text` is the server's wording for unknown codes. */
export interface Coded {
  code: string;
  params?: Record<string, unknown>;
  text?: string;
}

export interface LastWords {
  text?: string;
  author?: Author;
  at: Instant;
}

/** One conversation as lists show it. */
export interface ConversationRow {
  id: number;
  version: number;
  thread_id: number;
  line_id: number;
  channel_id: number;
  customer?: string;
  state: ConversationState;
  awaiting?: Party;
  operator_id?: number;
  offered_to?: number;
  offer?: OfferKind;
  /** Offered to everyone, and I have declined: hidden for me until the round ends. */
  declined?: boolean;
  offer_ends_at?: Instant;
  opened_at: Instant;
  /** The customer's first unanswered words: what the live counter counts from. */
  waiting_since?: Instant;
  /** When the answer is due by the line's targets. */
  target_at?: Instant;
  closes_at?: Instant;
  last?: LastWords;
  unread?: number;
  unanswered?: boolean;
  pinned?: boolean;
  snoozed_until?: Instant;
  mode?: "outgoing";
  priority?: number;
  rating?: number;
  head_rating?: number;
  listening?: boolean;
}

export interface Attachment {
  id: string;
  name: string;
  size?: number;
  type?: string;
  width?: number;
  height?: number;
  /** Why it could not be had from the channel; then there is nothing to open. */
  missing?: string;
}

export type DeliveryState = "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "unknown";

export interface Delivery {
  state: DeliveryState;
  error?: string;
  /** Why it failed and what to do, in words. */
  text?: string;
  at?: Instant;
}

export interface Message {
  id: number;
  thread_id: number;
  conversation_id: number;
  seq: number;
  author: Author;
  author_id?: number;
  kind: "text" | "note" | "fact";
  text?: string;
  at: Instant;
  edited_at?: Instant;
  deleted_at?: Instant;
  client_message_id?: string;
  files?: Attachment[];
  reply_to?: number;
  buttons?: { key: string; text: string }[];
  auto?: string;
  why?: Coded;
  fact?: Coded;
  rating?: { scale: "like" | "stars" };
  location?: { lat: number; lon: number; title?: string };
  contact?: { name?: string; phone?: string };
  sticker?: { emoji?: string };
  unsupported?: string;
  album?: string;
  original?: { text: string; at: Instant }[];
  /** Said by a customer who is blocked: kept, answered by nothing. */
  blocked?: boolean;
  delivery?: Delivery;
}

export interface User {
  id: number;
  name: string;
  role: string;
  active?: boolean;
  presence?: Presence;
  online?: boolean;
  available?: boolean;
  unavailable?: string;
  photo?: string;
}

export interface Me extends User {
  email: string;
  language: Language;
  time_zone: string;
  version?: number;
  pause_reason?: string;
  rights?: Record<string, unknown>;
}

export interface LineBrief {
  id: number;
  name: string;
  active?: boolean;
  mode?: "evenly" | "strictly" | "everyone" | "least_busy";
  queue_time?: number;
  member?: boolean;
  /** Nobody is in its queue. */
  queue_empty?: boolean;
  /** Conversations wait, and of its queue there is nobody. */
  nobody_there?: boolean;
}

export interface ChannelBrief {
  id: number;
  line_id: number;
  kind: string;
  name: string;
  active?: boolean;
  state?: "new" | "ok" | "broken" | "off";
  state_text?: string;
}

/** What a kind of channel can do; the workspace asks these and never the kind's name. */
export interface Capabilities {
  text_limit?: number;
  text_unit?: "utf16" | "chars" | "bytes";
  buttons?: boolean;
  files?: boolean;
  file_limit?: number;
  edits?: boolean;
  deletes?: boolean;
  typing_in?: boolean;
  typing_out?: boolean;
  delivered?: boolean;
  read?: boolean;
  /** Seconds after the customer's last words during which one may still write. */
  reply_window?: number | null;
  outgoing?: boolean;
}

export interface KindBrief {
  kind: string;
  name: Record<Language, string>;
  color?: string;
  capabilities: Capabilities;
}

export interface Department {
  id: number;
  name: string;
  parent_id?: number;
  head_id?: number;
  member_ids?: number[];
  version?: number;
}

export interface Portal {
  name: string;
  setup_needed?: boolean;
  language: Language;
  time_zone?: string;
  version?: string;
  /** Reached over plain http from another machine. */
  insecure?: boolean;
}

export interface Snapshot {
  cursor: number;
  epoch: string;
  now: Instant;
  me: Me;
  portal: Portal;
  users?: User[];
  departments?: Department[];
  lines?: LineBrief[];
  channels?: ChannelBrief[];
  kinds?: KindBrief[];
  conversations?: ConversationRow[];
}

export interface Customer {
  id: number;
  name?: string;
  email?: string;
  phone?: string;
  language?: string;
  time_zone?: string;
  photo?: string;
  fields?: Record<string, string>;
  created_at: Instant;
  version: number;
  /** Of a guest without a name: his first thread, whose number is what he is called. */
  thread_id?: number;
}

export interface ThreadContext {
  page?: string;
  title?: string;
  referrer?: string;
  device?: string;
  [key: string]: unknown;
}

export interface Thread {
  id: number;
  channel_id: number;
  handle?: string;
  blocked?: boolean;
  unreachable?: string;
  context?: ThreadContext;
  delivered_seq?: number;
  read_seq?: number;
  last_seq?: number;
}

export interface EarlierConversation {
  id: number;
  opened_at: Instant;
  closed_at?: Instant;
  line_id: number;
  operator_id?: number;
  rating?: number;
  head_rating?: number;
  last?: LastWords | string;
}

/** Somebody whom routing passed over, and why. */
export interface Skipped extends Coded {
  user_id?: number;
}

/** 1–5; never shown to the customer. */
export interface HeadRating {
  value: number;
  comment?: string;
  by?: number;
  at?: Instant;
}

export interface Agreed {
  at: Instant;
  how: "notice" | "button" | "words" | "form";
  /** SHA-256 of the text and the link. */
  version: string;
  line_id: number;
  thread_id: number;
  text?: string;
  url?: string;
}

export interface ConsentState {
  /** To the line's present text. */
  given?: boolean;
  asked?: boolean;
  last?: Agreed;
}

export interface ConversationDetails {
  head_rating?: HeadRating;
  consent?: ConsentState;
  /** What the form before the chat said. */
  form?: { key: string; label: string; value: string }[];
  conversation: ConversationRow;
  customer: Customer;
  thread: Thread;
  mode?: string;
  reason?: string;
  opened_at: Instant;
  replied_at?: Instant;
  why?: Coded;
  next?: Coded & { at?: Instant };
  skipped?: Skipped[];
  rating?: number;
  rating_comment?: string;
  listeners?: number[];
  earlier?: EarlierConversation[];
  /** Names of the actions that the reader may take now. */
  may?: string[];
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface MessagePage {
  items: Message[];
  more?: boolean;
}

export interface Acted {
  conversation: ConversationRow;
  warning?: Coded | string;
}

/* ---- the socket ---- */

/** "queue:3": who is in the queue of the line 3, and what he has. */
export type ListName = "all" | "closed" | `queue:${number}`;

export interface Subscribe {
  type: "subscribe";
  cursor: number | null;
  epoch: string | null;
  threads: number[];
  lists: ListName[];
}

export type ClientFrame =
  | Subscribe
  | { type: "typing"; thread_id: number }
  | { type: "seen"; thread_id: number; seq: number };

export interface Changes {
  type: "changes";
  cursor: number;
  conversations?: ConversationRow[];
  /** Conversations that left the reader's sight. */
  gone?: number[];
  messages?: Message[];
  users?: User[];
  lines?: LineBrief[];
  channels?: ChannelBrief[];
  departments?: Department[];
  /** What to fetch again when it is shown: "all", "closed", "me", "portal", "customer:12", "line:3". */
  stale?: string[];
}

export interface Typing {
  type: "typing";
  thread_id: number;
  who: "customer" | "operator";
  user_id?: number;
  text?: string;
}

export interface Notice extends Coded {
  type: "notice";
}

export type ServerFrame =
  | { type: "ready"; cursor: number; epoch: string; now: Instant }
  | Changes
  | Typing
  | Notice
  | { type: "reset" }
  | { type: "ping" };

/** Close codes of the socket that mean something to a client. */
export const SIGNED_OUT = 4001;
export const TOO_SLOW = 4008;
