"""What staff read in a thread about the work itself."""

from typing import Any

import pytest

from tests.api.house import House


@pytest.mark.parametrize(("language", "said"), [("en", "Transferred: Ann → "), ("ru", "Передано: Ann → ")])
async def test_a_transfer_names_who_and_to_whom(house: House, language: str, said: str) -> None:
    bob = await house.add_user("Bob")
    sales = (await house.admin.post("/api/v1/departments", {"name": "Sales", "member_ids": [bob]})).json["id"]
    other = await house.add_line("Wholesale", [bob])
    await (await house.visitor()).say("hello")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    house.admin.language = language
    targets: list[tuple[dict[str, Any], str]] = [
        ({"user_id": bob}, "Bob"),
        ({"department_id": sales}, "Sales"),
        ({"line_id": other}, "Wholesale"),
    ]
    for target, name in targets:
        answer = await house.admin.post(f"/api/v1/conversations/{row['id']}/transfer", target)
        assert answer.status == 200, answer.body
        items = (await house.admin.get(f"/api/v1/threads/{row['thread_id']}/messages")).json["items"]
        facts = [each["fact"] for each in items if each.get("fact", {}).get("code") == "transferred"]
        assert facts[-1]["text"] == f"{said}{name}"
    details = (await house.admin.get(f"/api/v1/conversations/{row['id']}")).json
    assert details["why"]["code"] != "transferred" or details["why"]["text"] == f"{said}Wholesale"
