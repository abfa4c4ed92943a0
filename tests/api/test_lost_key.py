"""The portal has another secret.key than its secrets were sealed with (a copy was put back without it): what does not
open is entered anew, and nothing else stands still meanwhile."""

from typing import Any

from sqlalchemy import update

from openlines.store import Statement, tables
from tests.api.house import House
from tests.api.test_bad_input import connect_vendor

_DAMAGE = Statement(update(tables.channels))
TOKEN = "987654321:" + "B" * 35


async def lose(house: House) -> None:
    await house.app.edge.store.write(lambda tx: tx.run(_DAMAGE, secrets="v1.another.damaged", version=99))


async def patched(house: House, channel_id: int, **changes: Any) -> dict[str, Any]:
    path = f"/api/v1/channels/{channel_id}"
    version = (await house.admin.get(path)).json["version"]
    answer = await house.admin.patch(path, {"version": version, **changes})
    found: dict[str, Any] = {"status": answer.status, **answer.json}
    return found


async def test_visitors_write_on(house: House) -> None:
    await lose(house)
    visitor = await house.visitor()
    assert (await visitor.say("Is anybody there?")).status == 201


async def test_a_check_says_what_is_to_be_done(house: House) -> None:
    _, _, channel_id = await connect_vendor(house)
    await lose(house)
    checked = await house.admin.post(f"/api/v1/channels/{channel_id}/check", {})
    assert checked.status == 200, checked.body
    assert (checked.json["ok"], checked.json["code"]) == (False, "secrets_unreadable")
    assert "Enter them anew" in checked.json["text"]
    found = (await house.admin.get(f"/api/v1/channels/{channel_id}")).json
    assert (found["state"], found.get("secrets", [])) == ("broken", [])


async def test_what_needs_no_secret_can_be_changed_without(house: House) -> None:
    _, _, channel_id = await connect_vendor(house)
    await lose(house)
    assert (await patched(house, channel_id, name="Crumbs"))["name"] == "Crumbs"
    assert (await patched(house, channel_id, active=False))["state"] == "off"
    assert (await patched(house, channel_id, active=True))["status"] == 200


async def test_entered_anew_it_has_all_it_needs(house: House) -> None:
    _, _, channel_id = await connect_vendor(house)
    await lose(house)
    found = await patched(house, channel_id, secrets={"token": TOKEN})
    assert (found["status"], found["secrets"]) == (200, ["token", "webhook_secret"])
    checked = await house.admin.post(f"/api/v1/channels/{channel_id}/check", {})
    assert checked.json.get("code") != "secrets_unreadable"


async def test_the_key_of_a_chat_is_made_anew(house: House) -> None:
    await lose(house)
    path = f"/api/v1/channels/{house.channel_id}"
    assert (await house.admin.get(path)).json.get("secrets", []) == []
    made = await house.admin.post(f"{path}/secrets", {"name": "identity_key"})
    assert made.status in (200, 201), made.body
    assert (await house.admin.get(path)).json["secrets"] == ["identity_key"]
