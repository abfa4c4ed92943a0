"""Asking after a channel: what is seen stays in its row, and everybody's window is told."""

from openlines.channels.base import Health
from openlines.services import channel_state
from tests.api.asgi_client import Socket
from tests.api.house import House
from tests.api.test_attacks import snapshot_socket


async def _check(house: House, health: Health | None) -> tuple[bool, str, str]:
    """Asks after the chat, which answers so: whether it is well, its state then, and the words on its page."""

    async def vendor(channel_id: int) -> Health | None:
        assert channel_id == house.channel_id
        return health

    house.app.edge.check_channel = vendor
    path = f"/api/v1/channels/{house.channel_id}"
    checked = await house.admin.post(f"{path}/check", {})
    assert checked.status == 200, checked.body
    row = (await house.admin.get(path)).json
    return checked.json["ok"], row["state"], row.get("state_text", "")


async def _told(socket: Socket, house: House) -> tuple[str, str]:
    """What a window hears next of the chat."""
    while True:
        frame = await socket.hear("changes")
        for each in frame.get("channels", ()):
            if each["id"] == house.channel_id:
                return each["state"], each.get("state_text", "")


async def test_what_was_seen_is_shown_by_every_window_at_once(house: House) -> None:
    colleague = await snapshot_socket(house.admin)
    ok, state, text = await _check(house, Health(False, "vendor_unreachable", "no route", {"bot": "crumbs"}, "poll"))
    assert (ok, state) == (False, "broken")
    assert text
    assert await _told(colleague, house) == ("broken", text)
    row = (await house.admin.get(f"/api/v1/channels/{house.channel_id}")).json
    assert row["state_detail"] == "no route"
    assert row["settings"]["facts"] == {"bot": "crumbs", "by": "poll"}
    assert await _check(house, Health(True)) == (True, "ok", "")
    assert await _told(colleague, house) == ("ok", "")


async def test_what_is_mended_by_itself_or_has_no_vendor_changes_nothing(house: House) -> None:
    lost = Health(False, "webhook_lost", again=True)
    assert (await _check(house, lost))[:2] == (False, "ok")
    assert (await _check(house, None))[:2] == (True, "ok")


async def test_a_channel_that_is_off_stays_off(house: House) -> None:
    path = f"/api/v1/channels/{house.channel_id}"
    version = (await house.admin.get(path)).json["version"]
    assert (await house.admin.patch(path, {"version": version, "active": False})).status == 200
    assert (await _check(house, Health(True)))[:2] == (True, "off")
    assert (await _check(house, Health(False, "vendor_unreachable")))[:2] == (False, "off")


async def test_what_a_keeper_knows_of_a_channel_that_works_stays(house: House) -> None:
    """It fetches because its vendor cannot reach us: that it works, too, is no news."""
    await house.app.edge.store.write(channel_state.found, house.channel_id, "ok", "no_public_address")
    before = (await house.admin.get(f"/api/v1/channels/{house.channel_id}")).json
    await _check(house, Health(True, by="poll"))
    assert (await house.admin.get(f"/api/v1/channels/{house.channel_id}")).json == before
