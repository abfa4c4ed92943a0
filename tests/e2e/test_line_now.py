"""What would happen now: read it beside the settings, change them, and be the customer to whom it happens."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.house import House, Portal

pytestmark = pytest.mark.slow


def test_what_the_page_foretells_is_what_the_customer_gets(
    small_house: House, someone: Callable[..., BrowserContext], chat: Any, tmp_path: Path
) -> None:
    chief = someone()
    portal = Portal(small_house, chief)
    boris_at = someone()
    boris = portal.operator(boris_at, "Борис")
    portal.change_line(portal.line_id, members=[boris])
    boris_at.new_page().goto(small_house.base)
    portal.eventually(
        f"/api/v1/lines/{portal.line_id}/queue", lambda queue: queue["items"][0]["people"][0].get("available")
    )
    page = chief.new_page()
    page.goto(f"{small_house.base}/settings/lines/{portal.line_id}/automatic")

    # It speaks of what is on the page, saved or not.
    course = page.get_by_test_id("forecast-nobody")
    expect(course).to_contain_text("Предложено: Борис")
    greeting = page.get_by_test_id("field-greeting").locator("textarea").first
    greeting.fill("Доброго дня! Вы написали в «{line}».")
    expect(course).to_contain_text("Доброго дня! Вы написали в «")
    foretold = course.locator(".step.text .said").first.inner_text()
    page.get_by_test_id("save").click()
    saved = page.get_by_test_id("undo")
    expect(saved).to_be_visible()

    visitor = chat(someone(), small_house.base + portal.try_url.removeprefix(small_house.base))
    visitor.write("Здравствуйте!")
    expect(visitor.frame.get_by_test_id("widget-message").filter(has_text=foretold)).to_be_visible()
    thread = portal.eventually(
        "/api/v1/conversations", lambda found: found["items"] and found["items"][0].get("offered_to")
    )
    assert thread["items"][0]["offered_to"] == boris

    # What was saved is kept, and comes back onto the page.
    page.get_by_role("button", name="Ещё об этой линии").click()
    page.get_by_role("menuitem", name="Сохранённые состояния").click()
    expect(page.get_by_test_id("history")).to_contain_text("Анна Ким")
    page.get_by_test_id("restore").first.click()
    expect(page.get_by_test_id("save-bar")).to_contain_text("приветствие")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("save-bar")).to_have_count(0)

    wrong = _exported(page, tmp_path)
    content = json.loads(wrong.read_text(encoding="utf-8"))
    content["settings"]["queue_time"] = 600
    content["queue"].append({"user": "gone@example.com"})
    wrong.write_text(json.dumps(content), encoding="utf-8")
    page.get_by_role("button", name="Ещё об этой линии").click()
    page.get_by_role("menuitem", name="Взять из файла").click()
    page.get_by_test_id("import-file").set_input_files(wrong)
    expect(page.get_by_test_id("import-unknown")).to_contain_text("gone@example.com")
    page.get_by_test_id("import-take").click()
    expect(page.get_by_test_id("save-bar")).to_contain_text("10")
    page.get_by_test_id("save").click()
    line = portal.eventually(f"/api/v1/lines/{portal.line_id}", lambda found: found["settings"]["queue_time"] == 600)
    assert line["settings"]["queue_time"] == 600


def _exported(page: Page, folder: Path) -> Path:
    page.get_by_role("button", name="Ещё об этой линии").click()
    with page.expect_download() as coming:
        page.get_by_role("menuitem", name="Сохранить в файл").click()
    kept = folder / "line.json"
    coming.value.save_as(kept)
    return kept
