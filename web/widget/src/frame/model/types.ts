/** What the visitor's side of the server says and hears. Instants are RFC 3339 strings; absent means null or the default. */

export type Author = "customer" | "operator" | "bot" | "system";

export interface FileInfo {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  type: string;
  width?: number;
  height?: number;
}

export interface Button {
  key: string;
  text: string;
}

export interface Rating {
  scale: "like" | "stars";
  asked?: boolean;
  conversation_id?: number;
  /** 1–5; like is 5, dislike is 1. */
  value?: number;
}

export interface Message {
  id: number;
  seq: number;
  author: Author;
  name?: string;
  photo?: string;
  text?: string;
  at: string;
  edited_at?: string;
  deleted?: boolean;
  files?: FileInfo[];
  buttons?: Button[];
  rating?: Rating;
  /** Of the visitor's own messages. */
  client_message_id?: string;
}

export interface Person {
  /** Absent: somebody who answers, whose name is not told. */
  name?: string;
  /** A file, given out for the visitor's token. */
  photo?: string;
}

export interface Conversation {
  id?: number;
  state: "bot" | "waiting" | "offered" | "active" | "closing" | "closed";
  operator?: Person;
  rating_asked?: boolean;
  /** 1–5 */
  rating?: number;
}

/** Where the visitor stands in the queue, while he waits and is told it. */
export interface Place {
  /** 1 is next. */
  place: number;
  /** Seconds, as measured lately; absent while too little is known. */
  wait?: number;
}

export interface Pages {
  /** Masks of pages without a button. */
  hidden?: string[];
  /** The first that fits is shown. `after`: seconds on the page. */
  invitations?: { page: string; after: number; who: "all" | "new" | "returning"; text: string }[];
}

export interface Config {
  name: string;
  language: string;
  /** The owner's words in place of ours, by the keys of words/en.ts. */
  texts?: Record<string, string>;
  colors?: { accent?: string };
  position?: string;
  /** False: no button; a text: words on the button. */
  bubble?: boolean | string;
  greeting_bubble?: string | { text: string; delay?: number };
  /** What differs from page to page. */
  pages?: Pages;
  online?: boolean;
  /** `changes_in`: seconds for which this stays true; `until`: the same by our clock, added when it came. */
  hours?: { shown?: boolean; open?: boolean; opens_at?: string; changes_in?: number; until?: number };
  operators?: Person[];
  rating?: { scale: Rating["scale"]; any_time?: boolean } | null;
  /** Something is asked of visitors before or after their first words: the session says what. */
  asks?: boolean;
  /** Bytes. */
  file_limit?: number;
  languages?: string[];
  /** "none": the visitor is not asked for his name and e-mail. */
  ask_contact?: "none" | "optional";
  /** Characters of one message. */
  text_limit?: number;
  /** Operators see what is being typed. */
  typing_text?: boolean;
  /** False: silent, until the visitor switches it on. */
  sound?: boolean;
  /** What is under edit in the settings: shown as to somebody who has never written. */
  preview?: boolean;
  /** The visitor may be sent the conversation by e-mail. */
  transcript?: boolean;
  /** Seconds that people usually need to answer. */
  answers_in?: number;
  /** Corner of the panel, px. */
  radius?: number;
  theme?: "light" | "dark" | "auto";
}

/** One question of the form, in the visitor's language. */
export interface Question {
  key: string;
  kind: "name" | "email" | "phone" | "text" | "choice";
  label: string;
  required?: boolean;
  choices?: string[];
}

/** What the line asks this visitor; what he has answered is not in it. */
export interface Asks {
  consent?: { version: string; text: string; url?: string };
  form?: { when: "before" | "after"; fields: Question[] };
}

export interface SessionAnswer {
  asks?: Asks;
  token: string;
  thread_id?: number;
  name?: string;
  email?: string;
  last_seq?: number;
  messages?: Message[];
  unread?: number;
  read_by_staff?: number;
  conversation?: Conversation | null;
  place?: Place;
}

export interface Sent {
  id: number;
  seq: number;
  at: string;
}

/** Frames of the socket. */
export type FromServer =
  | { type: "ready"; last_seq?: number; delivered?: number; read_by_staff?: number }
  | { type: "messages"; items: Message[] }
  | { type: "conversation"; conversation: Conversation | null }
  | ({ type: "place" } & Partial<Place>)
  | { type: "typing"; name?: string }
  | { type: "read_by_staff"; seq: number }
  | { type: "config" }
  | { type: "ping" };

export type ToServer =
  | { type: "hello"; token: string; after: number }
  | { type: "typing"; text?: string }
  | { type: "delivered"; seq: number }
  | { type: "read"; seq: number };

/** A file on its way from the visitor. */
export interface Upload {
  /** Ours, until the server gives its own. */
  key: string;
  name: string;
  size: number;
  type: string;
  /** A blob: address, for images. */
  preview?: string;
  /** 0–1. */
  progress: number;
  error?: string;
  /** It may be tried again. */
  again?: boolean | undefined;
  info?: FileInfo;
}

/** A message of the visitor that the server has not confirmed yet. */
export interface Outgoing {
  client_message_id: string;
  text: string;
  /** Already with the server. */
  files: FileInfo[];
  /** Milliseconds, our clock. */
  at: number;
  /** Why it will not go out by itself any more. */
  error?: string;
}
