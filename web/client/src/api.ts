/** The staff API's endpoints that the workspace's heart uses, one method each. */
import type { Options, Rest } from "./rest";
import type {
  Acted,
  ConversationDetails,
  ConversationRow,
  Customer,
  Message,
  MessagePage,
  Me,
  Page,
  Portal,
  Presence,
  Snapshot,
} from "./types";

export interface ConversationFilter {
  list: "mine" | "queue" | "all" | "closed";
  line_id?: number;
  operator_id?: number;
  customer_id?: number;
  q?: string;
  cursor?: string;
  limit?: number;
}

export interface NewMessage {
  client_message_id: string;
  text: string;
  files?: string[];
  note?: boolean;
  reply_to?: number;
}

export type TransferTarget = { user_id: number } | { department_id: number } | { line_id: number };

/** Methods of the API; every one rejects with the errors of problem.ts. */
export function staffApi(rest: Rest) {
  const act = (id: number, action: string, body?: unknown) => rest.post<Acted>(`/conversations/${id}/${action}`, body ?? {});
  return {
    portal: () => rest.get<Portal>("/portal"),
    login: (email: string, password: string) => rest.post<{ me: Me }>("/login", { email, password }),
    logout: () => rest.post<unknown>("/logout", {}),
    me: () => rest.get<Me>("/me"),
    updateMe: (changes: Partial<Pick<Me, "name" | "language" | "time_zone">>) => rest.patch<Me>("/me", changes),
    presence: (state: Presence, reason = "") => rest.put<Me>("/me/presence", { state, reason }),
    snapshot: () => rest.get<Snapshot>("/snapshot"),

    conversations: (filter: ConversationFilter, options: Options = {}) =>
      rest.get<Page<ConversationRow>>("/conversations", { ...options, query: { ...filter } }),
    conversation: (id: number, options: Options = {}) => rest.get<ConversationDetails>(`/conversations/${id}`, options),
    messages: (threadId: number, window: { before?: number; after?: number; limit?: number }, options: Options = {}) =>
      rest.get<MessagePage>(`/threads/${threadId}/messages`, { ...options, query: { ...window } }),

    send: (id: number, message: NewMessage) =>
      rest.post<Message>(`/conversations/${id}/messages`, message, { idempotencyKey: message.client_message_id }),
    startConversation: (threadId: number, message: NewMessage) =>
      rest.post<{ conversation: ConversationRow; message: Message }>(`/threads/${threadId}/conversations`, message, {
        idempotencyKey: message.client_message_id,
      }),
    accept: (id: number, version: number) => act(id, "accept", { version }),
    decline: (id: number, version: number) => act(id, "decline", { version }),
    finish: (id: number, version: number, now = false) => act(id, "finish", now ? { version, now } : { version }),
    undoFinish: (id: number) => act(id, "undo-finish"),
    transfer: (id: number, version: number, target: TransferTarget, note = "") =>
      act(id, "transfer", { version, ...target, ...(note ? { note } : {}) }),
    intercept: (id: number, version: number) => act(id, "intercept", { version }),
    rateAsHead: (id: number, rating: number, comment: string) => act(id, "head-rating", { rating, comment }),
    join: (id: number) => act(id, "join"),
    leave: (id: number) => act(id, "leave"),
    pin: (id: number, pinned: boolean) => act(id, "pin", { pinned }),
    snooze: (id: number, until: string | null) => act(id, "snooze", { until }),
    spam: (id: number, block: boolean) => act(id, "spam", { block }),
    read: (id: number, seq: number) => act(id, "read", { seq }),

    sendTranscript: (id: number) => rest.post<{ to: string }>(`/conversations/${id}/transcript`, {}),
    block: (threadId: number) => rest.post<unknown>(`/threads/${threadId}/block`, {}),
    unblock: (threadId: number) => rest.post<unknown>(`/threads/${threadId}/unblock`, {}),

    editMessage: (id: number, text: string) => rest.patch<Message>(`/messages/${id}`, { text }),
    deleteMessage: (id: number) => rest.delete<Message | undefined>(`/messages/${id}`),
    retryMessage: (id: number) => rest.post<Message>(`/messages/${id}/retry`, {}),

    customers: (q: string, cursor?: string, options: Options = {}) =>
      rest.get<Page<Customer>>("/customers", { ...options, query: { q, cursor } }),
    updateCustomer: (
      id: number,
      changes: { version: number } & Partial<Pick<Customer, "name" | "email" | "phone" | "fields">>,
    ) => rest.patch<Customer>(`/customers/${id}`, changes),
  };
}

export type StaffApi = ReturnType<typeof staffApi>;
