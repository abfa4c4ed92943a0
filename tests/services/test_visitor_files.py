"""Which files a visitor of a website may see."""

from typing import Any

import pytest

from openlines.services import accounts, reply, visitors
from openlines.services.errors import NotFound
from openlines.services.files import add_file
from openlines.store import messages
from tests.services.portal import Portal


def added(house: Portal, letter: str, user_id: int | None = None) -> str:
    facts: dict[str, Any] = {"name": "a.png", "size": 1, "type_": "image/png"}
    return house.do(lambda tx: add_file(tx, hash_=letter * 64, user_id=user_id, **facts)).id


def test_what_an_operator_has_not_sent_is_nobody_s(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one")
    draft = added(house, "a", user_id=a.user_id)
    with pytest.raises(NotFound):
        house.do(visitors.file_of, channel, "one", draft)
    house.do(reply.reply, a, one.conversation_id, reply.Reply("c1", "here", files=(draft,)))
    assert house.do(visitors.file_of, channel, "one", draft).id == draft
    house.writes(channel, "two")
    with pytest.raises(NotFound):
        house.do(visitors.file_of, channel, "two", draft)


def test_a_file_that_is_sent_to_two_customers_is_seen_by_both_and_by_nobody_else(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    draft = added(house, "a", user_id=a.user_id)
    for name in ("one", "two"):
        house.do(reply.reply, a, house.writes(channel, name).conversation_id, reply.Reply(name, files=(draft,)))
    house.writes(channel, "three")
    sent = {name: messages.data_of(house.do(visitors.card, channel, name).messages[-1]) for name in ("one", "two")}
    for name, data in sent.items():
        (shown,) = data["files"]
        assert house.do(visitors.file_of, channel, name, shown["id"]).hash == "a" * 64
        for other in {"one", "two", "three"} - {name}:
            with pytest.raises(NotFound):
                house.do(visitors.file_of, channel, other, shown["id"])


def test_faces_are_everybody_s_whoever_brought_them(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a)
    channel = house.channel(line)
    own, common = added(house, "a", user_id=a.user_id), added(house, "b")
    house.do(lambda tx: accounts.change_me(tx, a, photo_id=own))
    house.change(line, operator_shown="common", common_name={"en": "Support"}, common_photo=common)
    for each in (own, common):
        assert house.do(visitors.file_of, channel, "nobody yet", each).id == each
