"""What a visitor's browser on somebody's site is allowed, and when it is told."""

from tests.api.house import House

SITE = "https://bakery.example"


async def test_a_preflight_tells_everything_and_an_answer_only_whose_it_is(house: House) -> None:
    visitor = await house.visitor()
    asked = await visitor.ask("OPTIONS", "/messages", headers={"origin": SITE})
    assert asked.status == 204
    told = {str(name).lower() for name in asked.headers}
    wanted = {"access-control-allow-origin", "access-control-allow-headers", "access-control-allow-methods"}
    assert wanted <= told
    said = await visitor.ask("POST", "/messages", {"client_message_id": "1", "text": "Hello"}, headers={"origin": SITE})
    assert said.status == 201
    assert said.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-methods" not in said.headers


async def test_no_origin_is_told_nothing(house: House) -> None:
    visitor = await house.visitor()
    asked = await visitor.ask("OPTIONS", "/messages", headers={"origin": ""})
    assert [name for name in asked.headers if str(name).lower().startswith("access-control")] == []
