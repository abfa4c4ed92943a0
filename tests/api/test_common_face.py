"""One name and photo for everybody who answers, as the customer's chat is told."""

import io
from typing import Any

from PIL import Image

from tests.api.house import House


async def _picture(house: House) -> str:
    held = io.BytesIO()
    Image.new("RGB", (32, 32), "#3366cc").save(held, "PNG")
    headers = {"content-type": "image/png", "x-file-name": "team.png"}
    answer = await house.admin.ask("POST", "/api/v1/files", raw=held.getvalue(), headers=headers)
    assert answer.status == 201, answer.body
    file_id: str = answer.json["id"]
    return file_id


async def test_customers_see_the_common_name_and_photo_and_no_other(house: House) -> None:
    photo = await _picture(house)
    await house.change_line(
        house.line_id, operator_shown="common", common_name={"en": "The bakers"}, common_photo=photo, greeting={}
    )
    visitor = await house.visitor()
    await visitor.say("Hello")
    number = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]["id"]
    said = {"client_message_id": "1", "text": "Good day"}
    await house.admin.post(f"/api/v1/conversations/{number}/messages", said)
    items: list[dict[str, Any]] = (await visitor.ask("GET", "/messages")).json["items"]
    answer = next(each for each in items if each["author"] == "operator")
    assert (answer["name"], answer["photo"]) == ("The bakers", photo)
    seen = await visitor.browser.get(f"{visitor.base}/files/{photo}")
    assert (seen.status, seen.headers["content-type"]) == (200, "image/png")
    assert b"Ann" not in (await visitor.ask("GET", "/messages")).body


async def test_a_photo_that_is_not_there_is_refused_at_its_field(house: House) -> None:
    version = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["version"]
    change = {"version": version, "settings": {"common_photo": "nothing-of-the-kind"}}
    answer = await house.admin.patch(f"/api/v1/lines/{house.line_id}", change)
    assert (answer.status, answer.json["fields"]["common_photo"]["code"]) == (422, "unknown_file")
