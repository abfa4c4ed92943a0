"""Notices and mail as administrators set them: words at the field, a password that goes nowhere else, plain tries."""

import asyncio
from typing import Any

import pytest

from openlines.notify.hooks import make_secret
from openlines.services import notices
from openlines.store import push
from openlines.store.tx import Tx
from tests.api.house import PASSWORD as HIS_PASSWORD
from tests.api.house import House
from tests.notify.browser import FakeBrowser
from tests.notify.smtp import PASSWORD, USER, smtp_server

NOTIFY = "/api/v1/notify"


async def put(house: House, version: int, **changes: Any) -> Any:
    return await house.admin.patch(NOTIFY, {"version": version, **changes})


def server(port: int, **more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "portal@example.org", **more}


async def test_a_password_is_kept_and_never_shown(house: House) -> None:
    assert (await house.admin.get(NOTIFY)).json["version"] == 0
    answer = await put(house, 0, mail=server(2525, user=USER, password="s3cret-word"))
    assert answer.status == 200, answer.body
    assert answer.json["mail"]["has_password"]
    assert b"s3cret-word" not in answer.body
    stored = (house.app.config.data / "portal.db").read_bytes()
    assert b"s3cret-word" not in stored
    # Another name of the same sender needs no password; another server does.
    version = answer.json["version"]
    answer = await put(house, version, mail={"from_name": "Bakery"})
    assert answer.json["mail"]["has_password"]
    for elsewhere in ({"host": "evil.example"}, {"user": "other"}):
        refused = await put(house, answer.json["version"], mail=elsewhere)
        assert refused.status == 422
        assert refused.json["fields"]["mail.password"]["code"] == "password_again"
        tried = await house.admin.post(f"{NOTIFY}/mail/test", {"mail": elsewhere})
        assert tried.json["fields"]["mail.password"]["code"] == "password_again"
    gone = await put(house, answer.json["version"], mail={"password": ""})
    assert not gone.json["mail"]["has_password"]


async def test_two_administrators_do_not_overwrite_each_other(house: House) -> None:
    first = await put(house, 0, private_hooks=True)
    assert first.json["private_hooks"]
    assert (await put(house, 0, private_hooks=False)).status == 409
    assert (await put(house, first.json["version"], private_hooks=False)).status == 200


async def test_every_bad_value_has_words_at_its_field(house: House) -> None:
    bad = {
        "mail.host": {"host": "https://smtp.example.com/", "from_address": "a@example.com"},
        "mail.port": {"port": 70000},
        "mail.security": {"security": "ssl"},
        "mail.from_address": {"host": "smtp.example.com", "from_address": "<script>alert(1)</script>"},
        "mail.from_name": {"from_name": "x" * 1000},
        "mail.user": {"user": "x" * 1000},
        "mail.password": {"password": "x" * 1000},
    }
    for field, mail in bad.items():
        answer = await put(house, 0, mail=mail)
        assert answer.status == 422, (field, answer.body)
        assert field in answer.json["fields"], (field, answer.json)
        assert answer.json["fields"][field]["message"]
    for strange in ({"host": 5}, {"port": "many"}, {"verify": "no"}, {"unknown": 1}, {"host": "x" * 10_000}):
        assert 400 <= (await put(house, 0, mail=strange)).status < 500
    # A name that would be a header is one line in a letter.
    assert (await put(house, 0, mail={"from_name": "A\r\nBcc: v@example.com"})).status == 200


async def test_a_test_letter_says_in_words_what_came_of_it(house: House) -> None:
    with smtp_server(login=True) as (box, port):
        mail = server(port, user=USER, password=PASSWORD)
        good = await house.admin.post(f"{NOTIFY}/mail/test", {"mail": mail})
        assert good.json["ok"], good.json
        assert box.letters[0]["to"] == "ann@example.org"
        bad = await house.admin.post(f"{NOTIFY}/mail/test", {"mail": {**mail, "password": "no"}})
        assert (bad.json["ok"], bad.json["code"]) == (False, "mail_login_refused")
        assert bad.json["text"] == "The server refused the user name or the password."
        assert bad.json["what_to_do"]
        assert bad.json["said"].startswith("535")
        box.refuse = {"recipient": "550 5.1.1 nobody of that name"}
        russian = await house.admin.post(
            f"{NOTIFY}/mail/test", {"mail": mail, "to": "no@example.org"}, headers={"accept-language": "ru"}
        )
        assert russian.json["text"] == "Сервер не принял получателя."
        assert russian.json["said"] == "550 5.1.1 nobody of that name"
    assert (await house.admin.post(f"{NOTIFY}/mail/test", {})).json["fields"]["mail.host"]["code"] == "mail_host_needed"


async def test_a_test_webhook_does_not_reach_the_own_network(house: House) -> None:
    answer = await house.admin.post(f"{NOTIFY}/hooks/test", {"url": "http://127.0.0.1:9/x"})
    assert answer.json["code"] == "hook_private_address"
    await put(house, 0, private_hooks=True)
    answer = await house.admin.post(f"{NOTIFY}/hooks/test", {"url": "http://127.0.0.1:9/x"})
    assert answer.json["code"] == "hook_unreachable"
    for strange in ("", "file:///etc/passwd", "http://user:word@example.com/", "http://[", "x" * 1500):
        answer = await house.admin.post(f"{NOTIFY}/hooks/test", {"url": strange})
        assert answer.json["code"] == "hook_bad_address", strange


async def test_the_signing_key_is_shown_once(house: House) -> None:
    first = await house.admin.post(f"{NOTIFY}/hook-secret", {})
    second = await house.admin.post(f"{NOTIFY}/hook-secret", {})
    assert first.json["secret"].startswith("whsec_")
    assert first.json["secret"] != second.json["secret"]
    assert second.json["secret"] not in (await house.admin.get(NOTIFY)).body.decode()
    assert make_secret() != make_secret()


async def test_my_browsers_are_mine(house: House) -> None:
    await house.add_user("Bob")
    bob = await house.sign_in("Bob")
    key = (await house.admin.get("/api/v1/me/push")).json["public_key"]
    assert key == (await bob.get("/api/v1/me/push")).json["public_key"]
    made = FakeBrowser("https://push.example.net/one").subscription._asdict()
    mine = (await house.admin.post("/api/v1/me/push", made)).json
    assert [each["endpoint"] for each in (await house.admin.get("/api/v1/me/push")).json["items"]] == [made["endpoint"]]
    assert (await bob.delete(f"/api/v1/me/push/{mine['id']}")).status == 404
    # Whoever signs in later in the same browser takes it over.
    await bob.post("/api/v1/me/push", made)
    assert (await house.admin.get("/api/v1/me/push")).json["items"] == []
    (bobs,) = (await bob.get("/api/v1/me/push")).json["items"]
    assert (await bob.delete(f"/api/v1/me/push/{bobs['id']}")).status == 204
    for bad in ({"endpoint": "http://push.example.net/"}, {"auth": "x"}, {"p256dh": "я" * 40}):
        assert (await bob.post("/api/v1/me/push", {**made, **bad})).json["fields"]["endpoint"][
            "code"
        ] == "bad_subscription"


def _tell(tx: Tx, user_id: int) -> None:
    params = {"line": "Sales", "step": 100, "words": {"en": "<script>alert(1)</script>"}}
    notices.add(tx, "kpi_first", 7, 100, [user_id], ["email"], params, None, 1)


async def undelivered(house: House) -> Any:
    """The first that did not arrive, once there is one."""
    async with asyncio.timeout(15):
        while True:
            items = (await house.admin.get(f"{NOTIFY}/outbox")).json["items"]
            if items:
                return items[0]
            await asyncio.sleep(0.05)


async def test_what_did_not_arrive_is_listed_retried_and_put_away(house: House) -> None:
    me = (await house.admin.get("/api/v1/me")).json["id"]
    await house.app.edge.store.write(_tell, me)
    item = await undelivered(house)
    assert (item["problem"], item["to"], item["medium"]) == ("No mail server is set.", "Ann", "email")
    with smtp_server() as (box, port):
        await put(house, 0, mail=server(port))
        assert (await house.admin.post(f"{NOTIFY}/outbox/{item['id']}/retry", {})).status == 204
        async with asyncio.timeout(15):
            while True:
                if box.letters:
                    break
                await asyncio.sleep(0.05)
    assert box.letters[0]["subject"].startswith("First answer")
    await house.app.edge.store.write(_tell_other)
    item = await undelivered(house)
    assert (item["to"], item["medium"]) == ("ftp://example.com/", "webhook")
    assert (await house.admin.post(f"{NOTIFY}/outbox/dismiss", {"ids": [item["id"]]})).json == {"count": 1}
    assert (await house.admin.get(f"{NOTIFY}/outbox")).json["items"] == []


def _tell_other(tx: Tx) -> None:
    """A webhook to an address that is none for webhooks."""
    notices.add(tx, "kpi_first", 8, 100, [0], ["webhook"], {"line": "x"}, None, 1, webhook_url="ftp://example.com/")


@pytest.mark.parametrize("how", ["password", "dismissed", "role"])
async def test_browsers_are_told_no_more_when_sessions_end(house: House, how: str) -> None:
    bob_id = await house.add_user("Bob")
    bob = await house.sign_in("Bob")
    ann_id = await house.add_user("Eve")
    ann = await house.sign_in("Eve")
    for browser, name in ((bob, "bob"), (ann, "ann")):
        made = FakeBrowser(f"https://push.example.net/{name}").subscription._asdict()
        assert (await browser.post("/api/v1/me/push", made)).status == 201
    if how == "password":
        new = {"current": HIS_PASSWORD, "new": "another good password"}
        assert (await bob.post("/api/v1/me/password", new)).status == 204
    else:
        row = (await house.admin.get(f"/api/v1/users/{bob_id}")).json
        change = {"role": "administrator"} if how == "role" else {"active": False}
        assert (await house.admin.patch(f"/api/v1/users/{bob_id}", {"version": row["version"], **change})).status == 200
    told = await house.app.edge.store.read(push.of_users, [bob_id, ann_id])
    assert list(told) == [ann_id]
    if how == "password":
        made = FakeBrowser("https://push.example.net/bob").subscription._asdict()
        assert (await bob.post("/api/v1/me/push", made)).status == 201, "the browser that changed it goes on"
