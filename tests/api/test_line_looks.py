"""Faces and the look of chats as parts of a line, as a program sees them: saved, compared, carried elsewhere."""

import base64
import io
from typing import Any

from PIL import Image

from openlines.api.line_photos import FILE_LIMIT
from tests.api.house import House

LINES = "/api/v1/lines"


async def picture(house: House, size: int = 32) -> str:
    held = io.BytesIO()
    Image.effect_noise((size, size), 90).save(held, "PNG")
    headers = {"content-type": "image/png", "x-file-name": "team.png"}
    answer = await house.admin.ask("POST", "/api/v1/files", raw=held.getvalue(), headers=headers)
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


async def line(house: House) -> dict[str, Any]:
    return dict((await house.admin.get(f"{LINES}/{house.line_id}")).json)


async def save(house: House, **change: Any) -> Any:
    version = (await line(house))["version"]
    return await house.admin.patch(f"{LINES}/{house.line_id}", {"version": version, **change})


async def test_the_page_of_a_line_says_which_settings_of_its_chat_it_saves(house: House) -> None:
    found = (await line(house))["looks"]
    ((channel, look),) = found.items()
    kinds = (await house.admin.get("/api/v1/channel-kinds")).json["items"]
    fields = next(each["fields"] for each in kinds if each["kind"] == "website")
    assert set(look) == {each["name"] for each in fields if each.get("of_line")}
    assert {"accent", "texts_ru", "invitations", "alias"} <= set(look)
    assert not {"identity_key", "allowed_origins", "hours", "only_in_hours"} & set(look)
    answer = await save(house, looks={channel: {"accent": "#222222"}}, settings={"queue_time": 300})
    assert answer.json["looks"][channel]["accent"] == "#222222"
    newest, before = (await house.admin.get(f"{LINES}/{house.line_id}/versions")).json["items"][:2]
    assert [each["looks"][channel]["accent"] for each in (newest, before)] == ["#222222", "#2563eb"]
    assert newest["faces"] == []


async def test_a_wrong_look_gets_words_at_its_place(house: House) -> None:
    ((channel, _),) = (await line(house))["looks"].items()
    answer = await save(house, looks={channel: {"accent": "red"}, "999999": {"accent": "#222222"}})
    assert answer.status == 422
    assert answer.json["fields"][f"looks.{channel}.accent"]["message"]
    assert answer.json["fields"]["looks.999999"]["code"] == "unknown_channel"
    strange: Any
    for strange in ({"x": {}}, {channel: []}, [], {channel: {"accent": {"a": 1}}}):
        assert (await save(house, looks=strange)).status in {400, 422}


async def test_whoever_saves_a_chat_second_is_told_who_was_first_on_either_page(house: House) -> None:
    seen = await line(house)
    ((channel, _),) = seen["looks"].items()
    here = f"/api/v1/channels/{channel}"
    old = (await house.admin.get(here)).json["version"]
    assert (await house.admin.patch(here, {"version": old, "settings": {"accent": "#333333"}})).status == 200
    late = {"version": seen["version"], "looks": {channel: {"accent": "#222222"}}}
    refused = await house.admin.patch(f"{LINES}/{house.line_id}", late)
    assert (refused.status, refused.json["code"]) == (409, "changed_meanwhile")
    assert refused.json["params"]["by"] in refused.json["detail"]
    refused = await house.admin.patch(here, {"version": old, "settings": {"accent": "#444444"}})
    assert (refused.status, refused.json["code"]) == (409, "changed_meanwhile")
    assert refused.json["params"]["by"] in refused.json["detail"]
    assert refused.json["params"]["at"].endswith("Z")


async def test_a_copy_has_a_chat_of_its_own_only_where_it_is_asked_for(house: House) -> None:
    ((channel, _),) = (await line(house))["looks"].items()
    await save(house, looks={channel: {"accent": "#222222"}})
    plain = (await house.admin.post(f"{LINES}/{house.line_id}/copy", {"name": "Plain"})).json
    assert "looks" not in plain
    made = (await house.admin.post(f"{LINES}/{house.line_id}/copy", {"name": "Whole", "chats": True})).json
    ((own, look),) = made["looks"].items()
    assert (own != channel, look["accent"]) == (True, "#222222")


async def test_a_file_carries_photos_and_looks_to_a_new_line(house: House) -> None:
    ((channel, _),) = (await line(house))["looks"].items()
    user = (await house.admin.get("/api/v1/me")).json["id"]
    photo, large = await picture(house), await picture(house, 900)
    faces = [{"user_id": user, "name": "Anna", "photo": large}]
    answer = await save(
        house, faces=faces, settings={"common_photo": photo}, looks={channel: {"accent": "#222222", "alias": "bakery"}}
    )
    assert answer.status == 200, answer.body
    file = (await house.admin.get(f"{LINES}/{house.line_id}/export")).json
    small = base64.b64decode(file["photos"][file["faces"][0]["photo"]]["data"])
    with Image.open(io.BytesIO(small)) as image:
        assert (image.format, max(image.size)) == ("WEBP", 480), "a large photo goes as its preview"
    read = (await house.admin.post(f"{LINES}/read-file", {"file": file})).json
    assert [(each["kind"], each["settings"]["accent"]) for each in read["chats"]] == [("website", "#222222")]
    into = (await house.admin.post(f"{LINES}/read-file", {"file": file, "line_id": house.line_id})).json
    assert str(into["chats"][0]["channel_id"]) == channel
    made = await house.admin.post(f"{LINES}/import", {"file": file, "name": "Again"})
    assert made.status == 201, made.body
    ((_, look),) = made.json["looks"].items()
    assert (look["accent"], look["alias"]) == ("#222222", "")
    brought = made.json["faces"][0]
    assert (brought["user_id"], brought["name"]) == (user, "Anna")
    for each in (brought["photo"], made.json["settings"]["common_photo"]):
        assert each not in {photo, large}
        shown = await house.admin.get(f"/api/v1/files/{each}")
        assert (shown.status, shown.headers["content-type"].partition("/")[0]) == (200, "image")


async def test_what_is_no_picture_is_refused_where_it_stands(house: House) -> None:
    data = base64.b64encode(b"<script>alert(1)</script>").decode()
    file = {"format": "openlines.line", "version": 1, "name": "x", "photos": {"p": {"name": "p.png", "data": data}}}
    answer = await house.admin.post(f"{LINES}/import", {"file": file})
    assert (answer.status, answer.json["fields"]["file.photos.p"]["code"]) == (422, "not_a_picture")
    file["photos"] = {"p": {"name": "p.png", "data": "A" * 5_000_000}}
    refused = await house.admin.post(f"{LINES}/import", {"file": file})
    assert (refused.status, refused.json["params"]["limit"]) == (413, FILE_LIMIT)
