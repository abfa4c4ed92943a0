"""A link to a chat that leads nowhere, as a page: whoever follows it is a customer, not a program."""

import html
from typing import Final

from openlines.api.words import word

# Only our own words and no script: the page may do nothing at all.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'"


def refused_page(status: int, said: str, language: str) -> bytes:
    """The whole page; `said` is the refusal in words, for everything but an address that is not there."""
    gone = status == 404
    head = word("page.no_chat" if gone else "page.not_now", {}, language)
    text = word("page.no_chat_help", {}, language) if gone else said
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{html.escape(head)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{html.escape(head)}</h1><p>{html.escape(text)}</p></main></body></html>"
    ).encode()


_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;"
    "font:17px/1.5 system-ui,sans-serif;color:#24262d;background:#fff}main{max-width:26em;padding:24px;"
    "text-align:center}h1{margin:0 0 8px;font-size:22px;line-height:1.3}p{margin:0;color:#5c6070;text-wrap:balance}"
    "@media(prefers-color-scheme:dark){body{color:#e9eaf0;background:#15171d}p{color:#a5a9b8}}"
)
