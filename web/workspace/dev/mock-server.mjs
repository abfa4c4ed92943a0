/**
 * Serves the make-believe portal: `node dev/mock-server.mjs [--port 18300] [--many 10000] [--quiet] [--pages DIR]`,
 * then `OPENLINES_SERVER=http://127.0.0.1:18300 npm run dev`. `--quiet` lets nobody write by himself; `--pages`
 * serves built pages too. Anybody may sign in with any password; `wrong` is refused.
 */
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";

import { WebSocketServer } from "ws";

import { iso, Portal, WORDS } from "./mock-portal.mjs";

const { values: options } = parseArgs({
  options: { port: { type: "string", default: "18300" }, many: { type: "string", default: "0" }, quiet: { type: "boolean" }, pages: { type: "string" } },
});
const portal = new Portal({ many: Number(options.many) });
let signedIn = true;

class Refusal extends Error {
  constructor(status, code, detail, more = {}) {
    super(detail);
    this.problem = { title: detail, status, code, detail, ...more };
  }
}

const rowOf = (id) => portal.conversations.get(Number(id)) ?? refuse(404, "not_found", "Такого обращения нет");
const refuse = (status, code, detail) => {
  throw new Refusal(status, code, detail);
};

const actions = {
  accept(row) {
    if (row.state === "active") refuse(409, "taken", "Обращение уже приняла Вера Никитина");
    portal.fact(row, "accepted", { operator: 1, after: 21_000_000 });
    return portal.change(row, { state: "active", operator_id: 1, offered_to: undefined, offer: undefined, offer_ends_at: undefined, awaiting: "operator" });
  },
  decline(row) {
    portal.fact(row, "declined", { operator: 1 });
    return portal.change(row, { offered_to: 2, offer_ends_at: iso(Date.now() + 60_000) });
  },
  finish(row, body) {
    portal.fact(row, body.now ? "closed" : "finishing", { operator: 1, why: "finished" });
    return portal.change(row, body.now ? { state: "closed", waiting_since: undefined } : { state: "closing", closes_at: iso(Date.now() + 600_000), waiting_since: undefined, target_at: undefined });
  },
  "undo-finish": (row) => portal.change(row, { state: "active", awaiting: "operator", closes_at: undefined }),
  transfer(row, body) {
    portal.fact(row, "transferred", { operator: 1, to: body.user_id, to_department: body.department_id, to_line: body.line_id });
    if (body.note) portal.say(row, { author: "operator", author_id: 1, kind: "note", text: body.note });
    return portal.change(row, body.user_id ? { operator_id: body.user_id, offered_to: undefined } : { state: "waiting", operator_id: undefined, ...(body.line_id ? { line_id: body.line_id } : {}) });
  },
  intercept(row) {
    portal.fact(row, "intercepted", { operator: 1 });
    return portal.change(row, { state: "active", operator_id: 1, offered_to: undefined, offer: undefined, listening: false, awaiting: row.awaiting ?? "operator" });
  },
  join: (row) => portal.change(row, { listening: true }),
  leave: (row) => portal.change(row, { listening: false }),
  pin: (row, body) => portal.change(row, { pinned: body.pinned }),
  snooze: (row, body) => portal.change(row, { snoozed_until: body.until ?? undefined, ...(body.until ? { awaiting: "customer" } : {}) }),
  spam: (row) => portal.change(row, { state: "closed", waiting_since: undefined }),
  read: (row) => (row.unread ? portal.change(row, { unread: 0 }) : row),
};

function deliver(message) {
  const steps = [["sending", 150], ["sent", 600], ["delivered", 1_600], ["read", 4_000]];
  for (const [state, after] of steps) setTimeout(() => {
    message.delivery = { state, at: iso(Date.now()) };
    portal.emit({ messages: [message] });
  }, after).unref();
}

function post(row, body) {
  const list = portal.said.get(row.thread_id);
  const known = list.find((message) => message.client_message_id === body.client_message_id);
  if (known) return known;
  if (body.text === "refuse") refuse(422, "window", "Окно ответа закрыто: клиент молчит больше суток. Дождитесь его сообщения.");
  const files = (body.files ?? []).map((id) => portal.files.get(id).brief);
  const message = portal.say(row, { author: "operator", author_id: 1, kind: body.note ? "note" : "text", text: body.text, client_message_id: body.client_message_id, ...(files.length ? { files } : {}), ...(body.reply_to ? { reply_to: body.reply_to } : {}), ...(body.note ? {} : { delivery: { state: "queued", at: iso(Date.now()) } }) });
  if (!body.note) {
    portal.change(row, { awaiting: "customer", waiting_since: undefined, target_at: undefined, unread: 0, last: { text: body.text.slice(0, 60), author: "operator", at: message.at }, ...(row.state === "closed" ? { state: "active", operator_id: 1, mode: "outgoing" } : {}) });
    deliver(message);
    if (!options.quiet) answerLater(row);
  }
  return message;
}

function answerLater(row) {
  const text = WORDS[Math.floor(Math.random() * WORDS.length)];
  for (let part = 1; part <= 4; part += 1) setTimeout(() => portal.tell({ type: "typing", thread_id: row.thread_id, who: "customer", text: text.slice(0, (text.length * part) / 4) }), 4_000 + part * 900).unref();
  setTimeout(() => portal.fromCustomer(row, text), 8_600).unref();
}

const LISTS = {
  all: (row) => row.state !== "closed",
  closed: (row) => row.state === "closed",
  mine: (row) => row.operator_id === 1 || row.offered_to === 1,
  queue: (row) => row.state === "waiting" || row.state === "offered",
};

function list(query) {
  const q = (query.get("q") ?? "").toLowerCase();
  const start = Number(query.get("cursor") ?? 0);
  const limit = Math.min(Number(query.get("limit") ?? 50), 200);
  const found = [...portal.conversations.values()]
    .filter((row) => LISTS[query.get("list") ?? "all"](row))
    .filter((row) => !q || row.customer.toLowerCase().includes(q) || row.last?.text?.toLowerCase().includes(q))
    .filter((row) => !query.get("line_id") || row.line_id === Number(query.get("line_id")))
    .sort((a, b) => ((a.last?.at ?? "") < (b.last?.at ?? "") ? 1 : -1));
  return { items: found.slice(start, start + limit), next: start + limit < found.length ? String(start + limit) : null };
}

function snapshot() {
  const rows = [...portal.conversations.values()];
  const near = rows.filter((row) => row.state !== "closed" && (row.operator_id === 1 || row.offered_to === 1 || row.listening || LISTS.queue(row)));
  return { cursor: portal.cursor, epoch: portal.epoch, now: iso(Date.now()), me: portal.me, portal: portal.portal, users: portal.users, departments: portal.departments, lines: portal.lines, channels: portal.channels, kinds: portal.kinds, conversations: near, counts: { all: rows.filter(LISTS.all).length, closed: rows.filter(LISTS.closed).length } };
}

function messages(threadId, query) {
  const all = portal.said.get(Number(threadId)) ?? refuse(404, "not_found", "Такой переписки нет");
  const limit = Number(query.get("limit") ?? 50);
  const before = Number(query.get("before") ?? Infinity);
  const fitting = all.filter((message) => message.seq < before && message.seq > Number(query.get("after") ?? 0));
  return { items: fitting.slice(-limit), more: fitting.length > limit };
}

/** Method and path → what to answer. `{}` are parts of the path. */
const routes = [
  ["GET", "/portal", () => portal.portal],
  ["POST", "/login", (_, body) => {
    if (body.password === "wrong") refuse(401, "wrong_password", "Неверная почта или пароль");
    signedIn = true;
    return { me: portal.me };
  }],
  ["POST", "/logout", () => void (signedIn = false)],
  ["GET", "/me", () => (signedIn ? portal.me : refuse(401, "signed_out", "Войдите"))],
  ["PATCH", "/me", (_, body) => Object.assign(portal.me, body)],
  ["PUT", "/me/presence", (_, body) => {
    Object.assign(portal.me, { presence: body.state, pause_reason: body.reason });
    Object.assign(portal.users[0], { presence: body.state, available: body.state === "online" });
    portal.emit({ users: [portal.users[0]], stale: ["me"] });
    return portal.me;
  }],
  ["GET", "/snapshot", snapshot],
  ["GET", "/conversations", (_, __, query) => list(query)],
  ["GET", "/conversations/{}", ([id]) => portal.details(rowOf(id))],
  ["POST", "/conversations/{}/messages", ([id], body) => post(rowOf(id), body)],
  ["POST", "/conversations/{}/{}", ([id, action], body) => ({ conversation: (actions[action] ?? refuse(404, "no", "no"))(rowOf(id), body) })],
  ["GET", "/threads/{}/messages", ([id], _, query) => messages(id, query)],
  ["POST", "/threads/{}/conversations", ([id], body) => {
    const row = [...portal.conversations.values()].find((one) => one.thread_id === Number(id));
    return { message: post(row, body), conversation: row };
  }],
  ["POST", "/threads/{}/block", ([id]) => void (portal.threads.get(Number(id)).blocked = true)],
  ["POST", "/threads/{}/unblock", ([id]) => void (portal.threads.get(Number(id)).blocked = false)],
  ["PATCH", "/messages/{}", ([id], body) => touch(id, { text: body.text, edited_at: iso(Date.now()) })],
  ["DELETE", "/messages/{}", ([id]) => touch(id, { deleted_at: iso(Date.now()) })],
  ["POST", "/messages/{}/retry", ([id]) => {
    const message = touch(id, { delivery: { state: "queued", at: iso(Date.now()) } });
    deliver(message);
    return message;
  }],
  ["GET", "/customers", (_, __, query) => ({ items: [...portal.customers.values()].filter((one) => one.name.toLowerCase().includes((query.get("q") ?? "").toLowerCase())).slice(0, 50), next: null })],
  ["PATCH", "/customers/{}", ([id], body) => {
    const customer = portal.customers.get(Number(id));
    Object.assign(customer, body, { version: customer.version + 1 });
    const row = portal.conversations.get(Number(id));
    if (row && body.name !== undefined) portal.change(row, { customer: body.name });
    portal.emit({ stale: [`customer:${id}`] });
    return customer;
  }],
];

function touch(id, changes) {
  for (const said of portal.said.values()) {
    const message = said.find((one) => one.id === Number(id));
    if (!message) continue;
    Object.assign(message, changes);
    portal.emit({ messages: [message] });
    return message;
  }
  return refuse(404, "not_found", "Такого сообщения нет");
}

function match(pattern, path) {
  const want = pattern.split("/");
  const have = path.split("/");
  if (want.length !== have.length) return null;
  const parts = [];
  for (const [index, word] of want.entries()) {
    if (word === "{}") parts.push(decodeURIComponent(have[index]));
    else if (word !== have[index]) return null;
  }
  return parts;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function picture(id) {
  const hue = (id.charCodeAt(id.length - 1) * 67) % 360;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="600"><rect width="900" height="600" fill="hsl(${hue} 45% 70%)"/><circle cx="450" cy="300" r="180" fill="hsl(${hue} 45% 50%)"/></svg>`;
}

async function files(request, response, path) {
  if (request.method === "POST") {
    const body = await bodyOf(request);
    const id = `f${portal.nextId++}`;
    const brief = { id, name: decodeURIComponent(request.headers["x-file-name"] ?? "file"), size: body.length, type: request.headers["content-type"] };
    if (brief.type.startsWith("image/")) Object.assign(brief, { width: 640, height: 420 });
    portal.files.set(id, { brief, body });
    return json(response, 201, brief);
  }
  const id = path.split("/").at(-1);
  const kept = portal.files.get(id);
  response.writeHead(200, { "Content-Type": kept?.brief.type ?? "image/svg+xml" });
  return response.end(kept?.body ?? picture(id));
}

function json(response, status, body) {
  response.writeHead(status, { "Content-Type": status >= 400 ? "application/problem+json" : "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
async function page(response, path) {
  const wanted = join(options.pages, normalize(path));
  const file = extname(wanted) ? wanted : join(options.pages, "index.html");
  try {
    const body = await readFile(file);
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(body);
  } catch {
    json(response, 404, { status: 404 });
  }
}

// Whoever works on other pages adds routes of his own in a file beside this one.
const more = await import("./mock-settings.mjs").then((module) => module.routes?.(portal, refuse) ?? [], () => []);
const all = [...more, ...routes];

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  const path = url.pathname.replace(/^\/api\/v1/, "");
  try {
    if (!url.pathname.startsWith("/api/")) return options.pages ? await page(response, url.pathname) : json(response, 404, { status: 404 });
    if (path.startsWith("/files")) return await files(request, response, path);
    for (const [method, pattern, answer] of all) {
      const parts = method === request.method ? match(pattern, path) : null;
      if (!parts) continue;
      const text = (await bodyOf(request)).toString();
      return json(response, 200, (await answer(parts, text ? JSON.parse(text) : {}, url.searchParams)) ?? {});
    }
    return json(response, 404, { status: 404, code: "not_found", detail: `${request.method} ${path}` });
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error);
    return json(response, error.problem?.status ?? 500, error.problem ?? { status: 500, title: String(error) });
  }
});

const sockets = new WebSocketServer({ server, path: "/api/v1/socket" });
sockets.on("connection", (socket) => {
  let threads = new Set();
  const send = (frame) => {
    if (frame.type === "changes" && frame.messages) {
      frame = { ...frame, messages: frame.messages.filter((message) => threads.has(message.thread_id)) };
    }
    if (frame.type !== "typing" || threads.has(frame.thread_id)) socket.send(JSON.stringify(frame));
  };
  socket.on("message", (data) => {
    const frame = JSON.parse(data.toString());
    if (frame.type !== "subscribe") return;
    threads = new Set(frame.threads);
    if (frame.epoch !== null && frame.epoch !== portal.epoch) return send({ type: "reset" });
    send({ type: "ready", cursor: portal.cursor, epoch: portal.epoch, now: iso(Date.now()) });
    portal.listeners.add(send);
  });
  socket.on("close", () => portal.listeners.delete(send));
  const ping = setInterval(() => send({ type: "ping" }), 25_000);
  socket.on("close", () => clearInterval(ping));
});

if (!options.quiet) {
  let turn = 0;
  setInterval(() => {
    turn += 1;
    const rows = [...portal.conversations.values()];
    const mine = rows.filter((row) => row.operator_id === 1 && row.state === "active");
    if (turn % 2 && mine.length) portal.fromCustomer(mine[turn % mine.length], WORDS[turn % WORDS.length]);
    for (const row of rows) if (row.offer_ends_at && Date.parse(row.offer_ends_at) < Date.now()) {
      const to = row.offered_to === 1 ? 2 : 1;
      portal.fact(row, "timed_out", { operator: row.offered_to });
      portal.change(row, { offered_to: to, offer_ends_at: iso(Date.now() + 60_000) });
    }
    if (turn % 4 === 0) {
      const row = portal.open(turn, (turn % 6) + 1, { state: "offered", offered_to: 1, offer: "queue", offer_ends_at: iso(Date.now() + 60_000), waiting_since: iso(Date.now()), unread: 1 });
      portal.change(row, {});
    }
  }, 12_000);
}
server.listen(Number(options.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${options.port}`));
