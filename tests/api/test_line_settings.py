"""Every setting of a line goes in and comes out as it is, and each fault stands at the path of its own field."""

from dataclasses import fields
from typing import Any

import pytest

from openlines.core.line import LineSettings
from tests.api.asgi_client import Answer
from tests.api.house import House

TEXT = {"ru": "Вы ещё здесь?", "en": "Are you still there?"}
FULL: dict[str, Any] = {
    "operator_shown": "common",
    "common_name": {"ru": "Поддержка", "en": "Support"},
    "see_typing": False,
    "place_on": True,
    "place_text": {"en": "You are number {position}"},
    "holidays_country": "DE",
    "holidays_region": "BY",
    "escalate_to": "queue",
    "inactivity": [
        {"after": 600, "text": TEXT, "buttons": []},
        {
            "after": 3600,
            "text": TEXT,
            "buttons": [
                {"action": "close", "caption": {"en": "All done"}, "reply": {"en": "Bye"}},
                {"action": "continue", "caption": {"en": "Still here"}, "reply": {}},
                {"action": "new", "caption": {"en": "Something else"}, "reply": {}},
            ],
        },
    ],
    "kpi_first_notice": {
        "on": True,
        "steps": [80, 100, 200],
        "people": [1],
        "head": False,
        "operator": False,
        "media": ["workspace", "email", "push", "webhook"],
        "text": {"en": "Late"},
        "webhook_url": "https://example.org/hook",
    },
    "consent_text": {"en": "We keep what you write."},
    "consent_url": "https://example.org/privacy",
    "consent_kind": "agree",
    "form": "before",
    "form_fields": [
        {"key": "name", "kind": "name", "label": {"en": "Your name"}, "required": True, "choices": []},
        {
            "key": "topic",
            "kind": "choice",
            "label": {"en": "Topic"},
            "required": False,
            "choices": [{"en": "Bread"}, {"en": "Cake"}],
        },
    ],
}


async def saved(house: House, settings: dict[str, Any], language: str = "en") -> Answer:
    path = f"/api/v1/lines/{house.line_id}"
    version = (await house.admin.get(path)).json["version"]
    headers = {"accept-language": language}
    return await house.admin.patch(path, {"version": version, "settings": settings}, headers=headers)


async def test_settings_come_out_as_they_went_in(house: House) -> None:
    answer = await saved(house, FULL)
    assert answer.status == 200, answer.body
    again = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["settings"]
    assert {name: again[name] for name in FULL} == FULL
    assert set(again) == {each.name for each in fields(LineSettings)}
    assert (await saved(house, again)).json["settings"] == again


PARTS = [
    ({"inactivity": [{"after": 5, "text": TEXT}]}, "inactivity.0.after", "span_out_of_range"),
    (
        {"inactivity": [{"after": 60, "text": TEXT, "buttons": [{"action": "new", "caption": {"ru": "ы" * 41}}]}]},
        "inactivity.0.buttons.0.caption.ru",
        "too_long",
    ),
    ({"kpi_further_notice": {"steps": [100, 50]}}, "kpi_further_notice.steps.1", "not_ascending"),
    ({"kpi_first_notice": {"people": [1, 999]}}, "kpi_first_notice.people.1", "unknown_user"),
    ({"form_fields": [{"key": "Key", "kind": "text", "label": {"en": "x"}}]}, "form_fields.0.key", "bad_key"),
    (
        {"form_fields": [{"key": "key", "kind": "text", "label": {"xx": "x"}}]},
        "form_fields.0.label.xx",
        "unknown_language",
    ),
    ({"holidays_country": "Germany"}, "holidays_country", "unknown_country"),
    ({"timetable_id": 77}, "timetable_id", "unknown_timetable"),
    ({"common_photo": "nothing"}, "common_photo", "unknown_file"),
    ({"kpi_first_notice": {"stepz": [50]}}, "kpi_first_notice.stepz", "unknown_setting"),
    ({"inactivity": [{"after": 60, "text": TEXT, "button": []}]}, "inactivity.0.button", "unknown_setting"),
]


@pytest.mark.parametrize(("settings", "path", "code"), PARTS, ids=[path for _, path, _ in PARTS])
async def test_a_fault_stands_at_its_field_in_both_languages(
    house: House, settings: dict[str, Any], path: str, code: str
) -> None:
    words = set()
    for language in ("en", "ru"):
        answer = await saved(house, settings, language)
        assert answer.status == 422, answer.body
        assert answer.json["fields"][path]["code"] == code
        words.add(answer.json["fields"][path]["message"])
    assert len(words) == 2
    assert code not in words


async def test_all_faults_are_told_at_once_each_at_its_field(house: House) -> None:
    settings = {
        "queue_thyme": 5,
        "queue_time": -1,
        "see_typing": 1,
        "operator_shown": "mask",
        "hours_on": True,
        "off_hours": "collect",
        "off_hours_text": "no words by language",
        "timetable_id": 77,
        "kpi_first_notice": {"stepz": [50]},
        "greeting_each": True,
    }
    answer = await saved(house, settings)
    assert answer.status == 422, answer.body
    assert {path: each["code"] for path, each in answer.json["fields"].items()} == {
        "queue_thyme": "unknown_setting",
        "queue_time": "span_out_of_range",
        "see_typing": "wrong_type",
        "operator_shown": "unknown_value",
        "off_hours_text": "wrong_type",
        "timetable_id": "unknown_timetable",
        "kpi_first_notice.stepz": "unknown_setting",
    }


SHAPES = [
    ({"inactivity": [{"after": "soon", "text": TEXT}]}, "inactivity.0.after"),
    ({"inactivity": [{"after": 60, "text": {"en": 5}}]}, "inactivity.0.text"),
    ({"kpi_first_notice": {"media": ["pigeon"]}}, "kpi_first_notice.media.0"),
    ({"form_fields": {"key": "x"}}, "form_fields"),
    ({"operator_shown": "mask"}, "operator_shown"),
    ({"see_typing": 1}, "see_typing"),
]


@pytest.mark.parametrize(("settings", "path"), SHAPES, ids=[path for _, path in SHAPES])
async def test_a_value_of_another_shape_is_named_by_its_path(house: House, settings: dict[str, Any], path: str) -> None:
    answer = await saved(house, settings)
    assert answer.status == 422, answer.body
    assert list(answer.json["fields"]) == [path]


async def test_whoever_comes_second_reads_who_was_first(house: House) -> None:
    await house.add_user("Boris", role="administrator")
    boris = await house.sign_in("Boris")
    path = f"/api/v1/lines/{house.line_id}"
    version = (await house.admin.get(path)).json["version"]
    assert (await boris.patch(path, {"version": version, "settings": {"queue_time": 300}})).status == 200
    late = {"version": version, "settings": {"limit": 2}}
    for language, words in (("en", "Boris saved this meanwhile"), ("ru", "тем временем сохранили: Boris")):
        answer = await house.admin.patch(path, late, headers={"accept-language": language})
        assert (answer.status, answer.json["code"], answer.json["params"]["by"]) == (409, "changed_meanwhile", "Boris")
        assert answer.json["params"]["at"].endswith("Z")
        assert words in answer.json["detail"]
    queue = await house.admin.put(f"{path}/queue", {"version": version, "members": []})
    assert (queue.status, queue.json["params"]["by"]) == (409, "Boris")


async def test_a_departments_head_comes_along_where_it_is_wished(house: House) -> None:
    made = await house.admin.post("/api/v1/departments", {"name": "Bakers"})
    version = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["version"]
    value = {"version": version, "members": [{"department_id": made.json["id"], "with_head": True}, {"user_id": 1}]}
    answer = await house.admin.put(f"/api/v1/lines/{house.line_id}/queue", value)
    assert answer.status == 200, answer.body
    assert [each.get("with_head", False) for each in answer.json["items"]] == [True, False]
