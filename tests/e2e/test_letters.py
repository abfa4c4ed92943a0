"""Letters to visitors: one who has left gets the answer by e-mail, and the whole conversation when he asks for it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.house import House, Portal
from tests.e2e.test_accessible import calm, faults
from tests.notify.smtp import smtp_server

pytestmark = [pytest.mark.slow, pytest.mark.browser]
Someone = Callable[..., BrowserContext]


@pytest.fixture
def house(small_house: House) -> House:
    return small_house


def until(look: Callable[[], Any], seconds: float = 15.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def test_a_visitor_who_left_is_answered_by_letter_and_comes_back_for_the_conversation(
    portal: Portal, house: House, someone: Someone, chat: Any, tmp_path: Path
) -> None:
    chief, settings = portal.chief.new_page(), f"{house.base}/settings/lines/{portal.line_id}/appearance"
    chief.goto(settings)
    expect(chief.get_by_test_id("field-letters")).to_contain_text("Ответ на почту тому, кто ушёл")
    expect(chief.get_by_test_id("mail-missing")).to_be_visible()
    with smtp_server() as (box, port):
        mail = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "desk@example.com"}
        portal.ask(portal.chief, "PATCH", "/api/v1/notify", {"version": 0, "mail": mail})
        channel = portal.ask(portal.chief, "GET", f"/api/v1/channels/{portal.channel_id}")
        listed = {"version": channel["version"], "settings": {"allowed_origins": [house.base]}}
        portal.ask(portal.chief, "PATCH", f"/api/v1/channels/{portal.channel_id}", listed)
        chief.reload()
        expect(chief.get_by_test_id("field-letters")).to_be_visible()
        expect(chief.get_by_test_id("mail-missing")).to_have_count(0)

        carl = someone("en-GB")
        visitor = chat(carl, portal.try_url)
        visitor.write("Is the lamp there?")
        card = visitor.frame.get_by_test_id("widget-contact")
        card.get_by_label("E-mail").fill("carl@example.com")
        card.get_by_role("button", name="Save").click()
        expect(card).to_have_count(0)
        visitor.frame.get_by_role("button", name="More").click()
        expect(visitor.frame.get_by_test_id("widget-send-transcript")).to_have_count(0)  # nobody has answered yet
        visitor.page.close()

        (row,) = portal.eventually("/api/v1/conversations?list=all", lambda found: found["items"])["items"]
        chief.goto(f"{house.base}/c/{row['id']}")
        chief.get_by_test_id("composer-input").fill("Yes: 4 900 ₽ 💡 <today>")
        chief.get_by_test_id("composer-input").press("Enter")
        expect(chief.get_by_test_id("thread")).to_contain_text("4 900 ₽")
        # The minute of waiting begins when the server has it.
        said = f"/api/v1/threads/{row['thread_id']}/messages"
        portal.eventually(said, lambda found: [one for one in found["items"] if one["author"] == "operator"])
        house.later(64)
        assert until(lambda: box.letters)
        (letter,) = box.letters
        assert (letter["to"], letter["subject"]) == ("carl@example.com", "Лампа и плед: you have an answer")
        plain = letter.get_body(("plain",))
        assert plain is not None
        text = plain.get_content()
        assert "Yes: 4 900 ₽ 💡 <today>" in text
        link = text.partition("open the chat: ")[2].split()[0]
        assert link.startswith(house.base)
        expect(chief.get_by_test_id("thread")).to_contain_text("Посетитель ушёл: ответ отправлен ему письмом")

        back = chat(carl, link)
        expect(back.frame.get_by_test_id("widget-message").filter(has_text="4 900 ₽")).to_be_visible()
        back.frame.get_by_role("button", name="More").click()
        back.frame.get_by_test_id("widget-send-transcript").click()
        form = back.frame.get_by_test_id("widget-transcript")
        expect(form.get_by_label("E-mail")).to_have_value("carl@example.com")
        for scheme in ("light", "dark"):
            back.page.emulate_media(color_scheme=scheme)
            calm(back.page)
            assert faults(back.page) == []
            back.page.screenshot(path=tmp_path / f"transcript-{scheme}.png")
        form.get_by_label("E-mail").fill("carl at home")
        form.get_by_role("button", name="Send").click()
        expect(form).to_contain_text("does not look like an e-mail")
        form.get_by_label("E-mail").fill("carl@example.com")
        form.get_by_role("button", name="Send").click()
        expect(back.frame.get_by_text("Sent to carl@example.com")).to_be_visible()
        assert until(lambda: len(box.letters) > 1)
        assert box.letters[1]["subject"] == "Лампа и плед: your conversation"
        whole = box.letters[1].get_body(("plain",))
        assert whole is not None
        assert "Is the lamp there?" in whole.get_content()
        assert "Yes: 4 900 ₽ 💡 <today>" in whole.get_content()

        chief.get_by_test_id("more").click()
        with chief.expect_download() as coming:
            chief.get_by_test_id("menu-save-transcript").click()
        coming.value.save_as(tmp_path / "saved.txt")
        assert "Is the lamp there?" in (tmp_path / "saved.txt").read_text(encoding="utf-8-sig")
        house.later(61)
        chief.get_by_test_id("more").click()
        chief.get_by_test_id("menu-send-transcript").click()
        expect(chief.get_by_text("Переписка отправлена: carl@example.com")).to_be_visible()
        assert until(lambda: len(box.letters) > 2)
        house.later(600)
        assert len(box.letters) == 3
