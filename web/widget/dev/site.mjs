/** Somebody's site: a shop with long pages, its own loud styles, and a policy that allows as little as it can. */

const PARAGRAPHS = 14;

/** `?lang=`, `?theme=`, `?stub` (commands before the loader is there), `?twice` (the snippet put in two times). */
export function sitePage(url, host) {
  const csp =
    `default-src 'none'; script-src 'self' ${host}; frame-src ${host}; style-src 'self'; img-src 'self'; ` +
    "require-trusted-types-for 'script'; base-uri 'none'";
  if (url.pathname === "/site.css") return { type: "text/css", csp, text: STYLE };
  if (url.pathname === "/site.js") return { type: "text/javascript", csp, text: SCRIPT };
  const data = ["lang", "theme"].map((name) => (url.searchParams.has(name) ? ` data-${name}="${attribute(url, name)}"` : "")).join("");
  const snippet = `<script async src="${host}/widget.js" data-key="demo"${data}></script>`;
  const text = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lamp &amp; Shade ${attribute(url, "page")}</title><link rel="stylesheet" href="/site.css">
${url.searchParams.has("stub") ? '<script src="/site.js"></script>' : ""}${snippet}${url.searchParams.has("twice") ? snippet : ""}</head>
<body><header><b>Lamp &amp; Shade</b><nav><a href="/?page=lamps">Lamps</a> <a href="/?page=shades">Shades</a> <button id="ask">Ask us</button></nav></header>
<main><h1>Light for every room</h1>
${"<p>Hand-made lamps of glass and brass. Each is made to order in a small workshop, is wired and tested by one person, and comes with a card that carries a name.</p>".repeat(PARAGRAPHS)}
</main></body></html>`;
  return { type: "text/html; charset=utf-8", csp, text };
}

const attribute = (url, name) => (url.searchParams.get(name) ?? "").replace(/[^\w-]/g, "");

// A site owner's rules reach for everything; the chat must not notice.
const STYLE = `
* { box-sizing: content-box; }
body { margin: 0; font: 18px/1.6 Georgia, serif; color: #3a2c22; background: #fbf6ee; }
header { display: flex; justify-content: space-between; padding: 16px 32px; border-bottom: 2px solid #3a2c22; }
main { max-width: 720px; margin: 0 auto; padding: 0 24px; }
button { font: italic 18px Georgia, serif !important; text-transform: uppercase; background: #b3541e !important; color: #fff !important; }
iframe, div { border: 3px dotted red !important; }
openlines-chat { display: block !important; position: static !important; opacity: 0.3; }
`;

const SCRIPT = `
window.openlines = window.openlines || function () { (openlines.q = openlines.q || []).push(arguments); };
window.facts = [];
openlines("on", "open", function () { facts.push("open"); });
openlines("on", "close", function () { facts.push("close"); });
openlines("on", "unread", function (count) { facts.push("unread " + count); });
openlines("on", "message", function (message) { facts.push("message " + message.text); });
openlines("set", { name: "Vera", data: { order: 48213 } });
document.addEventListener("DOMContentLoaded", function () {
  document.getElementById("ask").onclick = function () { openlines("toggle"); };
});
`;
