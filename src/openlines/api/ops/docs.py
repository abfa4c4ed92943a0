"""A page on which the API can be read: one file, no scripts, nothing from elsewhere."""

import html
import json
import re
from collections.abc import Callable
from typing import Any, Final

from openlines.api.asgi import JSON, Receive, Scope, Send, answer, only_looked_at, refuse

_STYLE: Final = """
:root {
  color-scheme: light dark; --ink: #1d2129; --quiet: #667085; --line: #e4e7ec; --soft: #f6f7f9; --accent: #2563eb;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8ee; --quiet: #98a2b3; --line: #2a2e37; --soft: #1b1e25; --accent: #7aa2ff; }
  body { background: #14161b; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.55 system-ui, sans-serif; color: var(--ink); }
main { max-width: 980px; margin: 0 auto; padding: 32px 20px 96px; }
h1 { font-size: 26px; margin: 0 0 8px; } h2 { font-size: 19px; margin: 44px 0 10px; text-transform: capitalize; }
p { margin: 0 0 10px; } .quiet { color: var(--quiet); }
nav { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 14px 0 0; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 8px; }
summary { cursor: pointer; padding: 9px 14px; display: flex; gap: 10px; align-items: baseline; flex-wrap: wrap; }
summary::-webkit-details-marker { display: none; }
.method { font: 600 12px/1 ui-monospace, monospace; min-width: 52px; color: var(--accent); }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
code { overflow-wrap: anywhere; min-width: 0; }
.inside { border-top: 1px solid var(--line); padding: 12px 14px; }
pre {
  background: var(--soft); padding: 10px 12px; border-radius: 6px; overflow: auto; margin: 4px 0 12px;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
h3 { font-size: 13px; margin: 8px 0 2px; color: var(--quiet); font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
"""

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


class Described:
    """An ASGI application for `/api/openapi.json` and `/api/docs`; made when it is asked for first."""

    def __init__(self, describe: Callable[[], dict[str, Any]]) -> None:
        self._describe = describe
        self._document: dict[str, Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await refuse(scope, send, only_looked_at(scope["method"]))
            return
        if self._document is None:
            self._document = self._describe()
        if scope["path"].endswith(".json"):
            await answer(send, 200, json.dumps(self._document, ensure_ascii=False).encode(), [JSON])
            return
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", POLICY.encode())]
        await answer(send, 200, render(self._document), headers)


_METHODS: Final = ("get", "post", "put", "patch", "delete")


def render(document: dict[str, Any]) -> bytes:
    """The page for an OpenAPI document."""
    by_tag: dict[str, list[str]] = {}
    for path, item in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in item:
                operation = item[method]
                tag = (operation.get("tags") or ["other"])[0]
                by_tag.setdefault(tag, []).append(_operation(document, path, method, operation))
    names = sorted(by_tag)
    info = document["info"]
    links = "".join(f'<a href="#{_e(each)}">{_e(each)}</a>' for each in names)
    parts = "".join(f'<h2 id="{_e(each)}">{_e(each)}</h2>{"".join(by_tag[each])}' for each in names)
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_e(info["title"])}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f'<body><main><h1>{_e(info["title"])} <span class="quiet">{_e(info["version"])}</span></h1>'
        f"{_prose(info.get('description', ''))}"
        f'<p>As <a href="/api/openapi.json">OpenAPI</a>, for programs.</p><nav>{links}</nav>'
        f"{parts}</main></body></html>"
    )
    return page.encode()


_CODE: Final = re.compile(r"`([^`]+)`")


def _prose(text: str) -> str:
    """Paragraphs; what stands between backticks as code."""
    return "".join(f"<p>{_coded(each)}</p>" for each in text.strip().split("\n\n"))


def _coded(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", _e(text))


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    shown = "WS" if "101" in operation.get("responses", {}) else method.upper()
    body = operation.get("requestBody", {}).get("content", {})
    inside = [_prose(operation["description"])] if operation.get("description") else []
    if needs := operation.get("x-needs"):
        inside.append(f'<p class="quiet">{_e(_needed(needs))}</p>')
    parameters = [each for each in operation.get("parameters", ()) if each["in"] in {"path", "query", "header"}]
    if parameters:
        rows = "\n".join(
            f"{each['name']}: {_type(document, each.get('schema', {}))} ({each['in']}){_said(each)}"
            for each in parameters
        )
        inside.append(f"<h3>Parameters</h3><pre>{_e(rows)}</pre>")
    for title, direction in (("Frames up", "x-frames-up"), ("Frames down", "x-frames-down")):
        frames = [_frame(document, each) for each in operation.get(direction, {}).get("anyOf", ())]
        inside += [f"<h3>{title}</h3>", *frames] if frames else []
    for content in body.values():
        schema = content.get("schema", {})
        inside.append(f"<h3>Body</h3><pre>{_e(_shape(document, schema))}</pre>{_example(document, schema)}")
    for status, response in sorted(operation.get("responses", {}).items()):
        for content in response.get("content", {}).values():
            if status != "default":
                text = _shape(document, content.get("schema", {}))
                inside.append(f"<h3>Answer {_e(status)}</h3><pre>{_e(text)}</pre>")
    return (
        f'<details><summary><span class="method">{shown}</span><code>{_e(path)}</code>'
        f'<span class="quiet">{_coded(operation.get("summary", ""))}</span></summary>'
        f'<div class="inside">{"".join(inside) or "<p>No body.</p>"}</div></details>'
    )


def _needed(needs: dict[str, str]) -> str:
    """Who may call it, in a sentence."""
    if needs["who"] == "anyone":
        return "Open to anyone; no sign-in."
    who = "Administrators" if needs["who"] == "administrator" else "Operators and administrators"
    return f"{who}; a key needs the scope {needs['scope']}." if "scope" in needs else f"{who}, in a browser; no keys."


def _shape(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> str:
    """A schema as people read one: names and types, two levels deep."""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        return f"[{_shape(document, schema.get('items', {}), depth)}]"
    properties = schema.get("properties")
    if not properties or depth >= 2:
        return _type(document, schema)
    required = set(schema.get("required", ()))
    pad = "  " * (depth + 1)
    lines = [
        f"{pad}{name}{'' if name in required else '?'}: {_told(_shape(document, each, depth + 1), each)}"
        for name, each in properties.items()
    ]
    return "{\n" + "\n".join(lines) + "\n" + "  " * depth + "}"


def _told(shape: str, schema: dict[str, Any]) -> str:
    """What a field means, at the end of its first line."""
    first, *others = shape.split("\n")
    return "\n".join([first + _said(schema), *others])


def _said(schema: dict[str, Any]) -> str:
    if len(schema.get("enum", ())) == 1:
        return ""  # the one value says it
    words = schema.get("description", "").replace("`", "")
    return f"   — {words}" if words else ""


def _frame(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """One kind of frame: what it says, and its shape."""
    words = _resolved(document, schema).get("description", "")
    told = _prose(words) if words else ""
    return f"{told}<pre>{_e(_shape(document, schema))}</pre>{_example(document, schema)}"


def _example(document: dict[str, Any], schema: dict[str, Any]) -> str:
    found = _resolved(document, schema).get("examples", ())
    return "".join(f"<h3>Example</h3><pre>{_e(json.dumps(each, ensure_ascii=False))}</pre>" for each in found)


def _type(document: dict[str, Any], schema: dict[str, Any]) -> str:
    schema = _resolved(document, schema)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(_type(document, each) for each in schema[key]))
    if "enum" in schema:
        return " | ".join(f'"{each}"' for each in schema["enum"])
    if "const" in schema:
        return f'"{schema["const"]}"'
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " | ".join(kind)
    if kind == "array":
        return f"[{_type(document, schema.get('items', {}))}]"
    return str(schema.get("title", kind) if kind == "object" else kind)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return found


def _e(text: Any) -> str:
    return html.escape(str(text))
