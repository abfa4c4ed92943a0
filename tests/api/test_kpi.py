"""The KPI page and the bell, as the workspace asks for them."""

import asyncio
import csv
import io
from typing import Any

import pytest

from tests.api.asgi_client import Browser, Socket
from tests.api.house import House, Visitor
from tests.api.test_attacks import snapshot_socket

NOTICE = {"on": True, "steps": [100], "head": False, "operator": False}


async def _notice(house: House) -> dict[str, Any]:
    """The newest notice about a late answer, once it is there."""
    for _ in range(100):
        page = (await house.admin.get("/api/v1/notices")).json
        found: list[dict[str, Any]] = [each for each in page["items"] if each["kind"] == "kpi_first"]
        if found:
            return found[0]
        await asyncio.sleep(0.05)
    raise AssertionError("no notice came")


async def _bell_rings(socket: Socket) -> None:
    while "notices" not in (await socket.hear("changes")).get("stale", ()):
        pass


async def _late(house: House) -> tuple[Visitor, Browser, int]:
    """A customer who has waited longer than a second for Bob; Bob's browser and id."""
    bob_id = await house.add_user("Bob")
    bob = await house.sign_in("Bob")
    me = (await house.admin.get("/api/v1/me")).json["id"]
    await house.put_queue(house.line_id, [bob_id])
    await house.change_line(house.line_id, kpi_first=1, kpi_first_notice={**NOTICE, "people": [me]})
    visitor = await house.visitor()
    return visitor, bob, bob_id


async def test_a_late_answer_rings_is_read_and_is_in_the_figures(house: House) -> None:
    visitor, bob, bob_id = await _late(house)
    socket = await snapshot_socket(house.admin)
    said = (await visitor.say("hello")).json
    conversation_id = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]["id"]
    await _bell_rings(socket)
    notice = await _notice(house)
    unread = (await house.admin.get("/api/v1/notices")).json["unread"]
    assert (notice["kind"], notice["step"], notice["conversation_id"]) == ("kpi_first", 100, conversation_id)
    assert notice["thread_id"]
    assert "Support" in notice["text"]
    overdue = (await house.admin.get("/api/v1/kpi/late")).json["items"]
    assert [(each["running"], each.get("operator_id")) for each in overdue] == [(True, None)]
    assert said
    answer = await bob.post(
        f"/api/v1/conversations/{conversation_id}/messages", {"client_message_id": "1", "text": "hi"}
    )
    assert answer.status in {200, 201}, answer.body
    report = (await house.admin.get("/api/v1/kpi?days=7&kind=first")).json
    total = report["total"]
    assert (total["answers"], total.get("met", 0), total["breached"], total["met_percent"]) == (1, 0, 1, 0.0)
    assert total["longest"] >= 1
    assert [each["line_id"] for each in report["lines"]] == [house.line_id]
    assert [each.get("operator_id") for each in report["operators"]] == [None]  # nobody held it at the deadline
    assert sum(each["breached"] for each in report["days"]) == 1
    (late,) = (await house.admin.get("/api/v1/kpi/late?operator_id=0")).json["items"]
    assert (late["conversation_id"], late["answered_by"], late["target"]) == (conversation_id, bob_id, 1)
    assert (await house.admin.get(f"/api/v1/kpi/late?operator_id={bob_id}")).json["items"] == []
    assert (await house.admin.post("/api/v1/notices/read", {"ids": [notice["id"]]})).status == 204
    await _bell_rings(socket)
    assert (await house.admin.get("/api/v1/notices")).json["unread"] == unread - 1
    await socket.__aexit__()


async def test_operators_see_their_own_figures_and_heads_those_of_their_people(house: House) -> None:
    bob_id, eve_id = await house.add_user("Bob"), await house.add_user("Eve")
    await house.put_queue(house.line_id, [bob_id])
    await house.change_line(house.line_id, kpi_first=600)
    visitor = await house.visitor()
    await visitor.say("hello")
    conversation_id = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]["id"]
    bob, eve = await house.sign_in("Bob"), await house.sign_in("Eve")
    await bob.post(f"/api/v1/conversations/{conversation_id}/messages", {"client_message_id": "1", "text": "hi"})
    assert (await bob.get("/api/v1/kpi")).json["total"]["answers"] == 1
    assert (await eve.get("/api/v1/kpi")).json["total"].get("answers", 0) == 0
    answer = await house.admin.post(
        "/api/v1/departments", {"name": "Bakers", "head_id": eve_id, "member_ids": [bob_id]}
    )
    assert answer.status == 201, answer.body
    seen = (await eve.get("/api/v1/kpi")).json
    assert [each["operator_id"] for each in seen["operators"]] == [bob_id]


async def test_the_file_holds_each_answer_and_no_formula(house: House) -> None:
    bob_id = await house.add_user("Bob")
    await house.put_queue(house.line_id, [bob_id])
    version = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["version"]
    renamed = await house.admin.patch(f"/api/v1/lines/{house.line_id}", {"version": version, "name": "=1+1"})
    assert renamed.status == 200, renamed.body
    await house.change_line(house.line_id, kpi_first=600)
    await (await house.visitor()).say("hello")
    answer = await house.admin.get("/api/v1/kpi/export?days=7")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows: list[Any] = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Conversation", "Line", "Answer"]
    assert rows[1][1:3] == ["'=1+1", "first"]
    assert (rows[1][4], rows[1][8]) == ("600", "owed")
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("from=2026-13-01", "from", "bad_date"),
        ("to=yesterday", "to", "bad_date"),
        ("from=2026-02-01&to=2026-01-01", "from", "bad_period"),
        ("from=2020-01-01&to=2026-01-01", "from", "bad_period"),
        ("days=0", "days", None),
        ("kind=last", "kind", None),
    ],
)
async def test_a_period_that_is_none_is_refused_at_its_field(
    house: House, query: str, field: str, code: str | None
) -> None:
    answer = await house.admin.get(f"/api/v1/kpi?{query}")
    assert answer.status == 422, answer.body
    assert field in answer.json["fields"]
    assert code is None or answer.json["fields"][field]["code"] == code
