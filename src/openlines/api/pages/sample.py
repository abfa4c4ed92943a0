"""The try page: a sample site with the chat; where there is no chat on it now, it says in words why."""

import html
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from openlines.api.visitor.sites import KnownSite
from openlines.api.words import word

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def why_no_chat(site: KnownSite, now: int, language: str) -> list[str]:
    """What keeps the chat, or its button, away at this moment. Sites that are not allowed it is kept away from, too,
    but never from this page, which is ours: the page says so by itself."""
    said = []
    if not site.on:
        said.append(word("try.off", {}, language))
    if not site.shown(now):
        at = site.shows_at(now)
        code = "try.hours" if at is not None else "try.never"
        said.append(word(code, {"at": _moment(at, site, language) if at is not None else ""}, language))
    if not site.settings.get("bubble", True):
        said.append(word("try.button", {}, language))
    return said


def _moment(at: int, site: KnownSite, language: str) -> str:
    """Day and time on the clock of the chat's own hours, which is named."""
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(site.hours_zone())
    shape = "%d.%m.%Y %H:%M" if language == "ru" else "%Y-%m-%d %H:%M"
    return f"{local.strftime(shape)} ({local.tzname()})"


def try_page(site: KnownSite, now: int, language: str, *, fixed: bool = False) -> str:
    """The whole page, without a script of its own. `fixed`: the chat speaks this language, whatever is asked for."""
    said = f' data-lang="{language}"' if fixed else ""
    reasons = "".join(f"<li>{html.escape(each)}</li>" for each in why_no_chat(site, now, language))
    title, head, words, hint = (word(f"try.{each}", {}, language) for each in ("title", "head", "words", "hint"))
    note = (
        f'<section role="note"><h2>{word("try.why", {}, language)}</h2><ul>{reasons}</ul></section>' if reasons else ""
    )
    origins = ", ".join(site.settings.get("allowed_origins") or ())
    where = f"<p>{html.escape(word('try.origins', {'origins': origins}, language))}</p>" if origins else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{title} · {html.escape(site.line_name)}</title>'
        f"<style>{_STYLE}</style>"
        f'<script async src="/widget.js" data-key="{quote(site.key)}"{said}></script></head><body>'
        f"<header><b>{html.escape(site.line_name)}</b></header><main><h1>{head}</h1>{note}<p>{words}</p><p>{hint}</p>{where}"
        f"<noscript><p>{word('try.script', {}, language)}</p></noscript>"
        '<div></div><div class="b"></div><div class="c"></div></main></body></html>'
    )


_STYLE: Final = (
    ":root{color-scheme:light dark}body{margin:0;font:17px/1.6 system-ui,sans-serif;color:#24262d;background:#fff}"
    "header{padding:18px 24px;border-bottom:1px solid #e7e8ee}main{max-width:640px;margin:48px auto;padding:0 24px}"
    "h1{font-size:30px;line-height:1.2}div{height:14px;border-radius:7px;background:#f0f1f5;margin:16px 0}"
    "section{margin:24px 0;padding:14px 20px;border:1px solid #e3c26b;border-radius:10px;background:#fff8e1}"
    "h2{margin:0;font-size:17px}ul{margin:6px 0 0;padding-left:20px}li{overflow-wrap:anywhere}"
    ".b{width:82%}.c{width:64%}"
    "@media(prefers-color-scheme:dark){body{background:#15171d;color:#e9eaf0}header{border-color:#2a2d37}"
    "div{background:#20232c}section{background:#2b2616;border-color:#6b5a24}}"
)
