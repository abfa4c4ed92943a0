"""What an operator's list and composer bear: words of any shape, marks of channels, more files than go at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from openlines.services.receive import Incoming, Person, receive_message
from tests.e2e.house import House, Portal

pytestmark = pytest.mark.slow
Someone = Callable[..., BrowserContext]
TALLEST = "(row) => Math.max(...[...row.querySelectorAll('span')].map((one) => one.getBoundingClientRect().height))"
MARK = """(face) => {
  const { backgroundImage, backgroundColor, color, width } = getComputedStyle(face, "::after");
  return { drawn: backgroundImage.startsWith('url("data:image/svg+xml'), backgroundColor, color, width };
}"""


@pytest.fixture
def portal(small_house: House, someone: Someone) -> Portal:
    return Portal(small_house, someone())


def says(portal: Portal, who: str, text: str, name: str = "") -> None:
    """A customer of the site writes."""
    person = Person(name=name or who, language="ru")
    incoming = Incoming(external_id=who, dedupe=f"{who} {text}", text=text, person=person)
    portal.house.write(receive_message, portal.channel_id, incoming)


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_test_id("conversation-row").filter(has_text=name)


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_row_has_two_lines_and_the_mark_and_the_name_of_its_channel(
    portal: Portal, someone: Someone, colours: str
) -> None:
    context = someone(color_scheme=colours)
    portal.change_line(portal.line_id, [portal.operator(context, "Ann")], mode="everyone")
    page = context.new_page()
    page.goto(portal.house.base)
    says(portal, "Простой", "Здравствуйте!")
    says(portal, "Многострочный", "Первое\n\nвторое\r\n\tтретье\u2028четвёртое")
    says(portal, "Длинный", "Оченьдлинноеслово" * 30, "Константин Константинопольский-Преображенский " * 2)
    expect(page.get_by_test_id("conversation-row")).to_have_count(3)
    plain = row_of(page, "Простой")
    expect(plain).to_contain_text("Чат на сайте")
    for name in ("Многострочный", "Константин"):
        assert row_of(page, name).evaluate(TALLEST) == plain.evaluate(TALLEST)
    expect(row_of(page, "Многострочный")).to_contain_text("Первое")

    mark = plain.locator(".face").evaluate(MARK)
    assert mark == {
        "drawn": True,
        "backgroundColor": "rgb(77, 84, 104)",
        "color": "rgb(255, 255, 255)",
        "width": "16px",
    }
    row_of(page, "Константин").click()
    for place in (page.locator("header .channel-mark"), page.get_by_test_id("customer-pane").locator(".channel-mark")):
        assert place.first.evaluate(MARK) == mark
    # What of a long name has no room is cut off with dots, in sight of its beginning.
    title = page.get_by_role("heading", level=2).get_by_role("button")
    assert title.evaluate("(one) => [getComputedStyle(one).textOverflow, one.scrollWidth > one.clientWidth]") == [
        "ellipsis",
        True,
    ]


def test_thirty_files_arrive_all_in_three_messages(portal: Portal, someone: Someone, tmp_path: Path) -> None:
    context = someone()
    portal.change_line(portal.line_id, [portal.operator(context, "Ann")], mode="everyone")
    page = context.new_page()
    page.goto(portal.house.base)
    says(portal, "Пётр", "Пришлите всё, пожалуйста")
    row_of(page, "Пётр").click()
    page.get_by_test_id("accept").first.click()
    names = [f"договор {number:02}.txt" for number in range(30)]
    for name in names:
        (tmp_path / name).write_text(name)
    page.get_by_test_id("composer-input").fill("Вот всё")
    page.get_by_test_id("file-input").set_input_files([tmp_path / name for name in names])
    expect(page.get_by_test_id("upload")).to_have_count(30)
    composer = page.locator("form.composer").bounding_box()
    assert composer is not None
    assert composer["y"] > 300, "the thread stays in sight"
    # Twenty at once are what the server takes, then one in two seconds; nobody has to press anything.
    expect(page.get_by_test_id("composer-send")).to_be_enabled(timeout=60_000)
    page.get_by_test_id("composer-input").press("Enter")

    def files(found: dict[str, list[dict[str, object]]]) -> list[object]:
        return [each["name"] for said in found["items"] for each in said.get("files") or ()]  # type: ignore[attr-defined]

    found = portal.eventually("/api/v1/threads/1/messages", lambda found: len(files(found)) == 30)
    assert files(found) == names
    sent = [each for each in found["items"] if each.get("files")]
    assert [(each.get("text", ""), len(each["files"])) for each in sent] == [("Вот всё", 10), ("", 10), ("", 10)]
