"""Guests without a name are told apart by the same number everywhere."""

from tests.api.house import House


async def test_a_guest_has_the_number_of_his_thread(house: House) -> None:
    guest, eva = await house.visitor(), await house.visitor()
    await guest.say("hello")
    await eva.say("hello")
    await eva.ask("PATCH", "/session", {"name": "Eva"})
    rows = (await house.admin.get("/api/v1/conversations?list=all")).json["items"]
    thread_id = next(each["thread_id"] for each in rows if not each.get("customer"))
    items = (await house.admin.get("/api/v1/customers")).json["items"]
    assert {each.get("name"): each.get("thread_id") for each in items} == {None: thread_id, "Eva": None}
    one = next(each for each in items if not each.get("name"))
    assert (await house.admin.get(f"/api/v1/customers/{one['id']}")).json["thread_id"] == thread_id
    pages = [(await house.admin.get("/api/v1/customers?limit=1")).json]
    pages.append((await house.admin.get(f"/api/v1/customers?limit=1&cursor={pages[0]['next']}")).json)
    assert [page["items"][0]["id"] for page in pages] == [each["id"] for each in items]
    assert pages[1]["next"] is None


async def test_an_e_mail_that_is_none_is_refused_as_that_of_a_colleague(house: House) -> None:
    eva = await house.visitor()
    refused = await eva.ask("PATCH", "/session", {"name": "Eva", "email": "nope"})
    colleague = await house.admin.post(
        "/api/v1/users", {"name": "Ann", "email": "nope", "role": "operator", "department_ids": []}
    )
    assert (refused.status, colleague.status) == (422, 422)
    assert refused.json["fields"] == colleague.json["fields"]
    assert refused.json["fields"]["email"]["code"] == "not_an_email"
    await eva.say("hello")
    [card] = (await house.admin.get("/api/v1/customers")).json["items"]
    assert "name" not in card, "all of it was refused"
    assert (await eva.ask("PATCH", "/session", {"name": "Eva", "email": " eva@bakery.example "})).status == 200
    [card] = (await house.admin.get("/api/v1/customers")).json["items"]
    assert (card["name"], card["email"]) == ("Eva", "eva@bakery.example")
