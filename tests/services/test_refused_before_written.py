"""What is refused is refused before anything is written: else everybody's calls of that moment are run again."""

from collections.abc import Callable
from typing import Any

import pytest

from openlines.core.state import Refused
from openlines.services import handle, reply, visitor_asking
from openlines.services.access import Actor
from openlines.services.files import add_file
from openlines.services.receive import Person
from openlines.store import Tx, files
from tests.services.portal import Portal

FORM: dict[str, Any] = {
    "form": "before",
    "form_fields": [{"key": "mail", "kind": "email", "label": {"en": "E-mail"}, "required": True}],
}


def writes_nothing(house: Portal, use_case: Callable[[Tx], Any]) -> str:
    """The code of the refusal, of a use case that has written nothing before it."""
    tx = house.session.begin()
    try:
        with pytest.raises(Refused) as refused:
            use_case(tx)
        assert not tx.wrote
    finally:
        house.session.rollback()
    return refused.value.code


def uploaded(house: Portal, who: Actor) -> str:
    facts: dict[str, Any] = {"name": "a.png", "size": 1, "type_": "image/png"}
    return house.do(lambda tx: add_file(tx, hash_="a" * 64, user_id=who.user_id, **facts)).id


def test_a_reply_with_files_into_a_closed_conversation(house: Portal) -> None:
    a = house.operator("A")
    one = house.writes(house.channel(house.line(a)), "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.finish, a, one, now=True)
    file_id = uploaded(house, a)
    said = reply.Reply("c1", "here", files=(file_id,))
    assert writes_nothing(house, lambda tx: reply.reply(tx, a, one, said)) == "closed"


def test_an_outgoing_reply_with_files_on_a_line_that_is_off(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a)
    one = house.writes(house.channel(line), "one")
    house.accepts(a, one.conversation_id)
    house.acts(handle.finish, a, one.conversation_id, now=True)
    house.switch(line, on=False)
    said = reply.Reply("c1", "here", files=(uploaded(house, a),))
    assert writes_nothing(house, lambda tx: reply.start(tx, a, one.thread_id, said)) == "line_off"


def test_files_that_were_said_belong_to_the_thread(house: Portal) -> None:
    a = house.operator("A")
    one = house.writes(house.channel(house.line(a)), "one")
    file_id = uploaded(house, a)
    house.do(reply.reply, a, one.conversation_id, reply.Reply("c1", "here", files=(file_id,)))
    row = house.do(files.one, file_id)
    assert row is not None
    assert row.thread_id == one.thread_id


def test_a_form_that_is_filled_in_wrongly_by_somebody_new(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("A"), **FORM))
    code = writes_nothing(
        house, lambda tx: visitor_asking.fill_in(tx, channel, "new", Person(language="en"), {"mail": "no address"})
    )
    assert code == "invalid"
    house.do(visitor_asking.fill_in, channel, "new", Person(language="en"), {"mail": "eve@example.org"})


def test_a_form_where_there_is_none(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("A")))
    assert writes_nothing(house, lambda tx: visitor_asking.fill_in(tx, channel, "new", Person(), {})) == "no_form"


def test_a_consent_to_a_text_that_is_another_meanwhile_by_somebody_new(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("A"), consent_text={"en": "May we?"}, consent_kind="agree"))
    code = writes_nothing(house, lambda tx: visitor_asking.agree(tx, channel, "new", Person(language="en"), "old"))
    assert code == "consent_changed"
