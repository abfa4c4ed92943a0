/**
 * A portal in memory: the visitor's side of the API as the widget needs it, and levers to be its operator
 * and its bad luck. For working on the widget and for its tests; it decides nothing that the real one does.
 */
import { randomUUID } from "node:crypto";

const PAGE = 50;

export class Portal {
  constructor() {
    this.visitors = new Map();
    this.files = new Map();
    this.heard = []; // every frame of a socket, with the visitor's number
    this.requests = []; // "POST /messages", in order
    this.config = {
      name: "Support",
      colors: { accent: "#3858d6" },
      position: "right",
      online: true,
      hours: { shown: true },
      operators: [{ name: "Anna Petrova" }, { name: "Oleg K" }],
      rating: { scale: "like" },
      file_limit: 5_000_000,
      languages: ["en", "ru"],
      texts: {},
    };
    // sockets: "ok" | "refuse"; http: "ok" | "cut" | a status; lose: answers to lose after doing the work; frame: a status.
    this.fault = { sockets: "ok", http: "ok", lose: 0, slow: 0, frame: 0 };
    this.echo = false;
    this.ids = 0;
  }

  newVisitor() {
    const visitor = { number: this.visitors.size + 1, token: `olv_${randomUUID()}`, messages: [], seq: 0, read: 0, readByStaff: 0, sockets: new Set(), details: {}, conversation: null, context: null };
    this.visitors.set(visitor.token, visitor);
    return visitor;
  }

  latest() {
    return [...this.visitors.values()].at(-1);
  }

  session(body) {
    const visitor = this.visitors.get(body.token) ?? this.newVisitor();
    visitor.context = { page: body.page, title: body.title, referrer: body.referrer, language: body.language, time_zone: body.time_zone };
    if (body.identity) visitor.identity = body.identity;
    const { name, email } = visitor.details;
    return {
      token: visitor.token,
      ...(visitor.messages.length && { thread_id: visitor.number }),
      ...(name && { name }),
      ...(email && { email }),
      last_seq: visitor.seq,
      messages: visitor.messages.slice(-PAGE),
      unread: visitor.messages.filter((message) => message.author !== "customer" && message.seq > visitor.read).length,
      ...(visitor.conversation && { conversation: visitor.conversation }),
    };
  }

  receive(visitor, { client_message_id, text = "", files = [] }) {
    const known = visitor.messages.find((message) => message.client_message_id === client_message_id);
    if (known) return { repeated: true, id: known.id, seq: known.seq, at: known.at };
    const message = this.add(visitor, {
      author: "customer",
      text,
      client_message_id,
      ...(files.length && { files: files.map((id) => this.files.get(id).info) }),
    });
    if (!visitor.conversation || visitor.conversation.state === "closed") this.converse(visitor, { state: "waiting" });
    if (this.echo) setTimeout(() => this.answer(visitor, text), 700);
    return { id: message.id, seq: message.seq, at: message.at };
  }

  add(visitor, message) {
    // Notes and facts of the staff take numbers too: what a visitor sees has gaps.
    visitor.seq += 1 + (this.ids % 3 === 0 ? 1 : 0);
    const whole = { id: ++this.ids, seq: visitor.seq, at: new Date().toISOString(), ...message };
    visitor.messages.push(whole);
    this.tell(visitor, { type: "messages", items: [whole] });
    return whole;
  }

  change(visitor, id, change) {
    const message = visitor.messages.find((other) => other.id === id);
    Object.assign(message, change);
    this.tell(visitor, { type: "messages", items: [message] });
    return message;
  }

  converse(visitor, conversation) {
    visitor.conversation = conversation;
    this.tell(visitor, { type: "conversation", conversation });
  }

  answer(visitor, text) {
    const name = "Anna Petrova";
    visitor.readByStaff = visitor.seq;
    this.tell(visitor, { type: "read_by_staff", seq: visitor.seq });
    this.converse(visitor, { state: "active", operator: { name } });
    this.tell(visitor, { type: "typing", name });
    setTimeout(() => this.add(visitor, { author: "operator", name, text: `You said: ${text}` }), 1500);
  }

  tell(visitor, frame) {
    for (const socket of visitor.sockets) socket.send(frame);
  }

  history(visitor, query) {
    const limit = Math.min(100, Number(query.get("limit") ?? PAGE));
    const before = Number(query.get("before") ?? Infinity);
    const after = query.has("after") ? Number(query.get("after")) : undefined;
    if (after !== undefined) {
      const found = visitor.messages.filter((message) => message.seq > after);
      return { items: found.slice(0, limit), more: found.length > limit };
    }
    const found = visitor.messages.filter((message) => message.seq < before);
    return { items: found.slice(-limit), more: found.length > limit };
  }

  hello(visitor, after) {
    return [
      { type: "ready", last_seq: visitor.seq, delivered: 0, read_by_staff: visitor.readByStaff },
      // The last page of what was missed, as the real one does.
      { type: "messages", items: visitor.messages.slice(-PAGE).filter((message) => message.seq > after) },
      { type: "conversation", conversation: visitor.conversation },
    ];
  }
}
