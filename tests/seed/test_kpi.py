"""S25, S26, S27: how fast answers came, and who hears of it when they did not. E8 of the rules, and around it."""

from typing import Any

from tests.seed.people import Row
from tests.seed.portal import Portal

TOLD: dict[str, Any] = {"on": True, "steps": [100], "operator": True, "head": False}
FIRST, FURTHER = ("kpi_first", 100), ("kpi_further", 100)


def _figures(house: Portal, kind: str = "all") -> Row:
    """Of everybody and today, by the page KPI."""
    found: Row = house.chief.ask("GET", f"/kpi?days=1&kind={kind}")["total"]
    return found


def _late(house: Portal) -> list[Row]:
    items: list[Row] = house.chief.ask("GET", "/kpi/late?days=1")["items"]
    return items


def test_s25_an_overdue_first_answer_is_recorded_and_told_at_its_moment(house: Portal) -> None:
    anton = house.operator("Anton")
    house.queue(anton)
    house.set(kpi_first=60, kpi_first_notice=TOLD)
    conversation = house.customer().says()
    assert "target_at" in anton.sees(conversation)
    house.later(10)
    anton.accepts(conversation)  # is no answer
    anton.replies(conversation, "Colleagues, who knows this?", note=True)  # nor is a note
    house.later(49.999)
    assert anton.notices == []
    house.later(0.001)
    assert anton.heard_of("notices")
    assert anton.notices == [FIRST]
    house.later(30)
    assert _figures(house)["overdue"] == 1
    anton.replies(conversation)
    found = _figures(house, "first")
    assert (found["answers"], found.get("met", 0), found["breached"], found["longest"]) == (1, 0, 1, 90.0)
    (late,) = _late(house)
    assert (late["conversation_id"], late["operator_id"], late["elapsed"]) == (conversation, anton.id, 90.0)
    house.later(600)
    assert anton.notices == [FIRST]


def test_s25_in_time_is_met_and_nobody_is_told(house: Portal) -> None:
    anton = house.operator("Anton")
    house.queue(anton)
    house.set(kpi_first=60, kpi_first_notice=TOLD)
    conversation = house.customer().says()
    house.later(40)
    anton.replies(conversation)
    house.later(600)
    found = _figures(house)
    assert (found["answers"], found["met"], found["average"], anton.notices) == (1, 1, 40.0, [])
    assert _late(house) == []


def test_s25_closed_without_an_answer_is_never_met(house: Portal) -> None:
    anton = house.operator("Anton")
    house.queue(anton)
    house.set(kpi_first=60)
    conversation = house.customer().says()
    anton.accepts(conversation)
    anton.finishes(conversation, now=True)
    found = _figures(house)
    assert (found.get("answers", 0), found.get("met", 0), found["closed"]) == (0, 0, 1)


def test_s26_further_answers_run_from_the_first_words_that_nobody_has_answered(house: Portal) -> None:
    anton = house.operator("Anton")
    house.queue(anton)
    house.set(kpi_first=60, kpi_further=120, kpi_further_notice=TOLD)
    customer = house.customer()
    conversation = customer.says()
    house.later(40)
    anton.replies(conversation)
    house.later(260)
    customer.says("one more question")
    house.later(60)
    customer.says("are you there?")  # changes nothing: one record
    house.later(59.999)
    assert anton.notices == []
    house.later(0.001)
    assert anton.notices == [FURTHER]
    house.later(60)
    anton.replies(conversation)
    first, further = _figures(house, "first"), _figures(house, "further")
    assert (first["answers"], first["met"], first["longest"]) == (1, 1, 40.0)
    assert (further["answers"], further["breached"], further["longest"]) == (1, 1, 180.0)


def test_s26_the_holder_at_the_deadline_owns_it_and_a_transfer_keeps_the_clock(house: Portal) -> None:
    anton, boris, carla = house.operators("Anton", "Boris", "Carla")
    house.queue(anton, boris, carla)
    house.set(mode="strictly", kpi_further=120, kpi_further_notice=TOLD)
    customer = house.customer()
    conversation = customer.says()
    anton.replies(conversation)
    customer.says("and now?")
    house.later(100)
    anton.acts("transfer", conversation, user_id=boris.id)
    house.later(20)
    assert (anton.notices, boris.notices) == ([], [FURTHER])
    house.later(10)
    boris.acts("transfer", conversation, user_id=carla.id)
    house.later(20)
    carla.replies(conversation)
    (late,) = _late(house)
    assert (late["operator_id"], late["answered_by"], late["elapsed"]) == (boris.id, carla.id, 150.0)
    held = [(each["operator_id"], each["seconds"]) for each in late["held"]]
    assert held == [(anton.id, 100.0), (boris.id, 30.0), (carla.id, 20.0)]


def test_s27_each_target_has_its_own_notice_and_off_means_measured_only(house: Portal) -> None:
    anton = house.operator("Anton")
    house.queue(anton)
    house.set(kpi_first=60, kpi_further=60, kpi_first_notice={**TOLD, "on": False}, kpi_further_notice=TOLD)
    customer = house.customer()
    conversation = customer.says()
    anton.accepts(conversation)
    house.later(90)
    assert (anton.notices, _figures(house)["overdue"]) == ([], 1)
    anton.replies(conversation)
    customer.says("and now?")
    house.later(60)
    assert anton.notices == [FURTHER]
    assert _figures(house, "first")["breached"] == 1


def test_s27_steps_are_told_once_each_to_the_operator_his_head_and_whom_one_chooses(house: Portal) -> None:
    anton, boris, carla = house.operators("Anton", "Boris", "Carla")
    house.chief.ask("POST", "/departments", {"name": "Support", "head_id": boris.id, "member_ids": [anton.id]})
    house.queue(anton)
    steps = {"on": True, "steps": [80, 100, 200], "operator": True, "head": True, "people": [carla.id]}
    house.set(kpi_first=100, kpi_first_notice=steps)
    conversation = house.customer().says()
    anton.accepts(conversation)
    told: list[tuple[str, int]] = []
    for seconds, step in ((80, 80), (20, 100), (100, 200)):
        house.later(seconds - 0.001)
        assert anton.notices == told
        house.later(0.001)
        told = [*told, ("kpi_first", step)]
        assert anton.notices == boris.notices == carla.notices == told
    house.later(3600)
    assert anton.notices == told
    assert [kind for kind, _ in house.chief.notices if kind.startswith("kpi")] == []


def test_s27_what_cannot_be_meant_is_refused_at_its_field(house: Portal) -> None:
    for notice, field in (
        ({"on": True, "steps": []}, "steps"),
        ({"on": True, "steps": [100, 80]}, "steps.1"),
        ({"on": True, "steps": [5]}, "steps.0"),
        ({"on": True, "people": [4711]}, "people.0"),
        ({"on": True, "people": [], "head": False, "operator": False}, "people"),
        ({"on": True, "media": ["webhook"], "webhook_url": "my colleague"}, "webhook_url"),
    ):
        answer = house.try_settings(kpi_first_notice=notice)
        assert answer.status == 422, notice
        assert answer.json["fields"][f"kpi_first_notice.{field}"]["message"], notice
