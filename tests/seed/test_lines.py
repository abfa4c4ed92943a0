"""S1, S3, S4: making lines, what may be connected to one, and how many there may be."""

from typing import Any

import pytest

from tests.seed.portal import Opens, Portal

# What a newcomer finds in a new line: the choices that the mission names, and those that change what customers see.
DEFAULTS: dict[str, Any] = {
    "mode": "evenly",
    "queue_time": 60,
    "check_availability": True,
    "limit": 0,
    "hours_on": False,
    "off_hours": "offer",
    "no_answer_time": 180,
    "full_close_delay": 600,
    "auto_close_time": 4 * 3600,
    "rating": "like",
    "close_after_rating": False,
    "rating_before_finish": True,
    "kpi_first": 0,
    "kpi_further": 0,
    "own_days": 0,
    "reopen_window": 0,
    "place_on": False,
    "inactivity": [],
    "form": "off",
    "consent_text": {},
}


def test_s01_an_administrator_makes_a_line_with_settings_that_a_newcomer_would_choose(house: Portal) -> None:
    line = house.chief.ask("POST", "/lines", {"name": "Sales"})
    assert (line["name"], line["active"]) == ("Sales", True)
    assert {name: line["settings"][name] for name in DEFAULTS} == DEFAULTS
    key = house.chat(line["id"])
    house.chief.comes()
    conversation = house.customer(key).says("Is anybody there?")
    assert house.chief.sees(conversation)["line_id"] == line["id"]


def test_s01_nobody_else_makes_changes_copies_or_removes_one(house: Portal) -> None:
    boris = house.operator("Boris")
    house.queue(boris)
    version = house.line_of()["version"]
    path = f"/lines/{house.line}"
    for method, where, value in (
        ("POST", "/lines", {"name": "Mine"}),
        ("PATCH", path, {"version": version, "settings": {"queue_time": 120}}),
        ("PATCH", path, {"version": version, "active": False}),
        ("PUT", f"{path}/queue", {"version": version, "members": [{"user_id": boris.id}]}),
        ("POST", f"{path}/copy", {}),
        ("DELETE", path, None),
        ("POST", "/channels", {"line_id": house.line, "kind": "website", "name": "Mine"}),
    ):
        answer = boris.try_(method, where, value)
        assert (answer.status, answer.code) == (403, "only_administrators"), (method, where)
        assert house.customer().try_(method, where, value).status in {401, 403}
    assert [each["id"] for each in house.chief.ask("GET", "/lines")["items"]] == [house.line]
    assert house.line_of()["settings"]["queue_time"] == 60


def _connects(house: Portal, line: int, kind: str = "website", **secrets: str) -> Any:
    value = {"line_id": line, "kind": kind, "name": "One more", "settings": {}, "secrets": secrets}
    return house.chief.try_("POST", "/channels", value)


def test_s03_one_channel_of_a_kind_per_line_and_another_line_has_its_own(house: Portal) -> None:
    second = house.new_line()
    refused = _connects(house, house.line)
    assert (refused.status, refused.code) == (409, "kind_taken")
    assert refused.json["params"]["channel_id"] == house.channel
    other = _connects(house, second)
    assert other.status == 201
    moved = house.chief.try_(
        "PATCH", f"/channels/{other.json['id']}", {"version": other.json["version"], "line_id": house.line}
    )
    assert (moved.status, moved.code) == (409, "kind_taken")
    telegram = _connects(house, house.line, "telegram", token="123456789:" + "A" * 35)
    assert telegram.status == 201  # of another kind


def test_s03_the_portal_may_lift_it(house: Portal) -> None:
    house.chief.ask("PATCH", "/portal/settings", {"one_channel_of_a_kind": False})
    answer = _connects(house, house.line)
    assert answer.status == 201
    house.queue(anton := house.operator("Anton"))
    assert anton.offers == []
    conversation = house.customer(answer.json["key"]).says()
    assert anton.offers == [conversation]


def test_s04_more_lines_than_the_configuration_allows_are_refused_in_words(opens: Opens) -> None:
    house = opens(max_lines=2)
    house.new_line("Second")
    for path, value in (("/lines", {"name": "Third"}), (f"/lines/{house.line}/copy", {})):
        answer = house.chief.try_("POST", path, value)
        assert (answer.status, answer.code) == (409, "too_many_lines")
        assert "2" in answer.json["title"]
    assert len(house.chief.ask("GET", "/lines")["items"]) == 2


@pytest.mark.parametrize("most", [0, 3])
def test_s04_without_a_limit_or_below_it_there_may_be_more(opens: Opens, most: int) -> None:
    house = opens(max_lines=most)
    for name in ("Second", "Third"):
        house.new_line(name)
    assert len(house.chief.ask("GET", "/lines")["items"]) == 3


def test_s04_lowered_the_newest_go_off_keep_what_comes_and_come_back_by_themselves(opens: Opens) -> None:
    house = opens()
    by_hand, newest = house.new_line("Second"), house.new_line("Third")
    house.set(newest, greeting={"en": "Welcome"}, check_availability=False)
    house.queue(boris := house.operator("Boris"), line=newest)
    change = {"version": house.line_of(by_hand)["version"], "active": False}
    house.chief.ask("PATCH", f"/lines/{by_hand}", change)
    key, clock = house.chat(newest), house.clock
    house.close()

    house = opens(max_lines=1, clock=clock)
    lines = {each["id"]: each for each in house.chief.ask("GET", "/lines")["items"]}
    assert [lines[each].get("active", False) for each in (house.line, by_hand, newest)] == [True, False, False]
    assert lines[newest]["off_reason"] == "limit"
    customer, boris = house.customer(key), house.operator("Boris")
    conversation = customer.says("Is anybody there?")
    assert (customer.texts, boris.offers) == ([], [])  # nothing is said or offered …
    assert [each["text"] for each in house.chief.messages(conversation) if each["kind"] == "text"] == [
        "Is anybody there?"  # … and nothing is lost
    ]
    house.close()

    house = opens(max_lines=2, clock=clock)
    boris = house.operator("Boris")
    assert house.line_of(newest)["active"] is True
    assert house.line_of(by_hand).get("active", False) is False  # what somebody switched off stays off
    assert boris.offers == [conversation]
