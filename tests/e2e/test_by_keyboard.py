"""A day at the desk without a mouse: what is done with a conversation is done by keys, in the Russian layout too."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FileChooser, Locator, Page, expect

from tests.e2e.house import PASSWORD, House, Portal

pytestmark = pytest.mark.slow
Someone = Callable[..., BrowserContext]
SLOWLY = 20_000  # the first page of a fresh browser, on a busy machine
ALT, SHIFT = 1, 8
RUSSIAN = dict(zip("ABCDEFIJKLNPQRSTVWYZ", "фисвуашолдтзйкыемцня", strict=True))

# Whoever has the focus is seen to have it: by an outline, or by the frame of the field around it.
SHOWN = """
() => {
  const it = document.activeElement;
  if (!it || it === document.body) return ["", true];
  const name = `${it.tagName} ${it.dataset.testid ?? it.getAttribute("aria-label") ?? it.textContent.trim()}`;
  const outlined = getComputedStyle(it).outlineStyle !== "none" && parseFloat(getComputedStyle(it).outlineWidth) > 0;
  return [name.slice(0, 60), outlined || it.matches(".composer:focus-within textarea")];
}
"""


class Desk:
    """The workspace of one operator, by keys only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._devtools = page.context.new_cdp_session(page)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.insert_text(words)

    def russian(self, letter: str, held: int = 0) -> None:
        """The key with this letter on an English keyboard, while the Russian layout is on."""
        key = {"code": f"Key{letter}", "key": RUSSIAN[letter], "modifiers": held, "windowsVirtualKeyCode": ord(letter)}
        for kind in ("rawKeyDown", "keyUp"):
            self._devtools.send("Input.dispatchKeyEvent", {"type": kind, **key})

    def find(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def composer(self) -> Locator:
        return self.find("composer-input")

    def leave_the_text(self) -> None:
        expect(self.composer).to_be_focused()
        self.press("Escape")
        expect(self.composer).not_to_be_focused()

    def ask_for_commands(self) -> None:
        self.press("Control+k")
        expect(self.find("command-input")).to_be_focused()

    def go_to(self, name: str, letter: str) -> None:
        expect(self.find("conversation-row").filter(has_text=name)).to_have_count(1)
        self.russian(letter)
        expect(self.page.locator("h2", has_text=name)).to_be_visible()

    def take_next(self, name: str) -> None:
        """Accept what is put before me, in the Russian layout."""
        expect(self.find("offer")).to_have_count(1)
        self.russian("A", ALT)
        expect(self.page.locator("h2", has_text=name)).to_be_visible()
        expect(self.find("offer")).to_have_count(0)
        expect(self.composer).to_be_focused()


class Visitor:
    """A customer without a browser of his own."""

    def __init__(self, portal: Portal, name: str) -> None:
        self._portal, self._count = portal, 0
        self._headers = {"Origin": portal.house.base}
        self._name = name
        opened = self._send("POST", "session", {"page": "https://lamp.example/", "language": "ru"})
        self._headers["Authorization"] = f"Bearer {opened['token']}"
        self._send("PATCH", "session", {"name": name})

    def write(self, words: str) -> None:
        self._count += 1
        self._send("POST", "messages", {"client_message_id": f"{self._name}{self._count}", "text": words})

    def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        url = f"{self._portal.house.base}/api/v1/widget/{self._portal.key}/{path}"
        answer = self._portal.chief.request.fetch(url, method=method, data=body, headers=self._headers)
        assert answer.ok, f"{answer.status} {answer.text()}"
        return answer.json()


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


@pytest.fixture
def ben(someone: Someone) -> BrowserContext:
    return someone()


@pytest.fixture
def desk(portal: Portal, house: House, someone: Someone, ben: BrowserContext) -> Desk:
    """Ann, signed in by keys; Ben, of the department «Мастерская», is not there yet."""
    ann = someone()
    members = [portal.operator(ann, "Ann"), portal.operator(ben, "Ben")]
    portal.ask(portal.chief, "POST", "/api/v1/departments", {"name": "Мастерская", "member_ids": [members[1]]})
    portal.ask(portal.chief, "POST", "/api/v1/lines", {"name": "Доставка"})
    portal.change_line(portal.line_id, members, mode="evenly", queue_time=600)
    ann.clear_cookies()
    page = ann.new_page()
    page.goto(house.base)
    desk = Desk(page)
    expect(desk.find("login-email")).to_be_focused(timeout=SLOWLY)
    desk.type("oann@example.com")
    desk.press("Tab")
    desk.type("not it")
    desk.press("Enter")
    expect(desk.find("login-error")).to_contain_text("не подходят")
    desk.type(PASSWORD)
    desk.press("Enter")
    expect(desk.find("tab-mine")).to_be_visible(timeout=SLOWLY)
    return desk


def test_writing_takes_no_mouse(desk: Desk, portal: Portal, tmp_path: Path) -> None:
    choosers: list[FileChooser] = []
    desk.page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 - it marks what it is given
    masha, ivan = Visitor(portal, "Маша"), Visitor(portal, "Иван")
    masha.write("Сколько стоит лампа?")
    desk.take_next("Маша")
    desk.type("Добрый день!")
    desk.press("Shift+Enter")
    desk.type("Лампа стоит 4 900 ₽")
    desk.press("Enter")
    said = desk.find("message").filter(has_text="4 900")
    expect(said).to_contain_text("Добрый день!")

    # A note, a file, a draft that waits while one is elsewhere.
    desk.leave_the_text()
    desk.russian("N")
    desk.type("Постоянная покупательница")
    desk.press("Enter")
    expect(desk.find("message").filter(has_text="видно только сотрудникам")).to_contain_text("Постоянная")
    desk.leave_the_text()
    desk.russian("R")
    expect(desk.find("mode-reply")).to_have_attribute("aria-selected", "true")
    desk.leave_the_text()
    (tmp_path / "price.txt").write_text("4900")
    desk.russian("F")
    while not choosers:
        desk.page.wait_for_timeout(50)
    choosers[0].set_files(tmp_path / "price.txt")
    expect(desk.composer).to_be_focused()
    expect(desk.find("upload")).to_contain_text("price.txt")
    expect(desk.find("composer-send")).to_be_enabled()
    desk.press("Enter")
    expect(desk.find("message").last).to_contain_text("price.txt")

    desk.type("недописанное")
    ivan.write("А плед есть?")
    desk.take_next("Иван")
    expect(desk.composer).to_have_value("")
    desk.press("Alt+ArrowDown")
    expect(desk.composer).to_have_value("недописанное")
    desk.press("Control+a", "Delete", "Alt+ArrowUp")
    expect(desk.page.locator("h2", has_text="Иван")).to_be_visible()


def test_deciding_takes_no_mouse(desk: Desk, portal: Portal, ben: BrowserContext) -> None:
    visitors = {name: Visitor(portal, name) for name in ("Анна", "Борис", "Вера", "Глеб", "Дина")}

    # Declined, so that a colleague has it; taken over from him, found among all by keys.
    visitors["Анна"].write("Здравствуйте!")
    expect(desk.find("offer")).to_contain_text("Анна")
    expect(desk.page).to_have_title(re.compile(r"^\(1\) \d+:\d\d · Анна"))
    with_ben = ben.new_page()
    with_ben.goto(portal.house.base)
    expect(with_ben.get_by_test_id("tab-mine")).to_be_visible(timeout=SLOWLY)
    # Before he is there, a declined conversation comes back to the only one who is.
    portal.eventually(
        "/api/v1/users", lambda found: any(each["name"] == "Ben" and each.get("available") for each in found["items"])
    )
    desk.russian("D", ALT)
    expect(with_ben.get_by_test_id("offer")).to_contain_text("Анна")
    expect(desk.find("offer")).to_have_count(0)
    with_ben.keyboard.press("Alt+KeyA")
    expect(with_ben.get_by_test_id("composer-input")).to_be_focused()
    portal.ask(ben, "PUT", "/api/v1/me/presence", {"state": "offline"})
    desk.press("Alt+Digit3")
    expect(desk.find("tab-all")).to_have_attribute("aria-selected", "true")
    expect(desk.find("conversation-row")).to_have_count(1)
    desk.russian("J")
    expect(desk.page.locator("h2", has_text="Анна")).to_be_visible()
    expect(desk.find("fact").last).to_contain_text("Ben")
    desk.russian("I")
    expect(desk.find("finish")).to_be_visible()
    expect(desk.find("fact").last).to_contain_text("Вы перехватили")
    desk.press("Alt+Digit1")

    # Why, and what is next: seen, and the focus comes back.
    desk.russian("W")
    expect(desk.dialog).to_contain_text("Почему")
    desk.press("Escape")
    expect(desk.dialog).to_have_count(0)
    expect(desk.find("why")).to_be_focused()

    # Pinned, put aside and brought back, finished and not, finished at last.
    desk.russian("P")
    row = desk.find("conversation-row").filter(has_text="Анна")
    expect(row.get_by_title("Закреплено")).to_be_visible()
    desk.russian("S")
    expect(desk.find("snooze-preset").first).to_be_focused()
    desk.press("Enter")
    expect(desk.find("count-snoozed")).to_have_text("1")
    expect(desk.find("undo")).to_be_visible()
    expect(desk.dialog).to_have_count(0)
    desk.russian("Z")
    expect(desk.find("count-snoozed")).to_have_count(0)
    desk.russian("E")
    expect(desk.find("undo").first).to_be_visible()
    desk.russian("Z")
    expect(desk.find("finish")).to_be_visible()
    desk.russian("E")
    expect(desk.find("undo-finish")).to_be_visible()

    # Given to a person, a department, a line, each found by its first letters.
    for name, letters, whole in (("Борис", "be", "Ben"), ("Вера", "маст", "Мастерская"), ("Глеб", "дост", "Доставка")):
        visitors[name].write("Передайте, пожалуйста")
        desk.go_to(name, "K" if name == "Борис" else "J")
        desk.take_next(name)
        desk.leave_the_text()
        desk.russian("T")
        expect(desk.find("transfer-search")).to_be_focused()
        desk.type(letters)
        expect(desk.find("transfer-target").first).to_contain_text(whole)
        desk.press("Enter")
        expect(desk.dialog).to_have_count(0)
        expect(desk.page.get_by_text(f"Передано: {whole}")).to_be_visible()
        expect(desk.find("conversation-row").filter(has_text=name)).to_have_count(0)

    # Spam is asked about, and the answer at hand is "no".
    visitors["Дина"].write("Лучшие ссылки на лучшее")
    desk.go_to("Дина", "J")
    desk.take_next("Дина")
    desk.leave_the_text()
    desk.press("Shift+Digit1")
    expect(desk.dialog.get_by_role("button", name="Отмена")).to_be_focused()
    desk.press("Enter")
    expect(desk.dialog).to_have_count(0)
    desk.press("Shift+Digit1")
    expect(desk.dialog.get_by_role("button", name="Отмена")).to_be_focused()
    desk.press("Tab", "Enter")
    expect(desk.find("conversation-row").filter(has_text="Дина")).to_have_count(0)


def test_the_command_bar_and_the_way_of_the_focus(desk: Desk, portal: Portal) -> None:
    Visitor(portal, "Елена").write("Здравствуйте!")
    desk.take_next("Елена")
    desk.type("Здравствуйте!")
    desk.press("Enter")
    desk.leave_the_text()
    expect(desk.page).to_have_title("Лампа и плед")

    # Escape closes what lies on top and nothing else.
    desk.press("Shift+Slash")
    expect(desk.find("shortcut-sheet")).to_be_focused()
    desk.press("Control+k")
    expect(desk.find("command-input")).to_be_focused()
    desk.press("Escape")
    expect(desk.find("command-bar")).to_have_count(0)
    expect(desk.find("shortcut-sheet")).to_be_visible()
    desk.press("Escape")
    expect(desk.find("shortcut-sheet")).to_have_count(0)

    # Only what can be done now is offered; a command does what its key does.
    desk.ask_for_commands()
    commands = desk.find("command")
    expect(commands.filter(has_text="Передать")).to_have_count(1)
    expect(commands.filter(has_text="Принять предложенное")).to_have_count(0)
    desk.type("елен")
    expect(commands.first).to_contain_text("Елена")
    desk.press("Escape")
    expect(desk.find("command-bar")).to_have_count(0)
    desk.ask_for_commands()
    desk.type("пауза обед")
    expect(commands.first).to_contain_text("Обед")
    desk.press("Enter")
    expect(desk.find("presence")).to_have_attribute("aria-label", "Ann. Присутствие: Пауза")
    desk.ask_for_commands()
    desk.type("клиенты")
    expect(commands.last).to_contain_text("Клиенты")
    desk.press("ArrowUp", "Enter")
    expect(desk.page).to_have_title("Клиенты · Лампа и плед")
    desk.page.go_back()
    expect(desk.composer).to_be_visible()

    # A dialog from the menu gives the focus back to where it was opened.
    more = desk.find("more")
    more.focus()
    desk.press("Enter")
    expect(desk.page.get_by_role("menuitem").first).to_be_focused()
    desk.press("Enter")
    expect(desk.find("transfer-search")).to_be_focused()
    desk.press("Escape")
    expect(desk.dialog).to_have_count(0)
    expect(more).to_be_focused()

    # Tab goes through everything, shows where it is, and is caught nowhere.
    seen: list[str] = []
    unseen = []
    for _ in range(60):
        desk.press("Tab")
        name, shown = desk.page.evaluate(SHOWN)
        if name in seen[:1]:
            break
        seen += [name] if name else []  # the end of the page is no element
        unseen += [] if shown else [name]
    else:
        pytest.fail(f"the focus does not come round: {seen}")
    assert unseen == []
    assert len(seen) > 15
