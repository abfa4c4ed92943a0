/** The server's side of WebSockets, as much of RFC 6455 as a browser asks of a test: text frames, close, ping. */
import { createHash } from "node:crypto";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Take over the connection of an upgrade request. `heard(text)` for each frame, `gone()` once at the end. */
export function accept(request, socket, { heard, gone }) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + GUID).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`,
  );
  let rest = Buffer.alloc(0);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    socket.destroy();
    gone();
  };
  socket.on("data", (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (let frame = read(rest); frame; frame = read(rest)) {
      rest = rest.subarray(frame.size);
      if (frame.opcode === 8) end();
      else if (frame.opcode === 9) socket.write(encode(10, frame.body));
      else if (frame.opcode === 1) heard(frame.body.toString("utf8"));
    }
  });
  socket.on("close", end);
  socket.on("error", end);
  return {
    send: (value) => ended || socket.write(encode(1, Buffer.from(JSON.stringify(value)))),
    close(code) {
      const body = Buffer.alloc(2);
      body.writeUInt16BE(code);
      if (!ended) socket.end(encode(8, body));
    },
    /** The cable is pulled. */
    cut: end,
  };
}

function read(bytes) {
  if (bytes.length < 2) return undefined;
  const masked = bytes[1] & 0x80;
  let length = bytes[1] & 0x7f;
  let at = 2;
  if (length === 126) {
    if (bytes.length < 4) return undefined;
    length = bytes.readUInt16BE(2);
    at = 4;
  } else if (length === 127) {
    if (bytes.length < 10) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
    at = 10;
  }
  const mask = masked ? bytes.subarray(at, at + 4) : undefined;
  if (masked) at += 4;
  if (bytes.length < at + length) return undefined;
  const body = Buffer.from(bytes.subarray(at, at + length));
  if (mask) for (let index = 0; index < body.length; index++) body[index] ^= mask[index % 4];
  return { opcode: bytes[0] & 0x0f, body, size: at + length };
}

function encode(opcode, body) {
  const head =
    body.length < 126
      ? Buffer.from([0x80 | opcode, body.length])
      : body.length < 65536
        ? Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 255])
        : Buffer.concat([Buffer.from([0x80 | opcode, 127]), eight(body.length)]);
  return Buffer.concat([head, body]);
}

function eight(length) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}
