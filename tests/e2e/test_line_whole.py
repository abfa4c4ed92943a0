"""Appearance and faces are parts of the line: said before they are saved, undone, met, copied, carried elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import CHIEF, PASSWORD, House, Portal, running
from tests.e2e.test_accessible import calm, faults

pytestmark = [pytest.mark.slow, pytest.mark.browser]
SLOWLY = 20_000  # the first page of a fresh browser, on a busy machine
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def row(page: Page, name: str) -> Any:
    return page.get_by_test_id(f"field-{name}")


def appearance(page: Page, portal: Portal) -> Any:
    """The tab; the field of the colour on it."""
    page.goto(f"{portal.house.base}/settings/lines/{portal.line_id}/appearance")
    code = row(page, "accent").locator("input[type=text]")
    expect(code).to_be_visible(timeout=SLOWLY)
    return code


def menu(page: Page, item: str) -> None:
    page.get_by_role("button", name="Ещё об этой линии").click()
    page.get_by_role("menuitem", name=item).click()


def look(portal: Portal, line_id: int | None = None) -> dict[str, Any]:
    line = portal.ask(portal.chief, "GET", f"/api/v1/lines/{line_id or portal.line_id}")
    return dict(next(iter(line["looks"].values())))


def test_what_changes_is_said_saved_once_undone_and_brought_back(portal: Portal) -> None:
    page = portal.chief.new_page()
    code = appearance(page, portal)
    before = portal.ask(portal.chief, "GET", f"/api/v1/lines/{portal.line_id}")["version"]
    code.fill("#ffe14d")
    page.get_by_role("tab", name="Очередь").click()
    row(page, "queue_time").get_by_text("5 мин").click()
    bar = page.get_by_test_id("save-bar")
    expect(bar).to_contain_text("#2563eb → #ffe14d")
    expect(bar).to_contain_text("1 мин → 5 мин")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()
    after = portal.ask(portal.chief, "GET", f"/api/v1/lines/{portal.line_id}")
    assert (after["version"], look(portal)["accent"]) == (before + 1, "#ffe14d"), "both are one save"
    page.get_by_test_id("undo").click()
    expect(bar).to_have_count(0)
    assert look(portal)["accent"] == "#2563eb"

    menu(page, "Сохранённые состояния")
    states = page.get_by_test_id("history").locator("li.state")
    expect(states.nth(0)).to_contain_text("#ffe14d → #2563eb")
    expect(states.nth(1)).to_contain_text("#2563eb → #ffe14d")
    calm(page)
    assert faults(page) == []
    states.nth(1).get_by_test_id("restore").click()
    expect(bar).to_contain_text("#2563eb → #ffe14d")
    page.get_by_test_id("save").click()
    expect(bar).to_have_count(0)
    assert look(portal)["accent"] == "#ffe14d"


def test_whoever_is_signed_out_while_editing_signs_in_and_goes_on(portal: Portal) -> None:
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/settings/lines/{portal.line_id}")
    row(page, "queue_time").get_by_text("5 мин").click(timeout=SLOWLY)
    bar = page.get_by_test_id("save-bar")
    expect(bar).to_contain_text("1 мин → 5 мин")
    portal.chief.clear_cookies()
    # The page asks by itself who is there, and hears that nobody is signed in.
    password = page.get_by_test_id("login-password")
    expect(password).to_be_visible(timeout=SLOWLY)
    password.fill(PASSWORD)
    password.press("Enter")
    expect(bar).to_contain_text("1 мин → 5 мин")
    page.get_by_test_id("save").click()
    expect(bar).to_have_count(0)
    line = portal.ask(portal.chief, "GET", f"/api/v1/lines/{portal.line_id}")
    assert line["settings"]["queue_time"] == 300


def test_two_administrators_at_the_same_chat_meet_by_name(portal: Portal, someone: Someone) -> None:
    page = portal.chief.new_page()
    code = appearance(page, portal)
    code.fill("#111111")
    vera = someone()
    body = {"name": "Вера Ли", "email": "vera@example.com", "password": PASSWORD, "role": "administrator"}
    portal.ask(portal.chief, "POST", "/api/v1/users", {**body, "department_ids": []})
    portal.ask(vera, "POST", "/api/v1/login", {"email": body["email"], "password": PASSWORD})
    # On the channel's own page, which saves the same.
    version = portal.ask(vera, "GET", f"/api/v1/channels/{portal.channel_id}")["version"]
    theirs = {"version": version, "settings": {"accent": "#222222", "sound": False}}
    portal.ask(vera, "PATCH", f"/api/v1/channels/{portal.channel_id}", theirs)
    page.get_by_test_id("save").click()
    met = page.get_by_role("dialog")
    expect(met).to_contain_text("Вера Ли")
    expect(met).to_contain_text("#222222")
    page.get_by_test_id("merge-save").click()
    expect(page.get_by_test_id("save-bar")).to_have_count(0)
    assert (look(portal)["accent"], look(portal)["sound"]) == ("#111111", False)


def test_a_copy_says_what_it_leaves_and_has_a_chat_that_looks_the_same(portal: Portal) -> None:
    page = portal.chief.new_page()
    code = appearance(page, portal)
    code.fill("#ffe14d")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()
    menu(page, "Скопировать с настройками")
    expect(page.get_by_role("dialog")).to_contain_text("Не копируются")
    calm(page)
    assert faults(page) == []
    page.get_by_test_id("copy-name").fill("Вторая")
    page.get_by_test_id("copy-make").click()
    expect(page.get_by_test_id("field-name")).to_have_value("Вторая")
    copied = int(page.url.split("/settings/lines/")[1].split("/")[0])
    assert look(portal, copied)["accent"] == "#ffe14d"


def test_a_file_brings_faces_and_appearance_to_another_portal(portal: Portal, someone: Someone, tmp_path: Path) -> None:
    photo = tmp_path / "anna.png"
    Image.new("RGB", (64, 64), "#c04060").save(photo)
    page = portal.chief.new_page()
    page.goto(f"{portal.house.base}/settings/lines/{portal.line_id}")
    row(page, "operator_shown").get_by_text("Для этой линии").click()
    face = page.get_by_test_id("face-row").first
    face.get_by_test_id("face-name").fill("Аня")
    face.locator("input[type=file]").set_input_files(photo)
    expect(face.locator("img")).to_be_visible()
    appearance_tab = page.get_by_role("tab", name="Внешний вид")
    appearance_tab.click()
    row(page, "accent").locator("input[type=text]").fill("#ffe14d")
    expect(page.get_by_test_id("save-bar")).to_contain_text("Аня")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("undo")).to_be_visible()
    kept = tmp_path / "line.json"
    page.get_by_role("button", name="Ещё об этой линии").click()
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="Сохранить в файл").click()
    coming.value.save_as(kept)

    with running(tmp_path / "other") as there:
        other = Portal(there, someone())
        at = other.chief.new_page()
        at.goto(f"{there.base}/settings/lines")
        at.get_by_test_id("import-line").click()
        at.get_by_test_id("import-file").set_input_files(kept)
        expect(at.get_by_test_id("import-chats")).to_be_visible(timeout=SLOWLY)
        at.get_by_test_id("import-name").fill("Из файла")
        at.get_by_test_id("import-make").click()
        expect(at.get_by_test_id("field-name")).to_have_value("Из файла")
        made = next(
            each for each in other.ask(other.chief, "GET", "/api/v1/lines")["items"] if each["name"] == "Из файла"
        )
        (brought,) = made["faces"]
        assert (brought["user_id"], brought["name"]) == (other.chief_id, "Аня"), CHIEF["email"]
        assert look(other, made["id"])["accent"] == "#ffe14d"
        shown = other.chief.request.get(f"{there.base}/api/v1/files/{brought['photo']}")
        assert (shown.status, shown.headers["content-type"]) == (200, "image/png")

        # The same file onto the page of a line that is there: seen before it is saved.
        at.goto(f"{there.base}/settings/lines/{other.line_id}")
        expect(at.get_by_test_id("field-name")).to_be_visible()
        menu(at, "Взять из файла")
        at.get_by_test_id("import-file").set_input_files(kept)
        bar = at.get_by_test_id("save-bar")
        expect(bar).to_contain_text("Аня")
        expect(at.get_by_test_id("face-row").first.locator("img")).to_be_visible()
        at.get_by_role("tab", name="Внешний вид").click()
        expect(row(at, "accent").locator("input[type=text]")).to_have_value("#ffe14d")
        at.get_by_test_id("save").click()
        expect(bar).to_have_count(0)
        assert look(other)["accent"] == "#ffe14d"
