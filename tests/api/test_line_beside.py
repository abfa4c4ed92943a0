"""What stands beside a line's settings, as a program sees it: forecast, saved states, files."""

from typing import Any

import pytest

from tests.api.house import House

LINE = "/api/v1/lines"


async def made(house: House) -> dict[str, Any]:
    answer = await house.admin.post(LINE, {"name": "Продажи / Sales"})
    assert answer.status == 201
    return dict(answer.json)


async def test_a_forecast_is_in_instants_and_codes(house: House) -> None:
    line = await made(house)
    answer = await house.admin.post(f"{LINE}/{line['id']}/forecast", {"settings": {"no_answer_time": 90}})
    assert answer.status == 200
    found = answer.json
    nobody = found["parts"][0]
    assert (nobody["name"], found["kind"], found["active"]) == ("nobody", "website", True)
    late = next(step for step in nobody["steps"] if step["code"] == "unanswered")
    assert late["after"] == 90
    assert late["at"].endswith("Z")
    waits = next(step for step in nobody["steps"] if step["kind"] == "waits")
    assert waits["why"]["code"] == "queue_empty"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"settings": {"queue_time": 1}}, "queue_time"),
        ({"settings": {"greeting": {"en": "x" * 10_000}}}, "greeting.en"),
        ({"settings": {"time_zone": "Mars/Base"}}, "time_zone"),
        ({"at": "tomorrow"}, "at"),
        ({"at": "2099-01-01T00:00:00Z"}, "at"),
        ({"channel_id": 999_999}, "channel_id"),
        ({"customer": {"ago": -1}}, "customer.ago"),
        ({"members": [{"user_id": 999_999}]}, None),
    ],
)
async def test_a_question_that_makes_no_sense_gets_words(
    house: House, asked: dict[str, Any], field: str | None
) -> None:
    line = await made(house)
    answer = await house.admin.post(f"{LINE}/{line['id']}/forecast", asked)
    if field is None:
        assert answer.status == 200, "people who are gone are left out"
        return
    assert answer.status == 422
    assert answer.json["fields"][field]["message"]


async def test_saved_states_tell_who_when_and_what(house: House) -> None:
    line = await made(house)
    change = {"version": line["version"], "name": "Sales", "settings": {"queue_time": 300}, "members": []}
    assert (await house.admin.patch(f"{LINE}/{line['id']}", change)).status == 200
    found = (await house.admin.get(f"{LINE}/{line['id']}/versions")).json
    newest, oldest = found["items"]
    assert (newest["name"], newest["settings"]["queue_time"]) == ("Sales", 300)
    assert (oldest["name"], oldest["settings"]["queue_time"]) == ("Продажи / Sales", 60)
    assert newest["by"]
    assert newest["version"] == line["version"] + 1, "name, settings and queue are one save"
    assert found["next"] is None
    page = (await house.admin.get(f"{LINE}/{line['id']}/versions?before={newest['version']}")).json
    assert [each["version"] for each in page["items"]] == [oldest["version"]]


async def test_a_line_goes_out_as_a_file_and_comes_back(house: House) -> None:
    line = await made(house)
    answer = await house.admin.get(f"{LINE}/{line['id']}/export")
    assert 'filename="Sales.json"' in answer.headers["content-disposition"]
    file = answer.json
    read = await house.admin.post(f"{LINE}/read-file", {"file": {**file, "queue": [{"user": "gone@example.com"}]}})
    assert [(each["path"], each["code"]) for each in read.json["unknown"]] == [("file.queue.0", "not_here_user")]
    assert "gone@example.com" in read.json["unknown"][0]["message"]
    again = await house.admin.post(f"{LINE}/import", {"file": file, "name": "Again"})
    assert (again.status, again.json["name"]) == (201, "Again")
    refused = await house.admin.post(f"{LINE}/import", {"file": {**file, "settings": {"shoe_size": 43}}})
    assert refused.status == 422
    assert "shoe_size" in refused.json["fields"]["file.settings.shoe_size"]["message"]
    damaged = await house.admin.post(f"{LINE}/import", {"file": {"a": 1}})
    assert damaged.status == 422
    assert damaged.json["fields"]["file"]["message"]
