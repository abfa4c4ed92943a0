"""Limits that nobody gets round, and that hit nobody else."""

import asyncio
from typing import Any

import pytest

from openlines.api.asgi import address_of
from openlines.api.visitor import sockets
from openlines.store import StoreUnavailable
from openlines.support.passwords import TooBusy
from tests.api.asgi_client import Browser
from tests.api.house import PASSWORD, House

ANN = "ann@example.org"


async def log_in(browser: Browser, email: str, password: str) -> int:
    return (await browser.post("/api/v1/login", {"email": email, "password": password})).status


# --- signing in -----------------------------------------------------------------------------------------------


async def test_many_guesses_at_once_are_no_more_than_one_after_another(house: House) -> None:
    thief = house.browser(address="203.0.113.66")
    tried = await asyncio.gather(*(log_in(thief, ANN, f"wrong {n}") for n in range(20)))
    assert tried.count(401) <= 7
    assert set(tried) == {401, 429}


async def test_an_office_that_mistypes_is_not_kept_out(house: House) -> None:
    """Two hundred people behind one address; each of twenty-three types his password wrong once."""
    await house.add_user("Boris")
    for number in range(23):
        assert await log_in(house.browser(address="192.0.2.1"), f"colleague{number}@example.org", "typo") == 401
    assert await log_in(house.browser(address="192.0.2.1"), "boris@example.org", PASSWORD) == 200


async def test_one_address_does_not_try_a_password_on_everybody(house: House) -> None:
    thief = house.browser(address="203.0.113.66")
    tried = [await log_in(thief, f"somebody{number}@example.org", "Summer2026") for number in range(50)]
    assert 429 in tried
    assert tried.count(401) <= 40


async def test_a_stranger_keeps_nobody_out_of_where_he_has_signed_in_before(house: House) -> None:
    assert await log_in(house.browser(address="192.0.2.1"), ANN, PASSWORD) == 200
    thief = house.browser(address="203.0.113.66")
    for number in range(12):
        await log_in(thief, ANN, f"wrong {number}")
    assert await log_in(thief, ANN, PASSWORD) == 429
    assert await log_in(house.browser(address="192.0.2.1"), ANN, PASSWORD) == 200
    guesses = [await log_in(house.browser(address="192.0.2.1"), ANN, f"wrong {number}") for number in range(9)]
    assert guesses[-1] == 429, "there, too, guessing gets slower"


@pytest.mark.parametrize("error", [TooBusy(), StoreUnavailable("away", retry_after=1.0)])
async def test_a_try_that_nobody_looked_at_is_none(
    house: House, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = house.app.edge.passwords
    verify = passwords.verify

    async def busy(*_: Any) -> bool:
        raise error

    monkeypatch.setattr(passwords, "verify", busy)
    for _ in range(20):
        assert await log_in(house.browser(), ANN, PASSWORD) >= 500
    monkeypatch.setattr(passwords, "verify", verify)
    assert await log_in(house.browser(), ANN, PASSWORD) == 200


async def test_a_right_password_forgives_the_wrong_ones_also_where_it_is_changed(house: House) -> None:
    for turn in range(3):
        for _ in range(4):
            wrong = await house.admin.post("/api/v1/me/password", {"current": "no", "new": PASSWORD + "!"})
            assert wrong.status == 422
        right = {"current": PASSWORD if turn == 0 else f"{PASSWORD} {turn - 1}", "new": f"{PASSWORD} {turn}"}
        assert (await house.admin.post("/api/v1/me/password", right)).status == 204


async def test_a_sign_in_that_ends_while_it_is_looked_up_is_not_remembered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = house.app.edge
    edge.speakers.forget_all()
    read, reached, go_on = edge.store.read, asyncio.Event(), asyncio.Event()

    async def slow(what: Any, *args: Any, **kwargs: Any) -> Any:
        found = await read(what, *args, **kwargs)
        if what.__name__ == "find_session":
            reached.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(edge.store, "read", slow)
    asking = asyncio.create_task(house.admin.get("/api/v1/me"))
    await reached.wait()
    cookies = dict(house.admin.cookies)
    assert (await house.admin.post("/api/v1/logout")).status == 204
    await asyncio.sleep(0.2)
    go_on.set()
    await asking
    again = house.browser()
    again.cookies = cookies
    assert (await again.get("/api/v1/me")).status == 401


# --- visitors -------------------------------------------------------------------------------------------------


async def test_made_up_tokens_are_newcomers_too(house: House) -> None:
    statuses = []
    for number in range(200):
        browser = house.browser(key=f"olv_{number:043d}", address="198.51.100.200")
        answer = await browser.post(f"/api/v1/widget/{house.key}/messages", {"client_message_id": "1", "text": "hi"})
        statuses.append(answer.status)
    assert statuses.count(201) < 150
    assert statuses[-1] == 429


async def test_visitors_who_write_on_after_a_restart_are_no_newcomers(house: House) -> None:
    """Many behind one address, whose windows this process has not seen opening."""
    tokens = [f"olv_{number:043d}" for number in range(20)]
    for round_ in range(8):
        for number, token in enumerate(tokens):
            browser = house.browser(key=token, address="198.51.100.200")
            said = {"client_message_id": f"{round_}", "text": "hi"}
            answer = await browser.post(f"/api/v1/widget/{house.key}/messages", said)
            assert answer.status == 201, (round_, number, answer.body)


async def test_files_under_made_up_tokens_are_counted_together(house: House) -> None:
    statuses = []
    for number in range(260):
        browser = house.browser(key=f"olv_{number:043d}", address="198.51.100.200")
        path = f"/api/v1/widget/{house.key}/files"
        statuses.append((await browser.post(path, raw=b"text", headers={"x-file-name": "a.txt"})).status)
    assert statuses[0] == 201
    assert 429 in statuses


async def test_sockets_of_one_address_are_counted(house: House) -> None:
    browser = house.browser(address="198.51.100.200")
    ended = []
    for _ in range(800):
        socket = browser.socket(f"/api/v1/widget/{house.key}/socket")
        await socket.__aenter__()
        while not socket.accepted and socket.closed is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
        ended.append(socket.closed)
        await socket.__aexit__()
    assert ended[0] is None
    assert 4429 in ended


async def test_whoever_does_not_say_hello_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HELLO_WITHIN", 0.1)
    visitor = await house.visitor()
    async with visitor.browser.socket(f"{visitor.base}/socket") as silent:
        assert await silent.ended(5) == 4401
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say({"type": "hello", "token": visitor.token, "after": 0})
        await window.hear("ready")
        await asyncio.sleep(0.3)
        assert window.closed is None


async def test_what_windows_told_of_themselves_is_kept_within_bounds(house: House) -> None:
    page = {"page": "https://x.example/" + "я" * 1900, "referrer": "ю" * 1900, "title": "э" * 300}
    opened = await house.browser().post(f"/api/v1/widget/{house.key}/session", page)
    for number in range(40):
        browser = house.browser(address=f"198.51.100.{number % 200}")
        opened = await browser.post(f"/api/v1/widget/{house.key}/session", page)
        assert opened.status == 200
    api: Any = house.app._door._app._visitor  # type: ignore[union-attr]
    assert api._told == sum(len(each.context) for each in api._contexts.values()) > 0
    again = {"token": opened.json["token"], **page}
    assert (await house.browser().post(f"/api/v1/widget/{house.key}/session", again)).status == 200
    assert api._told == sum(len(each.context) for each in api._contexts.values())


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("2001:db8::9:2:3:4", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no:address", "no:address"),
    ],
)
def test_a_household_has_one_bucket_however_its_addresses_are_written(address: str, key: str) -> None:
    assert address_of({"client": (address, 1)}) == key
    assert address_of({"client": None}) == ""


async def test_made_up_tokens_are_newcomers_also_when_they_open_a_window_first(house: House) -> None:
    statuses = []
    for number in range(200):
        token = f"olv_{number:043d}"
        browser = house.browser(address="198.51.100.200")
        statuses.append((await browser.post(f"/api/v1/widget/{house.key}/session", {"token": token})).status)
    assert statuses.count(200) < 150
    assert statuses[-1] == 429


async def test_a_window_that_is_opened_again_and_again_is_one_newcomer(house: House) -> None:
    visitor = await house.visitor()
    for _ in range(150):
        opened = await visitor.browser.post(f"{visitor.base}/session", {"token": visitor.token})
        assert opened.status == 200


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("PATCH", "/session", {"name": "Ann"}),
        ("POST", "/consent", {"version": "x"}),
        ("POST", "/form", {"answers": {}}),
    ],
)
async def test_whatever_begins_a_thread_counts_newcomers(house: House, method: str, path: str, value: Any) -> None:
    statuses = []
    for number in range(200):
        browser = house.browser(key=f"olv_{number:043d}", address="198.51.100.200")
        statuses.append((await browser.ask(method, f"/api/v1/widget/{house.key}{path}", value)).status)
    assert statuses[0] != 429
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("method", "path", "value"),
    [
        ("PATCH", "/session", {"name": "Ann"}),
        ("POST", "/consent", {"version": "x"}),
        ("POST", "/form", {"answers": {}}),
        ("POST", "/rating", {"value": 5}),
        ("POST", "/press", {"message_id": 1, "key": "x"}),
    ],
)
async def test_every_verb_of_a_visitor_is_counted(house: House, method: str, path: str, value: Any) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    statuses = [(await visitor.ask(method, path, value)).status for _ in range(60)]
    assert statuses[0] != 429
    assert 429 in statuses
    assert (await visitor.ask("PATCH", "/session", {"read_seq": 1})).status == 200, "how far one has read is no flood"


async def test_nul_in_what_a_visitor_says_of_himself_is_shown_as_a_sign(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    said = {"name": "A\x00nn", "data": {"plan\x00": "go\x00ld"}}
    assert (await visitor.ask("PATCH", "/session", said)).status == 200
    [customer] = (await house.admin.get("/api/v1/customers")).json["items"]
    assert customer["name"] == "A\u2400nn"
    assert "\x00" not in str(customer)
