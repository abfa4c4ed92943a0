"""What the owner of a site gets: a button that harms nothing, and an API."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.widget.visit import Portal, Visit, eventually

SHIFTS = """() => { window.shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true }); }"""


def test_the_snippet_shows_a_button_and_the_page_notices_nothing_else(visit: Visit) -> None:
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    visit.page.add_init_script(f"({SHIFTS})()")
    visit.go()
    expect(visit.button).to_be_visible()
    visit.open()
    visit.page.wait_for_timeout(500)
    assert visit.console == []
    assert visit.errors == []
    assert visit.page.evaluate("window.shift") == 0
    assert {url for url in asked if not url.startswith((visit.portal.url, visit.portal.site, "blob:"))} == set()
    # The site's own `button { … !important }` and `openlines-chat { opacity: 0.3 }` stay outside.
    assert visit.button.evaluate("(element) => getComputedStyle(element).textTransform") == "none"
    assert visit.button.evaluate("(element) => getComputedStyle(element.getRootNode().host).opacity") == "1"
    left = visit.page.evaluate("Object.keys(window).filter((name) => /openlines|widget/i.test(name))")
    assert left == ["openlines"]


@pytest.mark.alone
def test_it_opens_within_a_tenth_of_a_second(visit: Visit) -> None:
    visit.go()
    visit.button.wait_for()
    visit.at("widget-status").wait_for(state="attached")
    took = visit.page.evaluate(
        """() => new Promise((resolve) => {
          const root = document.querySelector('openlines-chat').shadowRoot;
          const start = performance.now();
          root.querySelector('button').click();
          requestAnimationFrame(() => requestAnimationFrame(() => {
            const shown = getComputedStyle(root.querySelector('.panel')).visibility;
            resolve(shown === 'visible' ? performance.now() - start : Infinity);
          }));
        })"""
    )
    assert took < 100
    expect(visit.at("widget-input")).to_be_focused(timeout=1000)


def test_commands_before_and_after_loading(visit: Visit) -> None:
    visit.go("stub")
    expect(visit.button).to_be_visible()
    visit.page.click("#ask")
    expect(visit.at("widget-input")).to_be_visible()
    visit.say("Hello")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.page.click("#ask")
    visit.portal.do("say", text="Hello to you")
    expect(visit.page.get_by_test_id("widget-unread")).to_have_text("1")
    assert visit.page.evaluate("facts") == ["unread 0", "open", "close", "message Hello to you", "unread 1"]
    details = {"name": "Vera", "data": {"order": 48213}}
    eventually(lambda: visit.portal.visitor().get("details") == details, visit.page)
    visitor = visit.portal.visitor()
    assert visitor["context"]["page"] == f"{visit.portal.site}/?stub"
    # Who has been named by the site is not asked for his name.
    expect(visit.at("widget-contact")).to_have_count(0)


def test_a_listener_can_be_taken_off_and_its_errors_stay_the_sites(browser: Browser, portal: Portal) -> None:
    context = browser.new_context()
    visit = Visit(context.new_page(), portal).go()
    visit.button.wait_for()
    visit.page.evaluate(
        """() => { window.count = 0; window.listener = () => { window.count += 1; };
          openlines('on', 'open', listener); openlines('on', 'open', () => { throw new Error('of the site'); }); }"""
    )
    visit.page.evaluate("openlines('open'); openlines('close'); openlines('off', 'open', listener); openlines('open')")
    assert visit.page.evaluate("count") == 1
    expect(visit.at("widget-input")).to_be_visible()
    assert visit.errors == ["of the site", "of the site"]
    context.close()


def test_a_signed_identity_is_handed_on_and_signing_out_forgets(visit: Visit) -> None:
    visit.go()
    visit.button.wait_for()
    visit.page.evaluate("openlines('identify', 'a.signed.jwt')")
    eventually(lambda: visit.portal.do("state")["visitors"], visit.page)
    assert visit.portal.visitor()["identity"] == "a.signed.jwt"
    visit.open().say("For my eyes only")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.page.evaluate("openlines('identify', null)")
    expect(visit.at("widget-message")).to_have_count(0)
    visit.say("Somebody else")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    assert visit.portal.texts() == ["Somebody else"]
    assert len(visit.portal.do("state")["visitors"]) == 2


def test_language_by_attribute_and_by_command(visit: Visit) -> None:
    visit.go("lang=ru").open()
    expect(visit.at("widget-input")).to_have_attribute("placeholder", "Напишите сообщение…")
    visit.page.evaluate("openlines('language', 'en')")
    expect(visit.at("widget-input")).to_have_attribute("placeholder", "Write a message…")
    expect(visit.button).to_have_attribute("aria-label", "Close chat")


def test_words_and_looks_are_the_owners(visit: Visit) -> None:
    visit.portal.do(
        "config",
        texts={"welcome": "Ask about lamps", "placeholder": "<b>Ask</b>", "nonsense": "x"},
        colors={"accent": "#ffd54a"},
        position="left",
        bubble="Chat with us",
    )
    visit.go()
    expect(visit.button).to_have_text("Chat with us")
    box = visit.button.bounding_box()
    assert box is not None
    assert box["x"] < 60
    visit.open()
    expect(visit.at("widget-input")).to_have_attribute("placeholder", "<b>Ask</b>")
    expect(visit.frame.locator(".welcome")).to_have_text("Ask about lamps")
    # Dark letters on a light colour.
    ink = visit.frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')")
    assert ink == "#14161a"


def test_a_greeting_appears_once_and_stays_away_when_dismissed(visit: Visit) -> None:
    visit.portal.do("config", greeting_bubble={"text": "Need a hand?", "delay": 0})
    visit.go()
    bubble = visit.page.get_by_test_id("widget-bubble")
    expect(bubble).to_have_text("Need a hand?")
    bubble.get_by_label("Dismiss").click()
    expect(bubble).to_be_hidden()
    visit.go("page=lamps")
    visit.button.wait_for()
    visit.page.wait_for_timeout(800)
    expect(bubble).to_be_hidden()


def test_on_a_page_that_reads_from_the_right_the_greeting_keeps_its_distance(visit: Visit) -> None:
    visit.portal.do("config", greeting_bubble={"text": "שלום! איך אפשר לעזור?", "delay": 0})
    visit.go()
    visit.page.evaluate("document.documentElement.dir = 'rtl'")
    bubble = visit.page.get_by_test_id("widget-bubble")
    expect(bubble).to_be_visible()
    visit.settle(bubble)
    gaps = bubble.evaluate(
        """(bubble) => {
          const range = document.createRange();
          range.selectNodeContents(bubble.querySelector('.say'));
          const parts = [range, bubble, bubble.querySelector('.away')];
          const [words, box, cross] = parts.map((one) => one.getBoundingClientRect());
          return [words.left - box.left, cross.left - words.right, box.right - cross.right];
        }"""
    )
    assert all(gap >= 0 for gap in gaps)
    assert gaps[0] >= 16


def test_where_the_channel_is_not_allowed_one_quiet_line_says_so(context: BrowserContext, portal: Portal) -> None:
    visit = Visit(context.new_page(), portal)
    visit.page.goto(portal.foreign_site)

    def lines() -> list[str]:
        return [line for line in visit.console if "openlines" in line]

    eventually(lines, visit.page)
    expect(visit.button).to_be_hidden()
    visit.page.wait_for_timeout(1000)
    ours = lines()
    assert len(ours) == 1
    assert ours[0].startswith("info: openlines: no chat here.")
    assert visit.errors == []
    visit.page.evaluate("openlines('open')")
    expect(visit.page.locator("openlines-chat .panel")).to_be_hidden()


def test_a_server_that_is_being_restarted_hides_the_chat_only_for_a_while(visit: Visit) -> None:
    visit.go()
    expect(visit.button).to_be_visible()
    visit.portal.do("fault", frame=503)
    visit.page.clock.install()
    visit.go()
    expect(visit.button).to_be_visible()
    visit.page.clock.run_for(4000)

    def given_up() -> bool:
        """Its patience begins when the frame has loaded, which takes its time."""
        visit.page.clock.run_for(1000)
        return visit.button.is_hidden()

    eventually(given_up, visit.page)
    visit.portal.do("fault", frame=0)
    visit.page.clock.run_for(31_000)
    expect(visit.button).to_be_visible()
    visit.open()
    assert len([line for line in visit.console if "openlines" in line]) == 1


def test_the_channels_own_hours_hide_it_and_bring_it_back(visit: Visit) -> None:
    visit.go().open()
    visit.say("Are you there?")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    eventually(lambda: visit.portal.visitor()["sockets"], visit.page)
    visit.button.click()
    visit.portal.do("config", hours={"shown": False})
    expect(visit.button).to_be_hidden()
    visit.portal.do("config", hours={"shown": True})
    expect(visit.button).to_be_visible()


def test_a_channel_that_is_gone_shows_nothing_even_to_who_knew_it(visit: Visit) -> None:
    visit.go()
    expect(visit.button).to_be_visible()
    visit.portal.do("portal", gone=True)
    with visit.page.expect_response(lambda answer: "/config?" in answer.url) as refused:
        visit.go()
    assert refused.value.status == 404
    expect(visit.button).to_be_hidden()
    assert visit.errors == []


def test_the_snippet_twice_and_a_page_that_swaps_its_body(visit: Visit) -> None:
    visit.go("twice")
    visit.button.wait_for()
    expect(visit.page.locator("openlines-chat")).to_have_count(1)
    visit.open().say("Before")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.page.evaluate("document.body.replaceChildren()")
    visit.page.evaluate("openlines('close'); openlines('open')")
    expect(visit.at("widget-message")).to_have_count(1)
    assert visit.errors == []


def test_nobody_else_gets_the_line_to_the_frame(visit: Visit) -> None:
    """A window that greets like the frame, or hands a port of its own to the frame, is not answered."""
    visit.go()
    visit.button.wait_for()
    visit.at("widget-status").wait_for(state="attached")
    heard = visit.page.evaluate(
        """() => new Promise((resolve) => {
          const heard = [];
          addEventListener('message', (event) => heard.push([event.data, event.ports.length]));
          postMessage({ openlines: 'hello' }, '*');
          const frame = document.querySelector('openlines-chat').shadowRoot.querySelector('iframe');
          const channel = new MessageChannel();
          channel.port1.onmessage = ({ data }) => heard.push(['port', data]);
          frame.contentWindow.postMessage({ openlines: 'port' }, '*', [channel.port2]);
          channel.port1.postMessage({ type: 'open', focus: true });
          setTimeout(() => resolve(heard), 500);
        })"""
    )
    assert heard == [[{"openlines": "hello"}, 0]]


def test_a_phone_gets_the_whole_screen_and_the_page_below_keeps_still(phone: Visit) -> None:
    visit = phone.go()
    visit.button.wait_for()
    assert visit.button.bounding_box()
    visit.page.locator("openlines-chat button").first.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.at("widget-close")).to_be_visible()
    visit.settle(visit.page.locator("openlines-chat .panel"))
    panel = visit.page.locator("openlines-chat .panel").bounding_box()
    assert panel is not None
    assert [round(panel[side]) for side in ("x", "y", "width", "height")] == [0, 0, 390, 844]
    assert visit.page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    expect(visit.button).to_be_hidden()
    # Tab goes round inside; nothing behind the chat is reached.
    for _ in range(14):
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.localName") == "openlines-chat"
    visit.page.keyboard.press("Escape")
    expect(visit.button).to_be_visible()
    expect(visit.button).to_be_focused()
    assert visit.page.evaluate("document.documentElement.style.overflow") == ""


def test_the_keyboard_is_enough(visit: Visit) -> None:
    visit.go()
    visit.button.wait_for()
    visit.page.locator("#ask").focus()
    visit.page.keyboard.press("Tab")
    for _ in range(3):
        if visit.page.evaluate("document.activeElement.localName") == "openlines-chat":
            break
        visit.page.keyboard.press("Tab")
    expect(visit.button).to_be_focused()
    expect(visit.button).to_have_attribute("aria-expanded", "false")
    visit.page.keyboard.press("Enter")
    expect(visit.at("widget-input")).to_be_focused()
    visit.page.keyboard.type("By keys ")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.frame.locator(".emoji").wait_for()
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("Enter")
    expect(visit.at("widget-input")).to_be_focused()
    expect(visit.at("widget-input")).to_have_value("By keys 😄")
    visit.page.keyboard.press("Enter")
    expect(visit.at("widget-message")).to_have_attribute("data-state", "sent")
    visit.page.keyboard.press("Escape")
    expect(visit.button).to_be_focused()
    expect(visit.button).to_have_attribute("aria-label", "Open chat")
