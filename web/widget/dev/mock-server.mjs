/**
 * The widget without a backend: `node dev/mock-server.mjs [--port 18400] [--site …] [--foreign …] [--web DIR] [--talk]`.
 *
 * port     the portal: /widget.js, /widget/frame, /chat/demo, the visitor API, and /mock/… to play its staff
 * site     (port + 1) a site that carries the snippet, under a strict Content-Security-Policy
 * foreign  (port + 2) a site that the channel does not allow
 *
 * DIR is what `vite build` made (default: src/openlines/web/widget). --talk: somebody answers.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Portal } from "./portal.mjs";
import { sitePage } from "./site.mjs";
import { accept } from "./socket.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "18400" },
    site: { type: "string" },
    foreign: { type: "string" },
    web: { type: "string" },
    talk: { type: "boolean" },
  },
});
const port = Number(values.port);
const sitePort = Number(values.site ?? port + 1);
const foreignPort = Number(values.foreign ?? port + 2);
const web = values.web ?? fileURLToPath(new URL("../../../src/openlines/web/widget", import.meta.url));
const origin = `http://127.0.0.1:${port}`;
const allowed = `http://127.0.0.1:${sitePort}`;
const API = "/api/v1/widget/demo";
const TYPES = { js: "text/javascript", css: "text/css", html: "text/html; charset=utf-8" };

const portal = new Portal();
portal.echo = values.talk ?? false;

class Refusal extends Error {
  constructor(status, code, detail) {
    super(detail);
    Object.assign(this, { status, code, detail });
  }
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

const json = async (request) => JSON.parse((await body(request)).toString("utf8") || "{}");

function visitorOf(request) {
  const visitor = portal.visitors.get((request.headers.authorization ?? "").replace("Bearer ", ""));
  if (!visitor) throw new Refusal(401, "unknown_visitor", "Who is this?");
  return visitor;
}

const routes = {
  "GET /config": (request, url) => {
    const language = (url.searchParams.get("lang") ?? "").startsWith("ru") ? "ru" : "en";
    if (portal.gone) throw new Refusal(404, "not_found", "There is no such channel");
    return { ...portal.config, language };
  },
  "POST /session": async (request) => portal.session(await json(request)),
  "PATCH /session": async (request) => {
    const visitor = visitorOf(request);
    const change = await json(request);
    if (change.read_seq) visitor.read = Math.max(visitor.read, change.read_seq);
    Object.assign(visitor.details, change);
    return {};
  },
  "POST /messages": async (request) => {
    const visitor = visitorOf(request);
    const given = await json(request);
    if (given.text?.includes("REFUSE")) throw new Refusal(422, "invalid", "Words like these are not taken");
    return portal.receive(visitor, given);
  },
  "GET /messages": (request, url) => portal.history(visitorOf(request), url.searchParams),
  "POST /files": async (request) => {
    visitorOf(request);
    const bytes = await body(request);
    const name = decodeURIComponent(request.headers["x-file-name"]);
    const type = request.headers["content-type"];
    const id = `f${portal.files.size + 1}`;
    const info = { id, name, size: bytes.length, type, ...(type.startsWith("image/") && pixels(bytes)) };
    portal.files.set(id, { info, bytes });
    return info;
  },
  "POST /rating": async (request) => {
    const visitor = visitorOf(request);
    const rating = await json(request);
    if (portal.late) throw new Refusal(409, "rating_late", "The time to rate is over");
    const asked = visitor.messages.filter((message) => message.rating).at(-1);
    visitor.rating = rating;
    if (asked) portal.change(visitor, asked.id, { rating: { ...asked.rating, value: rating.value } });
    return {};
  },
  "POST /press": async (request) => {
    const visitor = visitorOf(request);
    visitor.pressed = await json(request);
    return {};
  },
};

/** Width and height of a PNG. */
function pixels(bytes) {
  return bytes.subarray(1, 4).toString() === "PNG" ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : {};
}

async function mock(request, name) {
  const given = await json(request);
  const visitor = portal.latest();
  if (name === "state") return summary();
  if (name === "config") {
    Object.assign(portal.config, given);
    for (const one of portal.visitors.values()) portal.tell(one, { type: "config" });
  } else if (name === "portal") Object.assign(portal, given);
  else if (name === "fault") Object.assign(portal.fault, given);
  else if (name === "say") return portal.add(visitor, { author: "operator", name: "Anna Petrova", ...given });
  else if (name === "change") return portal.change(visitor, given.id, given.change);
  else if (name === "conversation") portal.converse(visitor, given);
  else if (name === "tell") {
    if (given.type === "read_by_staff") visitor.readByStaff = given.seq;
    portal.tell(visitor, given);
  } else if (name === "file") portal.files.set(given.info.id, { info: given.info, bytes: Buffer.from(given.bytes, "base64") });
  else if (name === "cut") for (const one of portal.visitors.values()) for (const socket of one.sockets) socket.cut();
  else if (name === "forget") portal.visitors.clear();
  return {};
}

function summary() {
  const visitors = [...portal.visitors.values()].map((visitor) => ({ ...visitor, token: undefined, sockets: visitor.sockets.size }));
  return { visitors, heard: portal.heard, requests: portal.requests };
}

async function answer(request, response) {
  const url = new URL(request.url, origin);
  const path = url.pathname;
  if (path.startsWith("/mock/")) return send(response, 200, await mock(request, path.slice(6)));
  if (path === "/widget.js") return file(response, "widget.js");
  if (path.startsWith("/widget/assets/")) return file(response, path.slice("/widget/".length));
  if (path === "/widget/frame" || path === "/chat/demo") return page(response, path);
  if (!path.startsWith(API)) return send(response, 404, {});
  return api(request, response, url, path.slice(API.length));
}

async function api(request, response, url, path) {
  const { fault } = portal;
  portal.requests.push(`${request.method} ${path}`);
  if (fault.http === "cut") return request.socket.destroy();
  if (fault.slow) await new Promise((resolve) => setTimeout(resolve, fault.slow));
  try {
    if (fault.http !== "ok") throw new Refusal(fault.http, "broken", "");
    const one = /^\/files\/(\w+)$/.exec(path);
    if (one) return attachment(request, response, one[1]);
    const route = routes[`${request.method} ${path}`];
    if (!route) throw new Refusal(404, "not_found", "");
    const result = await route(request, url);
    if (path === "/messages" && request.method === "POST" && fault.lose > 0) {
      fault.lose -= 1;
      return request.socket.destroy();
    }
    return send(response, result.repeated === undefined && request.method === "POST" ? 201 : 200, result);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return send(response, error.status, { title: error.code, detail: error.detail, code: error.code }, "application/problem+json");
  }
}

function attachment(request, response, id) {
  visitorOf(request);
  const found = portal.files.get(id);
  if (!found) throw new Refusal(404, "not_found", "");
  response.writeHead(200, { "Content-Type": found.info.type, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
  response.end(found.bytes);
}

function send(response, status, value, type = "application/json") {
  response.writeHead(status, { "Content-Type": type, "Cache-Control": "no-store" });
  response.end(JSON.stringify(value));
}

async function file(response, name) {
  const bytes = await readFile(`${web}/${name}`).catch(() => undefined);
  response.writeHead(bytes ? 200 : 404, { "Content-Type": TYPES[name.split(".").at(-1)] ?? "text/plain" });
  response.end(bytes);
}

/** As strict as the real one should be: nothing inline, nothing from elsewhere, shown only where it is allowed. */
async function page(response, path) {
  if (portal.fault.frame) return send(response, portal.fault.frame, {});
  const ancestors = path.startsWith("/chat/") ? "'none'" : allowed;
  response.writeHead(200, {
    "Content-Type": TYPES.html,
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; " +
      `base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}; require-trusted-types-for 'script'`,
    "Referrer-Policy": "no-referrer",
  });
  return response.end(await readFile(`${web}/frame.html`));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) send(response, 500, {});
  });
});

server.on("upgrade", (request, socket) => {
  if (portal.fault.sockets !== "ok" || portal.fault.http === "cut" || request.url !== `${API}/socket`) return socket.destroy();
  let visitor;
  const line = accept(request, socket, {
    heard(text) {
      const frame = JSON.parse(text);
      if (frame.type === "hello") {
        visitor = portal.visitors.get(frame.token);
        if (!visitor) return line.close(4001);
        visitor.sockets.add(line);
        for (const one of portal.hello(visitor, frame.after)) line.send(one);
      } else if (frame.type === "read" && visitor) visitor.read = Math.max(visitor.read, frame.seq);
      portal.heard.push({ visitor: visitor?.number, ...frame, token: undefined });
      return undefined;
    },
    gone: () => visitor?.sockets.delete(line),
  });
  return undefined;
});

setInterval(() => {
  for (const visitor of portal.visitors.values()) portal.tell(visitor, { type: "ping" });
}, 25_000).unref();

const site = (request, response) => {
  const { type, csp, text } = sitePage(new URL(request.url, allowed), origin);
  response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": csp });
  response.end(text);
};

const listen = (server, at) => new Promise((resolve) => server.listen(at, "127.0.0.1", resolve));
await listen(server, port);
await listen(createServer(site), sitePort);
await listen(createServer(site), foreignPort);
console.log(`portal ${origin}/chat/demo\nsite   ${allowed}/\nnot allowed http://127.0.0.1:${foreignPort}/`);
