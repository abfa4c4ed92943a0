"""What the visitor gets: nothing he wrote is lost or doubled, nothing he is told is missed."""

import base64
import re
import time

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.widget.visit import Portal, Visit, eventually, file

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


TYPING_EVERY = 2.0  # seconds, while somebody types on


@pytest.fixture
def talk(visit: Visit) -> Visit:
    """A conversation that has begun, with its live line: what is told there and not kept is heard."""
    return begun(visit)


def begun(visit: Visit) -> Visit:
    visit.go().open().say("First words")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    eventually(lambda: visit.portal.visitor()["sockets"], visit.page)
    return visit


def typings(visit: Visit) -> int:
    return [one["type"] for one in visit.portal.heard()].count("typing")


def test_words_go_both_ways_with_ticks_and_typing(talk: Visit) -> None:
    portal = talk.portal
    portal.do("tell", type="typing", name="Anna Petrova")
    expect(talk.at("widget-typing")).to_have_text("Anna Petrova is typing")
    portal.do("conversation", state="active", operator={"name": "Anna Petrova"})
    portal.do("say", text="Hello! https://example.com/a_(b)?c=d, see?")
    expect(talk.at("widget-typing")).to_have_count(0)
    expect(talk.at("widget-message")).to_have_count(2)
    expect(talk.frame.get_by_role("heading")).to_have_text("Anna Petrova")
    expect(talk.at("widget-spoken")).to_have_text("Anna Petrova: Hello! https://example.com/a_(b)?c=d, see?")
    link = talk.frame.locator(".words a")
    expect(link).to_have_text("https://example.com/a_(b)?c=d")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow ugc")
    expect(link).to_have_attribute("target", "_blank")
    portal.do("tell", type="read_by_staff", seq=100)
    expect(talk.at("widget-message").first).to_have_attribute("data-state", "read")
    last = portal.visitor()["seq"]
    for kind in ("delivered", "read"):
        told = {"visitor": 1, "type": kind, "seq": last}
        eventually(lambda told=told: told in portal.heard(), talk.page)  # type: ignore[misc]
    began = time.monotonic()
    talk.at("widget-input").press_sequentially("typing now")
    eventually(lambda: typings(talk), talk.page)
    told_times = typings(talk)
    assert told_times <= 1 + (time.monotonic() - began) // TYPING_EVERY
    assert not any("text" in one for one in portal.heard())


def test_what_is_typed_is_told_only_where_the_channel_wants_it(visit: Visit) -> None:
    visit.portal.do("config", typing_text=True)
    talk = begun(visit)
    began, before = time.monotonic(), typings(talk)
    talk.at("widget-input").press_sequentially("how much", delay=20)

    def told() -> bool:
        return any(one.get("text") == "how much" for one in talk.portal.heard())

    eventually(told, talk.page)
    assert typings(talk) - before <= 2 + (time.monotonic() - began) // TYPING_EVERY


def test_unread_is_counted_while_closed_and_gone_when_opened(talk: Visit) -> None:
    talk.button.click()
    badge, bubble = talk.page.get_by_test_id("widget-unread"), talk.page.get_by_test_id("widget-bubble")
    talk.portal.do("say", text="One")
    talk.portal.do("say", text="Two")
    expect(badge).to_have_text("2")
    expect(bubble).to_have_text("Anna PetrovaTwo")
    expect(talk.button).to_have_attribute("aria-label", "Open chat, unread: 2")
    assert talk.portal.visitor()["read"] < talk.portal.visitor()["seq"]
    talk.go("page=lamps")
    expect(badge).to_have_text("2")
    talk.button.click()
    expect(badge).to_be_hidden()
    eventually(lambda: talk.portal.visitor()["read"] == talk.portal.visitor()["seq"], talk.page)


def test_the_next_page_has_the_chat_open_the_history_and_what_was_being_typed(talk: Visit) -> None:
    talk.at("widget-input").fill("half a sen")
    talk.go("page=lamps")
    expect(talk.at("widget-input")).to_have_value("half a sen")
    expect(talk.at("widget-message")).to_have_count(1)
    assert len(talk.portal.do("state")["visitors"]) == 1
    eventually(lambda: talk.portal.visitor()["context"]["page"].endswith("/?page=lamps"), talk.page)


def test_an_answer_that_was_lost_doubles_nothing(talk: Visit) -> None:
    talk.portal.do("fault", lose=2)
    talk.say("Only once")
    # Tried again after up to 1 s, then up to 2 s.
    expect(talk.at("widget-message").nth(1)).to_have_attribute("data-state", "sent", timeout=15_000)
    assert talk.portal.texts() == ["First words", "Only once"]
    assert talk.shown() == ["First words", "Only once"]


def test_no_network_keeps_words_over_a_change_of_page_and_sends_them_in_order(talk: Visit) -> None:
    talk.portal.do("fault", http="cut")
    talk.portal.do("cut")
    for text in ("one", "two", "three"):
        talk.say(text)
    expect(talk.at("widget-message").nth(3)).to_have_attribute("data-state", "sending")
    expect(talk.at("widget-status")).to_have_text("Connecting…")
    talk.go("page=lamps")
    expect(talk.at("widget-message")).to_have_count(3)
    talk.portal.do("fault", http="ok")
    expect(talk.frame.locator("[data-state=sent]")).to_have_count(4, timeout=20_000)
    assert talk.portal.texts() == ["First words", "one", "two", "three"]
    assert talk.shown() == ["First words", "one", "two", "three"]


def test_after_a_loss_what_was_said_edited_and_deleted_is_there_once(talk: Visit) -> None:
    portal = talk.portal
    first = portal.do("say", text="Wrong")
    second = portal.do("say", text="Also wrong")
    expect(talk.at("widget-message")).to_have_count(3)
    portal.do("fault", sockets="refuse")
    portal.do("cut")
    portal.do("say", text="While you were away")
    portal.do("change", id=first["id"], change={"text": "Right", "edited_at": "2026-11-22T10:00:00.000Z"})
    portal.do("change", id=second["id"], change={"text": "", "deleted": True})
    portal.do("fault", sockets="ok")
    expect(talk.at("widget-message")).to_have_count(4, timeout=15_000)
    expect(talk.frame.get_by_text("Message deleted")).to_be_visible()
    assert talk.shown() == ["First words", "Right", "While you were away"]
    expect(talk.frame.get_by_text("edited")).to_be_visible()


def test_a_long_absence_leaves_no_hole(talk: Visit) -> None:
    portal = talk.portal
    portal.do("fault", sockets="refuse", http="cut")
    portal.do("cut")
    for index in range(120):
        portal.do("say", text=f"Line {index}")
    portal.do("fault", sockets="ok", http="ok")
    expect(talk.at("widget-message")).to_have_count(121, timeout=20_000)
    assert talk.shown() == ["First words", *(f"Line {index}" for index in range(120))]


def test_the_face_of_an_operator_is_fetched_for_the_visitor_alone(talk: Visit) -> None:
    portal = talk.portal
    face = {"id": "face", "name": "a.png", "size": len(PIXEL), "type": "image/png"}
    portal.do("file", info=face, bytes=base64.b64encode(PIXEL).decode())
    portal.do("say", text="Hello", photo="face")
    expect(talk.frame.locator("li .face img")).to_have_attribute("src", re.compile("^blob:"))
    portal.do("say", author="operator", name="Oleg K", text="Hello", photo="nowhere")
    expect(talk.frame.locator("li .face").last).to_have_text("OK")


def test_where_sockets_cannot_pass_it_asks_instead(visit: Visit) -> None:
    visit.portal.do("fault", sockets="refuse")
    visit.go().open().say("Over plain HTTP")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.portal.do("say", text="It gets through")
    expect(visit.frame.get_by_text("It gets through", exact=True)).to_be_visible(timeout=20_000)
    expect(visit.at("widget-status")).not_to_have_text("Connecting…")
    eventually(lambda: visit.portal.visitor()["read"] == visit.portal.visitor()["seq"], visit.page)


def test_two_tabs_are_one_visitor(context: BrowserContext, talk: Visit) -> None:
    other = Visit(context.new_page(), talk.portal).go().open()
    expect(other.at("widget-message")).to_have_count(1)
    other.say("From the other tab")
    expect(talk.at("widget-message")).to_have_count(2)
    other.button.click()
    talk.button.click()
    talk.portal.do("say", text="For both")
    for tab in (talk, other):
        expect(tab.page.get_by_test_id("widget-unread")).to_have_text("1")
    talk.button.click()
    expect(other.page.get_by_test_id("widget-unread")).to_be_hidden()
    assert len(talk.portal.do("state")["visitors"]) == 1


def test_a_tab_that_dies_with_words_on_the_way_leaves_them_to_another(context: BrowserContext, talk: Visit) -> None:
    other = Visit(context.new_page(), talk.portal).go().open()
    expect(other.at("widget-message")).to_have_count(1)
    talk.portal.do("fault", http="cut")
    talk.say("My last words")
    expect(other.frame.get_by_text("My last words")).to_be_visible()
    talk.page.close()
    talk.portal.do("fault", http="ok")
    expect(other.frame.locator("[data-state=sent]")).to_have_count(2, timeout=20_000)
    assert talk.portal.texts() == ["First words", "My last words"]


def test_files_go_with_a_message_and_pictures_are_shown(talk: Visit) -> None:
    field = talk.at("widget-file")
    field.set_input_files(
        [
            file("точка.png", "image/png", PIXEL),
            file("a.txt", "text/plain", b"text"),
        ]
    )
    expect(talk.at("widget-upload")).to_have_count(2)
    talk.say("Look")
    expect(talk.at("widget-message").nth(1)).to_have_attribute("data-state", "sent")
    sent = talk.portal.visitor()["messages"][-1]["files"]
    assert [(one["name"], one["type"], one["size"]) for one in sent] == [
        ("точка.png", "image/png", len(PIXEL)),
        ("a.txt", "text/plain", 4),
    ]
    expect(talk.frame.locator(".picture img")).to_be_visible()
    talk.frame.locator(".picture").click()
    expect(talk.frame.locator("dialog img")).to_be_visible()
    talk.page.keyboard.press("Escape")
    expect(talk.frame.locator("dialog")).to_have_count(0)
    expect(talk.at("widget-input")).to_be_visible()
    with talk.page.expect_download() as download:
        talk.frame.get_by_role("button", name="Download: a.txt").click()
    assert download.value.suggested_filename == "a.txt"


def test_a_message_waits_for_its_files_and_a_file_left_behind_is_said(talk: Visit) -> None:
    held: list[Route] = []
    talk.page.route("**/files", lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
    talk.at("widget-file").set_input_files([file("a.txt", "text/plain", b"text")])
    eventually(lambda: held, talk.page)
    talk.say("With a file")
    expect(talk.at("widget-send").locator(".spinner")).to_be_visible()
    expect(talk.at("widget-input")).to_have_value("With a file")
    expect(talk.at("widget-message")).to_have_count(1)
    held.pop().continue_()
    expect(talk.at("widget-message")).to_have_count(2)
    expect(talk.at("widget-input")).to_have_value("")
    expect(talk.at("widget-message").nth(1)).to_have_attribute("data-state", "sent")
    assert talk.portal.visitor()["messages"][-1]["files"][0]["name"] == "a.txt"
    talk.at("widget-file").set_input_files([file("b.txt", "text/plain", b"text")])
    eventually(lambda: held, talk.page)
    talk.go("page=lamps")
    expect(talk.frame.get_by_text("Some files had not uploaded")).to_be_visible()


def test_a_file_too_large_or_empty_is_refused_in_words_before_it_is_sent(visit: Visit) -> None:
    visit.portal.do("config", file_limit=1000)
    talk = begun(visit)
    talk.at("widget-file").set_input_files(
        [
            file("big.bin", "application/x-thing", b"x" * 2000),
            file("empty.txt", "text/plain", b""),
        ]
    )
    expect(talk.frame.get_by_text("Too large: files up to 1 KB")).to_be_visible()
    expect(talk.frame.get_by_text("The file is empty")).to_be_visible()
    expect(talk.at("widget-send")).to_be_disabled()
    assert "POST /files" not in talk.portal.do("state")["requests"]
    talk.frame.get_by_label("Remove: big.bin").click()
    talk.frame.get_by_label("Remove: empty.txt").click()
    expect(talk.at("widget-upload")).to_have_count(0)


def test_pasted_and_dropped_files_are_attached(talk: Visit) -> None:
    give = """([type, target]) => {
      const data = new DataTransfer();
      data.items.add(new File(['text'], type + '.txt', { type: 'text/plain' }));
      const event = type === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector(target).dispatchEvent(event);
    }"""
    talk.frame.evaluate(give, ["paste", "textarea"])
    expect(talk.at("widget-upload")).to_have_count(1)
    talk.frame.evaluate(give, ["drop", ".thread"])
    expect(talk.at("widget-upload")).to_have_count(2)


def test_a_rating_in_place_another_mind_a_comment_and_too_late(talk: Visit) -> None:
    talk.portal.do("say", author="system", text="How was it?", rating={"scale": "like", "asked": True})
    like, dislike = talk.at("widget-rating-like"), talk.at("widget-rating-dislike")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    eventually(lambda: talk.portal.visitor().get("rating") == {"value": 5}, talk.page)
    dislike.click()
    expect(dislike).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_attribute("aria-pressed", "false")
    talk.at("widget-rating-comment").fill("Too slow")
    talk.at("widget-rating-comment").press("Enter")
    expect(talk.frame.get_by_text("Thank you, we will read it")).to_be_visible()
    eventually(lambda: talk.portal.visitor()["rating"] == {"value": 1, "comment": "Too slow"}, talk.page)
    talk.go("page=lamps")
    like, dislike = talk.at("widget-rating-like"), talk.at("widget-rating-dislike")
    expect(dislike).to_have_attribute("aria-pressed", "true")
    talk.portal.do("portal", late=True)
    like.click()
    expect(talk.frame.get_by_text("The time to rate is over")).to_be_visible()
    expect(dislike).to_have_attribute("aria-pressed", "true")


def test_stars_and_buttons(talk: Visit) -> None:
    talk.portal.do("say", author="system", text="How was it?", rating={"scale": "stars", "asked": True})
    talk.at("widget-rating-4").click()
    eventually(lambda: talk.portal.visitor().get("rating") == {"value": 4}, talk.page)
    expect(talk.at("widget-rating-4")).to_have_attribute("aria-label", "4 stars of 5")
    message = talk.portal.do("say", text="Shorter?", buttons=[{"key": "y", "text": "Yes"}, {"key": "n", "text": "No"}])
    talk.frame.get_by_role("button", name="Yes", exact=True).click()
    eventually(lambda: talk.portal.visitor().get("pressed") == {"message_id": message["id"], "key": "y"}, talk.page)
    expect(talk.frame.get_by_role("button", name="No", exact=True)).to_be_disabled()


def test_a_refusal_is_loud_and_can_be_tried_again_or_taken_back(talk: Visit) -> None:
    talk.say("REFUSE this")
    failed = talk.frame.locator("[data-state=failed]")
    expect(failed).to_contain_text("Not sent: Words like these are not taken")
    talk.say("This goes on")
    expect(talk.frame.locator("[data-state=sent]")).to_have_count(2)
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_be_visible()
    failed.get_by_role("button", name="Remove").click()
    expect(failed).to_have_count(0)
    assert talk.portal.texts() == ["First words", "This goes on"]


HOSTILE = [
    "<img src=x onerror=window.hit=1>",
    "<script>window.hit=1</script>",
    "javascript:window.hit=1",
    "data:text/html,<script>window.hit=1</script>",
    "https://bank.example@evil.example/",
    "{{constructor.constructor('window.hit=1')()}}",
    'https://example.com/"onmouseover=window.hit=1',
    "\u202ehttps://example.com/gpj.exe",
    "nul \x00 and half \ud800",
]


def test_nothing_that_is_said_becomes_more_than_text(talk: Visit) -> None:
    for text in HOSTILE:
        talk.portal.do("say", text=text, name=f"Anna {HOSTILE[0]}", photo="javascript:window.hit=1")
    talk.portal.do("conversation", state="active", operator={"name": HOSTILE[0], "photo": "x' onerror='window.hit=1"})
    talk.portal.do("config", texts={"status_operator": HOSTILE[1]}, name=HOSTILE[0])
    for text in HOSTILE[:-1]:
        talk.say(text)
    expect(talk.frame.locator("[data-state=sent]")).to_have_count(len(HOSTILE), timeout=20_000)
    expect(talk.at("widget-message")).to_have_count(2 * len(HOSTILE))
    talk.page.wait_for_timeout(500)
    assert talk.frame.evaluate("window.hit") is None
    assert talk.page.evaluate("window.hit") is None
    assert talk.frame.locator(".words *:not(a), h1 *, .status *").count() == 0
    for address in talk.frame.locator(".words a").evaluate_all("(links) => links.map((link) => link.href)"):
        assert address.startswith("https://example.com/"), address
        assert '"' not in address
    assert not [line for line in talk.console if "Content Security Policy" in line and "img-src" not in line]


def test_a_blocked_storage_is_no_trouble(visit: Visit) -> None:
    """Third-party storage refused: every touch of it raises."""
    visit.page.add_init_script(
        "if (window !== top) Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('denied', 'SecurityError'); } });"
        "if (window !== top) LockManager.prototype.request ="
        " () => Promise.reject(new DOMException('denied', 'SecurityError'));"
    )
    visit.go().open().say("Without storage")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.portal.do("say", text="It works")
    expect(visit.frame.get_by_text("It works", exact=True)).to_be_visible()
    assert visit.errors == []
    assert visit.console == []


def test_earlier_messages_come_without_moving_what_is_read(talk: Visit) -> None:
    for index in range(130):
        talk.portal.do("say", text=f"Line {index}")
    talk.go("page=lamps")
    expect(talk.at("widget-message")).to_have_count(50)
    scroll = talk.frame.locator(".scroll")
    end = "(box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight)"
    assert scroll.evaluate(end) <= 1
    mark = talk.frame.get_by_text("Line 82", exact=True)
    read_at = "(mark) => Math.round(mark.getBoundingClientRect().top)"
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    talk.page.route("**/messages?before=*", hold_the_first)
    # Before the chat has seen that it was scrolled.
    before = mark.evaluate(f"(mark) => {{ mark.closest('.scroll').scrollTop = 150; return ({read_at})(mark); }}")
    eventually(lambda: held, talk.page)
    expect(scroll.locator(".spinner")).to_be_visible()
    assert abs(mark.evaluate(read_at) - before) < 2
    held[0].continue_()
    expect(talk.at("widget-message")).to_have_count(100)
    assert abs(mark.evaluate(read_at) - before) < 2
    talk.portal.do("say", text="Newest")
    expect(talk.frame.locator(".pill")).to_have_text("1 new message")
    assert abs(mark.evaluate(read_at) - before) < 2
    talk.frame.locator(".pill").click()
    expect(talk.frame.locator(".pill")).to_have_count(0)
    assert scroll.evaluate(end) <= 1
    scroll.evaluate("(box) => { box.scrollTop = 0; }")
    expect(talk.at("widget-message")).to_have_count(132)


def test_name_and_mail_are_asked_once_and_checked(talk: Visit) -> None:
    card = talk.at("widget-contact")
    expect(card).to_be_visible()
    card.get_by_label("Name").fill("Vera")
    card.get_by_label("E-mail").fill("vera@")
    card.get_by_role("button", name="Save").click()
    expect(card).to_contain_text("does not look like an e-mail address")
    card.get_by_label("E-mail").fill("vera@example.com")
    card.get_by_role("button", name="Save").click()
    expect(card).to_have_count(0)
    assert talk.portal.visitor()["details"] == {"name": "Vera", "email": "vera@example.com"}
    talk.say("More")
    expect(talk.frame.locator("[data-state=sent]")).to_have_count(2)
    expect(card).to_have_count(0)
    talk.frame.get_by_label("More").click()
    talk.at("widget-about-you").click()
    expect(card.get_by_label("Name")).to_have_value("Vera")


def test_a_sound_is_made_for_who_does_not_look_and_not_when_it_is_off(talk: Visit) -> None:
    spy = """() => { window.notes = 0;
      const make = AudioContext.prototype.createOscillator;
      AudioContext.prototype.createOscillator = function () { window.notes += 1; return make.call(this); }; }"""
    talk.frame.evaluate(spy)
    talk.portal.do("say", text="Seen")
    expect(talk.at("widget-message")).to_have_count(2)
    assert talk.frame.evaluate("notes") == 0
    talk.button.click()
    talk.portal.do("say", text="Heard")
    expect(talk.page.get_by_test_id("widget-unread")).to_have_text("1")
    assert talk.frame.evaluate("notes") == 2
    talk.button.click()
    talk.frame.get_by_label("More").click()
    talk.frame.get_by_role("menuitemcheckbox", name="Sound").click()
    talk.button.click()
    talk.portal.do("say", text="Silent")
    expect(talk.page.get_by_test_id("widget-unread")).to_have_text("1")
    assert talk.frame.evaluate("notes") == 2


def test_the_status_says_when_somebody_will_be_there(visit: Visit) -> None:
    visit.portal.do("config", online=False)
    visit.go().open()
    expect(visit.at("widget-status")).to_have_text("We are away now and will answer here")
    visit.portal.do("config", online=True, answers_in=130)
    visit.go("page=lamps")
    expect(visit.at("widget-status")).to_have_text("Usually answers in 3 min")


def test_a_server_that_forgot_the_visitor_loses_none_of_his_words(talk: Visit) -> None:
    talk.portal.do("forget")
    talk.say("After the flood")
    eventually(lambda: bool(talk.portal.do("state")["visitors"]), talk.page)
    expect(talk.frame.locator("[data-state=sent]")).to_have_count(1)
    eventually(lambda: talk.portal.texts() == ["After the flood"], talk.page)


def test_a_tab_in_the_background_hears_and_counts(context: BrowserContext, portal: Portal) -> None:
    visit = Visit(context.new_page(), portal).go().open()
    visit.say("I go elsewhere")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    hide = "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })"
    visit.frame.evaluate(hide)
    read = portal.visitor()["read"]
    portal.do("say", text="Are you still there?")
    expect(visit.at("widget-message")).to_have_count(2)
    assert portal.visitor()["read"] == read
    visit.frame.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    eventually(lambda: portal.visitor()["read"] == portal.visitor()["seq"], visit.page)


def test_the_public_page_is_the_same_chat(context: BrowserContext, portal: Portal) -> None:
    visit = Visit(context.new_page(), portal)
    visit.page.goto(f"{portal.url}/chat/demo")
    page = visit.page
    expect(page.get_by_test_id("widget-input")).to_be_focused()
    expect(page).to_have_title("Support")
    expect(page.get_by_test_id("widget-close")).to_have_count(0)
    page.get_by_test_id("widget-input").fill("From the page")
    page.get_by_test_id("widget-send").click()
    expect(page.get_by_test_id("widget-message")).to_have_attribute("data-state", "sent")
    portal.do("say", text="Welcome")
    expect(page.get_by_text("Welcome", exact=True)).to_be_visible()
    assert visit.errors == []


@pytest.mark.parametrize("width", [360, 390])
def test_three_faces_in_the_header_keep_their_letters(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 740})
    visit.portal.do("config", operators=[{"name": "Шура Щукин"}, {"name": "Мария Жук"}, {"name": "Wanda Moss"}])
    visit.go().open()
    expect(visit.frame.locator(".faces .face")).to_have_count(3)
    covered = visit.frame.locator(".faces").evaluate(
        """(faces) => [...faces.children].filter((face) => {
            const range = document.createRange();
            range.selectNodeContents(face);
            const letters = range.getBoundingClientRect();
            const middle = (letters.top + letters.bottom) / 2;
            const ends = [letters.left + 0.5, letters.right - 0.5];
            return ends.some((x) => !face.contains(document.elementFromPoint(x, middle)));
        }).length"""
    )
    assert covered == 0
    title = visit.frame.get_by_role("heading").bounding_box()
    last = visit.frame.locator(".faces .face").last.bounding_box()
    assert title is not None
    assert last is not None
    assert last["x"] + last["width"] <= title["x"]
