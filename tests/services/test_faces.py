"""What leaves for a messenger names nobody whom the line hides."""

from typing import Any

import pytest

from openlines.services import handle
from openlines.services.access import access_file
from openlines.services.errors import NotFound
from openlines.services.files import add_file
from openlines.store import Tx
from openlines.store.faces import OwnFace, put
from tests.services.portal import Portal


@pytest.mark.parametrize(
    ("shown", "said"), [("profile", "Ann says bye"), ("line", "Maria says bye"), ("common", "Bakery says bye")]
)
def test_a_text_that_goes_to_a_messenger_names_the_operator_as_the_line_shows_him(
    house: Portal, shown: str, said: str
) -> None:
    ann = house.operator("Ann")
    texts: dict[str, Any] = {"close_text": {"en": "{operator} says bye"}, "common_name": {"en": "Bakery"}}
    line_id = house.line(ann, operator_shown=shown, **texts)

    def name(tx: Tx) -> None:
        put(tx, line_id, [OwnFace(line_id, ann.user_id, "Maria", None)])

    house.do(name)
    conversation = house.writes(house.channel(line_id, "telegram"), "x").conversation_id
    house.accepts(ann, conversation)
    house.replies(ann, conversation, "here you are")
    house.acts(handle.finish, ann, conversation)
    house.after(6)
    assert ("close", said) in house.said(conversation)
    if shown != "profile":
        assert not any("Ann" in words for _, words in house.said(conversation))


def test_photos_of_a_line_are_everybodys_and_what_is_not_sent_is_its_uploaders_alone(house: Portal) -> None:
    ann, bob = house.operator("Ann", role="administrator"), house.operator("Bob", role="administrator")
    facts: dict[str, Any] = {"name": "a.png", "size": 1, "type_": "image/png"}
    common, own, draft = (house.do(add_file, hash_=each * 64, user_id=ann.user_id, **facts).id for each in "abc")
    line_id = house.line(ann, operator_shown="common", common_name={"en": "Bakery"}, common_photo=common)
    house.do(lambda tx: put(tx, line_id, [OwnFace(line_id, ann.user_id, "", own)]))
    assert house.do(access_file, bob, common).id == common
    assert house.do(access_file, bob, own).id == own
    with pytest.raises(NotFound):
        house.do(access_file, bob, draft)
