"""Ten thousand conversations in one list, scrolled on a slow machine."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.e2e.house import House, Portal, running

pytestmark = [pytest.mark.slow, pytest.mark.alone]
MANY = 10_000
SLOWER = 4
CHUNK = 8  # frames between two looks at the processor's clock
P95 = 25.0  # milliseconds from one frame to the next; the promise is 33

# What a frame takes while a finger flings the list: so many pixels in every frame, to the end and back.
SCROLL = """
async ({ step, frames }) => {
  const view = document.querySelector("[data-testid=conversation-list]");
  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let direction = 1;
  const took = [];
  let before = await next();
  for (let frame = 0; frame < frames; frame += 1) {
    view.scrollTop += step * direction;
    const now = await next();
    took.push(now - before);
    before = now;
    if (view.scrollTop + view.clientHeight >= view.scrollHeight - 1) direction = -1;
    else if (view.scrollTop <= 0) direction = 1;
  }
  return took;
}
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with running(tmp_path / "data") as found:
        yield found


def fill(database: Path, operator_id: int, line_id: int, channel_id: int) -> None:
    """Customers, threads and open conversations, as the product would have left them, all of one operator."""
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
    at = "CAST(strftime('%s', 'now') AS INTEGER) * 1000000 - i * 7000000"
    with sqlite3.connect(database) as connection:
        connection.execute(
            f"INSERT INTO customers (id, name, created_at) {numbers} SELECT i, 'Покупатель ' || i, {at} FROM n"
        )
        connection.execute(
            "INSERT INTO threads (id, channel_id, external_id, customer_id, created_at, last_conversation_id)"
            f" {numbers} SELECT i, ?, 'seeded ' || i, i, {at}, i FROM n",
            (channel_id,),
        )
        connection.execute(
            "INSERT INTO conversations (id, thread_id, channel_id, customer_id, line_id, version, state, awaiting,"
            " operator_id, opened_at, responsible_at, accepted_at, replied_at, customer_at, customer_since,"
            " waiting_since, operator_at, first_seq, unread, last_text, last_author, last_at)"
            f" {numbers} SELECT i, i, ?, i, ?, 2, 'active', iif(i % 2, 'operator', 'customer'), ?, {at}, {at}, {at},"
            f" iif(i % 2, NULL, {at}), {at}, iif(i % 2, {at}, NULL), iif(i % 2, {at}, NULL), iif(i % 2, NULL, {at}),"
            " 1, i % 3, 'Вопрос ' || i || ': когда придёт заказ?', 'customer', " + at + " FROM n",
            (channel_id, line_id, operator_id),
        )


def frame_of(page: Page, step: int) -> float:
    """The p95 of a frame in milliseconds on a machine four times slower.

    Other programs that want the processor lengthen every frame. When no round was quiet enough, what counts is the
    processor's time that the page itself took for its frames, four times.
    """
    devtools = page.context.new_cdp_session(page)
    page.evaluate(SCROLL, {"step": step, "frames": 60})  # what is compiled at first use is compiled now
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    rounds = [p95(page.evaluate(SCROLL, {"step": step, "frames": 120})) for _ in range(3)]
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    if min(rounds) <= P95:
        return min(rounds)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    spent, before = [], thread_seconds(devtools)
    for _ in range(60):
        page.evaluate(SCROLL, {"step": step, "frames": CHUNK})
        now = thread_seconds(devtools)
        spent.append((now - before) / CHUNK * 1000 * SLOWER)
        before = now
    return p95(spent)


def thread_seconds(devtools: CDPSession) -> float:
    """What the page's main thread has worked since it began."""
    metrics = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def test_ten_thousand_conversations_scroll_on_a_slow_machine(
    house: House, tmp_path: Path, someone: Callable[..., BrowserContext]
) -> None:
    portal = Portal(house, someone())
    house.stop()
    fill(tmp_path / "data" / "portal.db", portal.chief_id, portal.line_id, portal.channel_id)
    house.start()
    page = portal.chief.new_page()
    page.goto(house.base)
    expect(page.get_by_test_id("conversation-row").first).to_be_visible(timeout=20_000)
    expect(page.get_by_test_id("tab-mine")).to_contain_text("10")
    assert page.get_by_test_id("conversation-row").count() < 60

    for step in (30, 90):  # a wheel, and a fling
        frame = frame_of(page, step)
        assert frame <= P95, f"{step} px a frame: p95 {frame:.1f} ms"
    seen = page.get_by_test_id("conversation-row").first.inner_text()
    assert "Покупатель" in seen
