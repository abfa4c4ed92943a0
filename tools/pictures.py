"""`make pictures`: the pictures of the documentation, taken of a demo portal that has been alive for a minute.

Writes `docs/images/<name>.png` in Russian and `docs/images/<name>-en.png` in English. While the minute passes,
one of the operators that the demo leaves to whoever looks is played here: she accepts and answers a part of what
comes, so that her list shows every group.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from openlines.demo.people import OPERATORS, PASSWORD
from tests.support_servers import chromium

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LIFE = 55.0  # seconds of the demo before the first picture
SIZE: ViewportSize = {"width": 1440, "height": 900}
TALL: ViewportSize = {"width": 1440, "height": 1200}
TABS = ("queue", "hours", "automatic", "quality", "kpi", "consent", "appearance")
LANGUAGES = {"ru": "", "en": "-en"}
NAMES = {"ru": "Заказы и доставка", "en": "Orders and delivery"}
CHATS = {"ru": "Чат магазина", "en": "The shop's chat"}
# What a line of a shop might say: something to see on every tab.
FURNITURE: dict[str, Any] = {
    "hours_on": True,
    "week": [[{"from": "09:00", "to": "13:00"}, {"from": "14:00", "to": "19:00"}]] * 5
    + [[{"from": "10:00", "to": "16:00"}], []],
    "off_hours_text": {
        "ru": "Сейчас мы не работаем. Откроемся {opens_at} и сразу ответим.",
        "en": "We are closed at the moment. We open {opens_at} and will answer at once.",
    },
    "no_answer_action": "text",
    "no_answer_text": {
        "ru": "Мы о вас помним, {customer}: все операторы заняты. Обычно отвечаем за {answers_in}.",
        "en": "We have not forgotten you, {customer}: everybody is busy. It usually takes {answers_in}.",
    },
    "inactivity": [
        {
            "after": 3600,
            "text": {"ru": "Остались вопросы?", "en": "Is there anything else?"},
            "buttons": [
                {"action": "continue", "caption": {"ru": "Да", "en": "Yes"}, "reply": {}},
                {"action": "close", "caption": {"ru": "Нет, спасибо", "en": "No, thank you"}, "reply": {}},
            ],
        }
    ],
    "rating": "stars",
    "kpi_first": 60,
    "kpi_first_notice": {"on": True, "steps": [80, 100, 200]},
    "consent_text": {
        "ru": "Мы храним переписку, чтобы ответить вам и проверить заказ.",
        "en": "We keep what you write to answer you and to look up your order.",
    },
    "consent_url": "https://example.com/privacy",
    "form": "before",
    "form_fields": [
        {"key": "name", "kind": "name", "label": {"ru": "Как вас зовут?", "en": "Your name"}, "required": True},
        {"key": "order", "kind": "text", "label": {"ru": "Номер заказа", "en": "Number of the order"}},
    ],
}
OPEN = {"ru": "Марина Белых", "en": "Daniel Reed"}  # whose conversation is in the picture
ANSWERS = {
    "ru": "Здравствуйте! Уже смотрю, отвечу через минуту",
    "en": "Hello! I am looking into it, one minute please",
}


def main() -> int:
    program = chromium.find_chromium()
    if program is None:
        print(chromium.MISSING, file=sys.stderr)
        return 1
    asyncio.run(_make(program))
    return 0


async def _make(program: Path) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with _demo() as base, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        anna = await _signed_in(browser, base, OPERATORS[0][1])
        desk = await anna.new_page()
        await desk.goto(base)
        work = asyncio.create_task(_work(anna, base))
        await asyncio.sleep(LIFE)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        boss = await _signed_in(browser, base, "admin@example.com")
        for language, suffix in LANGUAGES.items():
            await _workspace(desk, base, language, suffix)
            await _settings(await boss.new_page(), base, language, suffix)
            await _widget(browser, boss, base, language, suffix)
        await browser.close()


@asynccontextmanager
async def _demo() -> AsyncIterator[str]:
    """The address of a demo of its own; it is ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "openlines", "demo", "--port", str(port), stdout=asyncio.subprocess.PIPE
    )
    try:
        if running.stdout is None or b"demo:" not in await running.stdout.readline():
            raise RuntimeError("the demo does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        if running.returncode is None:
            running.terminate()
        await running.wait()


async def _signed_in(browser: Browser, base: str, email: str) -> BrowserContext:
    context = await browser.new_context(viewport=SIZE, locale="ru-RU", timezone_id="Europe/Moscow")
    await _ask(context, base, "POST", "login", {"email": email, "password": PASSWORD})
    return context


async def _ask(context: BrowserContext, base: str, method: str, path: str, body: Any = None) -> Any:
    answer = await context.request.fetch(
        f"{base}/api/v1/{path}", method=method, data=body, headers={"Origin": base}, fail_on_status_code=False
    )
    return await answer.json() if answer.ok else None


# ---------------------------------------------------------------- an operator at work


async def _work(context: BrowserContext, base: str) -> None:
    """Accepts what is offered until the last seconds, and answers every other customer."""
    number = 0
    while True:
        await asyncio.sleep(2)
        shown = await _ask(context, base, "GET", "snapshot") or {"conversations": [], "me": {}}
        for row in shown["conversations"]:
            path = f"conversations/{row['id']}"
            if row["state"] == "offered" and row.get("offered_to") == shown["me"]["id"]:
                await _ask(context, base, "POST", f"{path}/accept", {"version": row["version"]})
            elif row["state"] == "active" and row.get("awaiting") == "operator" and row["id"] % 2 and not _shown(row):
                number += 1
                said = {"client_message_id": f"picture{number}", "text": _answer(row)}
                await _ask(context, base, "POST", f"{path}/messages", said)


def _shown(row: dict[str, Any]) -> bool:
    return row.get("customer") in OPEN.values()


def _answer(row: dict[str, Any]) -> str:
    words = row.get("last", {}).get("text", "")
    return ANSWERS["ru" if any("а" <= letter <= "я" for letter in words.lower()) else "en"]


# ---------------------------------------------------------------- the pictures


async def _show(page: Page, base: str, path: str, language: str, theme: str = "light") -> None:
    """Go there in this language and scheme, as who has chosen both before."""
    await page.add_init_script(
        f"localStorage.setItem('openlines.language', '{language}'); localStorage.setItem('openlines.theme', '{theme}')"
    )
    await _ask(page.context, base, "PATCH", "me", {"language": language})
    await page.goto(base + path, wait_until="networkidle")
    await page.evaluate("document.fonts.ready")


async def _take(page: Page, name: str) -> None:
    await page.wait_for_timeout(700)  # what slides in has come to rest
    await page.screenshot(path=IMAGES / f"{name}.png")


async def _workspace(page: Page, base: str, language: str, suffix: str) -> None:
    for theme in ("light", "dark"):
        await _show(page, base, "/", language, theme)
        await page.get_by_test_id("conversation-row").filter(has_text=OPEN[language]).click()
        await page.get_by_test_id("message").first.wait_for()
        await _take(page, f"workspace-{theme}{suffix}")


async def _settings(page: Page, base: str, language: str, suffix: str) -> None:
    lines = await _ask(page.context, base, "GET", "lines")
    first = lines["items"][0]["id"]
    await _show(page, base, f"/settings/lines/{first}", language)
    await _take(page, f"line-settings{suffix}")
    line = await _furnished(page.context, base, first, language)
    await page.set_viewport_size(TALL)
    for tab in TABS:
        await _show(page, base, f"/settings/lines/{line}/{tab}", language)
        await _take(page, f"line-{tab}{suffix}")
    await page.set_viewport_size(SIZE)
    await _show(page, base, "/contact-centre", language)
    await _take(page, f"contact-centre{suffix}")
    await page.close()


async def _furnished(context: BrowserContext, base: str, line: int, language: str) -> int:
    """A copy of a line, with a chat of its own and something to see on every tab."""
    copied = await _ask(context, base, "POST", f"lines/{line}/copy", {"name": NAMES[language]})
    change = {"version": copied["version"], "settings": FURNITURE}
    if await _ask(context, base, "PATCH", f"lines/{copied['id']}", change) is None:
        raise RuntimeError("the settings for the pictures are refused")
    chat = {"line_id": copied["id"], "kind": "website", "name": CHATS[language], "settings": {}, "secrets": {}}
    await _ask(context, base, "POST", "channels", chat)
    return int(copied["id"])


async def _widget(browser: Browser, boss: BrowserContext, base: str, language: str, suffix: str) -> None:
    """A visitor's first words, and what comes back."""
    words = {"ru": "Здравствуйте! Есть плед 200×220?", "en": "Hello! Do you have the 200×220 throw?"}
    locale = {"ru": "ru-RU", "en": "en-GB"}[language]
    context = await browser.new_context(viewport={"width": 1100, "height": 760}, locale=locale)
    page = await context.new_page()
    first = min((await _ask(boss, base, "GET", "channels"))["items"], key=lambda each: int(each["id"]))
    await page.goto(f"{base}/try/{first['key']}", wait_until="networkidle")
    await page.get_by_test_id("widget-button").click()
    frame = page.frame_locator("iframe")
    await frame.get_by_test_id("widget-input").fill(words[language])
    await frame.get_by_test_id("widget-send").click()
    await frame.get_by_test_id("widget-message").filter(has_text="200×220").wait_for()
    await page.wait_for_timeout(8_000)  # long enough for somebody to be asked
    await _take(page, f"widget{suffix}")
    await context.close()


if __name__ == "__main__":
    raise SystemExit(main())
