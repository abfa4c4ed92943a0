"""What holds for the whole portal: read and changed by administrators, told to pages before anybody signs in."""

from pathlib import Path

import pytest

from tests.api.house import House, running


async def test_the_portals_settings_are_changed_field_by_field(house: House) -> None:
    before = await house.admin.get("/api/v1/portal/settings")
    assert before.json == {
        "name": "Bakery",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "one_channel_of_a_kind": True,
        "public_url": "",
        "max_lines": 0,
    }
    changed = await house.admin.patch(
        "/api/v1/portal/settings", {"name": " Bread & Co ", "time_zone": "Asia/Omsk", "one_channel_of_a_kind": False}
    )
    assert changed.status == 200, changed.body
    after = {**before.json, "name": "Bread & Co", "time_zone": "Asia/Omsk", "one_channel_of_a_kind": False}
    assert changed.json == after
    assert (await house.admin.get("/api/v1/portal/settings")).json == after


async def test_before_signing_in_a_page_knows_the_portals_zone(house: House) -> None:
    found = (await house.browser().get("/api/v1/portal")).json
    assert (found["name"], found["language"], found["time_zone"]) == ("Bakery", "en", "Europe/Berlin")


async def test_new_people_have_the_portals_language_and_zone_unless_others_are_named(house: House) -> None:
    await house.admin.patch("/api/v1/portal/settings", {"language": "ru", "time_zone": "Asia/Omsk"})
    plain = await house.admin.get(f"/api/v1/users/{await house.add_user('Bob')}")
    assert (plain.json["language"], plain.json["time_zone"]) == ("ru", "Asia/Omsk")
    own = {"name": "Eve", "email": "eve@example.org", "language": "en", "time_zone": "Europe/Oslo"}
    made = await house.admin.post("/api/v1/users", own)
    assert (made.json["language"], made.json["time_zone"]) == ("en", "Europe/Oslo")


async def test_wrong_values_are_said_at_their_fields(house: House) -> None:
    answer = await house.admin.patch(
        "/api/v1/portal/settings", {"name": " ", "language": "de", "time_zone": "Mars/Olympus"}
    )
    assert answer.status == 422
    codes = {path: each["code"] for path, each in answer.json["fields"].items()}
    assert codes == {"name": "name_needed", "language": "unknown_language", "time_zone": "unknown_zone"}
    assert (await house.admin.get("/api/v1/portal/settings")).json["name"] == "Bakery"


async def test_what_the_server_is_told_when_it_starts_is_shown(tmp_path: Path, empty_portal: Path) -> None:
    public_url = "https://chat.example.org"
    async with running(tmp_path / "data", template=empty_portal, public_url=public_url, max_lines=3) as house:
        await house.set_up()
        found = (await house.admin.get("/api/v1/portal/settings")).json
        assert (found["public_url"], found["max_lines"]) == (public_url, 3)


@pytest.mark.parametrize(
    ("scheme", "host", "insecure"),
    [
        ("http", "127.0.0.1:8080", False),
        ("http", "localhost:8080", False),
        ("http", "[::1]:8080", False),
        ("http", "192.0.2.5:8080", True),
        ("http", "portal.example", True),
        ("http", "localhost.evil.example", True),
        ("https", "portal.example", False),
    ],
)
async def test_a_page_knows_that_it_was_opened_over_plain_http_from_afar(
    house: House, scheme: str, host: str, insecure: bool
) -> None:
    answer = await house.browser(scheme=scheme).get("/api/v1/portal", headers={"host": host})
    assert answer.json.get("insecure", False) is insecure
