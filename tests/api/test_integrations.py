"""What programs stumbled over that were written from the description alone."""

import msgspec

from openlines.api.ops.examples import EXAMPLES
from openlines.api.staff.socket import Subscribe
from openlines.api.visitor.asking import FormAnswers
from openlines.api.visitor.sockets import VisitorHello
from tests.api.asgi_client import Browser
from tests.api.house import House
from tests.api.test_attacks import snapshot_socket


async def key_of(house: House, *scopes: str) -> Browser:
    made = await house.admin.post("/api/v1/tokens", {"name": "CRM", "scopes": list(scopes)})
    assert made.status == 201, made.body
    return house.browser(key=made.json["token"])


async def online(house: House) -> bool:
    me = (await house.admin.get("/api/v1/users/1")).json
    return bool(me.get("online", False))


async def test_a_key_that_only_looks_makes_nobody_present(house: House) -> None:
    """A connector that follows everything would else be offered customers whom nobody answers."""
    looking = await snapshot_socket(await key_of(house, "read"))
    assert not await online(house)
    working = await snapshot_socket(await key_of(house, "read", "reply"))
    assert await online(house)
    await working.__aexit__()
    await looking.__aexit__()


async def test_a_visitor_who_has_said_nothing_has_an_empty_history(house: House) -> None:
    visitor = await house.visitor()
    answer = await visitor.ask("GET", "/messages?after=0")
    assert (answer.status, answer.json) == (200, {"items": [], "more": False})


async def test_numbers_in_a_visitors_address_are_numbers(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    for query, field in (("after=x", "after"), ("before=-1", "before"), ("limit=0", "limit"), ("limit=101", "limit")):
        answer = await visitor.ask("GET", f"/messages?{query}")
        assert (answer.status, list(answer.json["fields"])) == (422, [field]), query


async def test_a_rating_out_of_bounds_is_named_at_its_field(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    for value in (0, 6):
        answer = await visitor.ask("POST", "/rating", {"value": value})
        assert (answer.status, answer.json["fields"]["value"]["code"]) == (422, "rating_value")


async def test_a_wrong_choice_is_told_the_right_ones(house: House) -> None:
    path = f"/api/v1/lines/{house.line_id}"
    version = (await house.admin.get(path)).json["version"]

    async def refused(**settings: object) -> dict[str, object]:
        answer = await house.admin.patch(path, {"version": version, "settings": settings})
        assert answer.status == 422
        [(field, problem)] = answer.json["fields"].items()
        return {"field": field, "known": problem["params"]["known"], "message": problem["message"]}

    assert await refused(rating="stars5") == {
        "field": "rating",
        "known": ["like", "off", "stars"],
        "message": "“rating”: there is no such choice as “stars5”. Choose one of: like, off, stars.",
    }
    assert (await refused(kpi_first_notice={"media": ["fax"]}))["field"] == "kpi_first_notice.media.0"
    listed = await house.admin.get("/api/v1/conversations?list=everything")
    assert listed.json["fields"]["list"]["params"]["known"] == ["all", "closed", "mine", "queue"]
    house.admin.language = "ru"
    assert str((await refused(form="x"))["message"]).endswith("Возможны: after, before, off.")


async def test_a_wrong_choice_has_one_code_everywhere(house: House) -> None:
    colleague = {"name": "Ann", "email": "ann@bakery.example", "role": "boss", "department_ids": []}
    channel = {"line_id": house.line_id, "kind": "website", "name": "x", "settings": {"position": "top"}}
    asked = {
        "rating": ("PATCH", f"/lines/{house.line_id}", {"version": 1, "settings": {"rating": "stars5"}}),
        "role": ("POST", "/users", colleague),
        "scopes": ("POST", "/tokens", {"name": "CRM", "scopes": ["everything"]}),
        "position": ("POST", "/channels", channel),
    }
    for field, (method, path, body) in asked.items():
        answer = await house.admin.ask(method, f"/api/v1{path}", body)
        assert answer.status == 422, answer.body
        [(named, problem)] = answer.json["fields"].items()
        assert named == field
        assert (problem["code"], problem["params"]["name"]) == ("unknown_value", named)
        assert problem["message"].startswith(f"“{named}”: there is no such choice as “{problem['params']['value']}”.")
        assert ", ".join(problem["params"]["known"]) in problem["message"]


async def test_a_missing_parameter_is_named(house: House) -> None:
    answer = await house.admin.get("/api/v1/holidays")
    assert answer.status == 422
    assert answer.json["fields"] == {"country": {"code": "required", "message": "Fill this in."}}


async def test_a_department_can_be_read_where_it_was_made(house: House) -> None:
    made = await house.admin.post("/api/v1/departments", {"name": "Sales"})
    place = made.headers["location"]
    assert (await house.admin.get(place)).json == made.json
    gone = await house.admin.get("/api/v1/departments/99")
    assert (gone.status, gone.json["code"]) == (404, "not_found")


async def test_the_examples_of_the_description_can_be_sent(house: House) -> None:
    """In the order in which a program would set a portal up, then work with it."""
    other = [await house.add_user(name) for name in ("Carl", "Dora")]
    admin, example = house.admin, EXAMPLES.__getitem__
    assert other == [2, 3]
    department = await admin.post("/api/v1/departments", example("NewDepartment"))
    assert department.json["id"] == 1
    line = await admin.post("/api/v1/lines", example("NewLine"))
    place = f"/api/v1/lines/{line.json['id']}"
    changed = await admin.patch(place, {**example("LineChange"), "version": line.json["version"]})
    queue = await admin.put(f"{place}/queue", {**example("QueueInput"), "version": changed.json.get("version")})
    channel = await admin.post("/api/v1/channels", {**example("NewChannel"), "line_id": line.json["id"]})
    answers = [department, line, changed, queue, channel, await admin.post("/api/v1/users", example("NewUser"))]
    visitor = await house.visitor()
    answers += [
        await visitor.ask("POST", "/session", {**example("Opening"), "token": visitor.token}),
        await visitor.ask("POST", "/messages", example("Writing")),
        await visitor.ask("PATCH", "/session", example("Introduction")),
        await visitor.ask("POST", "/rating", example("Rating")),
    ]
    row = (await admin.get("/api/v1/conversations?list=all")).json["items"][0]
    work = f"/api/v1/conversations/{row['id']}"
    answers += [
        await admin.post(f"{work}/accept", {}),
        await admin.post(f"{work}/messages", example("NewMessage")),
        await admin.post(f"{work}/transfer", example("TransferInput")),
    ]
    assert [each.body for each in answers if each.status not in {200, 201}] == []
    msgspec.convert(example("FormAnswers"), FormAnswers)
    msgspec.convert(example("Subscribe"), Subscribe)
    msgspec.convert(example("VisitorHello"), VisitorHello)
    shown = (await house.browser().get("/api/openapi.json")).json["components"]["schemas"]
    assert {name for name, schema in shown.items() if "examples" in schema} == EXAMPLES.keys()
    page = (await house.browser().get("/api/docs")).body.decode()
    assert page.count("<h3>Example</h3>") >= len(EXAMPLES)


async def test_a_body_that_is_missing_is_asked_for(house: House) -> None:
    for path in ("/api/v1/lines", "/api/v1/departments"):
        answer = await house.admin.ask("POST", path, headers={"content-type": "application/json"})
        assert (answer.status, answer.json["fields"]) == (
            422,
            {"body": {"code": "required", "message": "Fill this in."}},
        )
