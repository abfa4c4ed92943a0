"""What leaves the house of a message."""

import msgspec

from openlines.api.words import word
from openlines.realtime.shapes import message_of
from openlines.realtime.visitors import visitor_message
from openlines.services.faces import People
from openlines.store.messages import MessageRow


def test_where_a_vendor_keeps_a_file_is_told_to_nobody() -> None:
    file = {"id": "", "name": "cat.jpg", "size": 5, "type": "image/jpeg", "missing": "not_fetched"}
    values: dict[str, object] = dict.fromkeys(MessageRow._fields)
    values |= {"id": 1, "thread_id": 1, "conversation_id": 1, "seq": 1, "author": "customer", "kind": "text"}
    values |= {"text": "", "at": 0, "data": msgspec.json.encode({"files": [{**file, "ref": "AgACAgIAAx"}]}).decode()}
    row = MessageRow(**values)  # type: ignore[arg-type]
    assert message_of(row, "en", word).files == [file]
    assert visitor_message(row, People({}, {}, {}), "en").files == [file]
