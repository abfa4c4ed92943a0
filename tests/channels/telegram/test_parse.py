"""Updates of the Bot API, in the shapes in which they come."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.channels.base import Edited, Ignored, Pressed, Reachable, Said
from openlines.channels.telegram.parse import explode, explode_many, parse

ANNA = {
    "id": 5,
    "is_bot": False,
    "first_name": "Anna",
    "last_name": "Berg",
    "username": "anna",
    "language_code": "ru-RU",
}
CHAT = {"id": 5, "type": "private", "first_name": "Anna", "last_name": "Berg", "username": "anna"}


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1_700_000_000, "chat": CHAT, "from": ANNA, **content}


def update(**content: Any) -> bytes:
    return json.dumps({"update_id": 100, **content}).encode()


def said(**content: Any) -> Said:
    (inbound,) = parse(update(message=message(**content)))
    assert isinstance(inbound, Said)
    return inbound


def test_a_text() -> None:
    heard = said(text="привет", entities=[{"type": "bold", "offset": 0, "length": 6}])
    assert (heard.text, heard.dedupe, heard.at) == ("привет", "7", 1_700_000_000_000_000)
    assert (heard.who.external_id, heard.who.name, heard.who.handle, heard.who.language) == (
        "5",
        "Anna Berg",
        "@anna",
        "ru",
    )
    assert heard.who.photo is not None
    assert heard.who.photo.ref == "photo:5"
    assert not heard.files
    assert not heard.data


@pytest.mark.parametrize(
    ("text", "entities", "read"),
    [
        ("look here please", [(5, 4, "https://a.example/?x=1")], "look here (https://a.example/?x=1) please"),
        # Telegram counts in UTF-16 units: an emoji is two.
        ("😀 тут и там", [(3, 3, "https://a.example/"), (9, 3, "https://b.example/")], None),
        ("https://a.example/", [(0, 18, "https://a.example/")], "https://a.example/"),
        ("a.example", [(0, 9, "http://a.example/")], "a.example"),
        ("bank.example", [(0, 12, "https://evil.example/")], "bank.example (https://evil.example/)"),
        ("odd", [(1, 99, "https://a.example/"), (-4, 1, "x"), (0, 0, "y")], "odd (https://a.example/)"),
    ],
)
def test_where_words_lead_is_read_with_them(text: str, entities: list[tuple[int, int, str]], read: str | None) -> None:
    given = [{"type": "text_link", "offset": at, "length": size, "url": url} for at, size, url in entities]
    given = [{"type": "bold", "offset": 0, "length": 1}, *given]
    read = read or "😀 тут (https://a.example/) и там (https://b.example/)"
    assert said(text=text, entities=given).text == read
    photo = [{"file_id": "s", "file_unique_id": "a", "width": 90, "height": 60}]
    assert said(photo=photo, caption=text, caption_entities=given).text == read
    (inbound,) = parse(update(edited_message=message(text=text, entities=given)))
    assert isinstance(inbound, Edited)
    assert inbound.said.text == read


@pytest.mark.parametrize(
    "entities", [None, {}, "x", [None], [{"type": "text_link"}], [{"type": "text_link", "offset": "0"}]]
)
def test_entities_of_another_shape_are_overlooked(entities: Any) -> None:
    assert said(text="hello", entities=entities).text == "hello"


def test_a_customer_without_surname_handle_language() -> None:
    bare = {"id": 5, "is_bot": False, "first_name": "Аня"}
    (heard,) = parse(update(message={**message(text="x"), "from": bare}))
    assert isinstance(heard, Said)
    assert (heard.who.name, heard.who.handle, heard.who.language) == ("Аня", "", "")


def test_a_photo_is_taken_in_the_largest_size_that_may_be_fetched() -> None:
    sizes = [
        {"file_id": "s", "file_unique_id": "a", "width": 90, "height": 60, "file_size": 1_000},
        {"file_id": "m", "file_unique_id": "b", "width": 800, "height": 600, "file_size": 100_000},
        {"file_id": "x", "file_unique_id": "c", "width": 8000, "height": 6000, "file_size": 25_000_000},
    ]
    heard = said(photo=sizes, caption="look")
    assert heard.text == "look"
    (file,) = heard.files
    assert (file.ref, file.width, file.height, file.role, file.type) == ("file:m", 800, 600, "image", "image/jpeg")
    assert said(photo=sizes[2:]).files[0].ref == "file:x"


@pytest.mark.parametrize(
    ("kind", "role", "name", "type_"),
    [
        ("document", "file", "document", "application/octet-stream"),
        ("video", "video", "video.mp4", "video/mp4"),
        ("voice", "voice", "voice.ogg", "audio/ogg"),
        ("audio", "audio", "audio.mp3", "audio/mpeg"),
        ("video_note", "video", "video.mp4", "video/mp4"),
    ],
)
def test_files(kind: str, role: str, name: str, type_: str) -> None:
    bare = {"file_id": "f", "file_unique_id": "u", "duration": 1, "length": 240}
    (file,) = said(**{kind: bare}).files
    assert (file.ref, file.role, file.name, file.type, file.size) == ("file:f", role, name, type_, None)
    named = {**bare, "file_name": "счёт.pdf", "mime_type": "application/pdf", "file_size": 9}
    (file,) = said(**{kind: named}).files
    assert (file.name, file.type, file.size) == ("счёт.pdf", "application/pdf", 9)


def test_an_animation_is_not_a_document() -> None:
    shape = {"file_id": "a", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
    heard = said(animation=shape, document={"file_id": "d", "file_unique_id": "v"})
    assert [file.ref for file in heard.files] == ["file:a"]


@pytest.mark.parametrize(
    ("flags", "type_"),
    [
        ({"is_animated": False, "is_video": False}, "image/webp"),
        ({"is_animated": True, "is_video": False}, "application/x-tgsticker"),
        ({"is_animated": False, "is_video": True}, "video/webm"),
    ],
)
def test_stickers(flags: Mapping[str, bool], type_: str) -> None:
    shape = {
        "file_id": "s",
        "file_unique_id": "u",
        "type": "regular",
        "width": 512,
        "height": 512,
        "emoji": "👍",
        **flags,
    }
    heard = said(sticker={**shape, **flags})
    assert heard.data == {"sticker": {"emoji": "👍"}}
    assert heard.files[0].type == type_


def test_places_and_contacts() -> None:
    place = {"latitude": 55.75, "longitude": 37.62}
    assert said(location=place).data == {"location": {"lat": 55.75, "lon": 37.62, "title": ""}}
    venue = {"location": place, "title": "Кафе", "address": "Арбат, 1"}
    heard = said(venue=venue, location=place)
    assert heard.data == {"location": {"lat": 55.75, "lon": 37.62, "title": "Кафе, Арбат, 1"}}
    contact = {"phone_number": "+7900", "first_name": "Б", "last_name": "В", "user_id": 9}
    assert said(contact=contact).data == {"contact": {"name": "Б В", "phone": "+7900"}}
    assert said(dice={"emoji": "🎲", "value": 5}).text == "🎲 5"


def test_albums_replies_and_links_into_the_bot() -> None:
    size = {"file_id": "s", "file_unique_id": "a", "width": 90, "height": 60}
    assert said(photo=[size], media_group_id="123").data == {"album": "123"}
    assert said(text="yes", reply_to_message=message(message_id=3, text="?")).reply_to == "3"
    assert said(text="/start order_15").data == {"start": "order_15"}
    assert said(text="/start").data == {}
    assert said(text="/starting up").data == {}


def test_words_that_are_quoted_are_shown_before_the_answer() -> None:
    before = message(message_id=3, text="Tea is 5, cake is 7")
    chosen = {"text": "cake is 7", "position": 12, "is_manual": True}
    assert said(text="two please", reply_to_message=before, quote=chosen).text == "> cake is 7\n\ntwo please"
    # What Telegram quotes by itself is all of the message, which is shown beside the answer anyway.
    whole = {"text": "Tea is 5, cake is 7", "position": 0}
    assert said(text="two please", reply_to_message=before, quote=whole).text == "two please"
    # A message of another chat is nowhere else to be seen.
    origin = {"type": "user", "sender_user": {"id": 9, "is_bot": False, "first_name": "Мария"}, "date": 1}
    lines = {"text": "first\nsecond", "position": 0}
    found = said(text="is it so?", external_reply={"origin": origin, "message_id": 4}, quote=lines)
    assert found.text == "> Мария:\n> first\n> second\n\nis it so?"
    assert found.reply_to is None
    size = {"file_id": "s", "file_unique_id": "a", "width": 90, "height": 60}
    assert said(photo=[size], reply_to_message=before, quote=chosen).text == "> cake is 7"
    assert said(text="hm", external_reply={"origin": origin}).text == "> Мария: …\n\nhm"
    assert said(text="/start order_15", external_reply={"origin": origin}).data == {"start": "order_15"}


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "hidden_user", "sender_user_name": "Ann"}, "Ann"),
        ({"type": "chat", "sender_chat": {"id": -1, "type": "supergroup", "title": "Bakers"}}, "Bakers"),
        ({"type": "channel", "chat": {"id": -1, "type": "channel", "title": "News"}, "message_id": 1}, "News"),
        ({"type": "of_2031"}, "…"),
    ],
)
def test_whose_words_are_quoted(origin: dict[str, Any], name: str) -> None:
    found = said(text="so", external_reply={"origin": origin}, quote={"text": "it rains", "position": 0})
    assert found.text == f"> {name}:\n> it rains\n\nso"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"poll": {"id": "1"}}, "poll"),
        ({"rich_message": {"blocks": []}, "entities": []}, "rich_message"),
        ({"checklist": {}}, "checklist"),
        ({"something_of_2031": {"a": 1}, "forward_origin": {}, "quote": {}}, "something_of_2031"),
        ({}, "empty"),
    ],
)
def test_what_nobody_knows_is_named(content: dict[str, Any], kind: str) -> None:
    heard = said(**content)
    assert heard.data == {"unsupported": kind}
    assert heard.text == ""


def test_an_edit_carries_the_whole_message() -> None:
    (inbound,) = parse(update(edited_message=message(text="better", edit_date=1_700_000_100)))
    assert isinstance(inbound, Edited)
    assert (inbound.said.text, inbound.said.dedupe) == ("better", "7")


def test_a_press() -> None:
    query = {"id": "99", "from": ANNA, "message": message(text="?"), "chat_instance": "1", "data": "rate:5"}
    (inbound,) = parse(update(callback_query=query))
    assert isinstance(inbound, Pressed)
    assert (inbound.key, inbound.dedupe, inbound.answer, inbound.who.external_id) == ("rate:5", "99", "99", "5")
    (inbound,) = parse(update(callback_query={"id": "99", "from": ANNA, "inline_message_id": "x", "data": "y"}))
    assert isinstance(inbound, Ignored)


@pytest.mark.parametrize(("status", "reason"), [("kicked", "blocked"), ("left", "blocked"), ("member", None)])
def test_blocking(status: str, reason: str | None) -> None:
    change = {"chat": CHAT, "from": ANNA, "date": 1, "new_chat_member": {"status": status, "user": {"id": 1}}}
    (inbound,) = parse(update(my_chat_member=change))
    assert isinstance(inbound, Reachable)
    assert inbound.reason == reason


@pytest.mark.parametrize(
    "content",
    [
        {"message": {**message(text="x"), "chat": {"id": -100, "type": "supergroup", "title": "t"}}},
        {"edited_message": {**message(text="x"), "chat": {"id": -100, "type": "group", "title": "t"}}},
        {
            "my_chat_member": {
                "chat": {"id": -1, "type": "group"},
                "from": ANNA,
                "new_chat_member": {"status": "member"},
            }
        },
        {"message": {**message(text="x"), "from": {**ANNA, "is_bot": True}}},
        {"message": message(pinned_message={})},
        {"message": {**message(text="x"), "message_id": 0}},
        {"message_reaction": {}},
        {},
    ],
)
def test_what_is_of_no_interest(content: dict[str, Any]) -> None:
    (inbound,) = parse(update(**content))
    assert isinstance(inbound, Ignored)


def test_harmful_texts_become_harmless() -> None:
    body = update(message=message(text="a\ud800b\x00c"))
    (inbound,) = parse(body)
    assert isinstance(inbound, Said)
    assert inbound.text == "a\ufffdb\u2400c"
    assert b"\\ud800" in body


def test_lanes_and_keys() -> None:
    (event,) = explode(update(message=message(text="x")))
    assert (event.dedupe, event.lane) == ("100", "5")
    assert parse(event.body)
    query = {"id": "9", "from": ANNA, "message": message(), "data": "x"}
    assert explode(update(callback_query=query))[0].lane == "5"
    assert explode(update(inline_query={}))[0].lane == "other"
    events = explode_many(
        [json.loads(update(message=message(text="a\ud800"))), {"update_id": 101, "poll": {}}, "nonsense"]
    )
    assert [each.dedupe for each in events][:2] == ["100", "101"]
    assert events[2].lane == "unreadable"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"update_id":"x"}', b'{"message":{}}', b"\xff", b"[" * 5000]
)
def test_what_is_no_update_is_kept_and_then_put_aside(body: bytes) -> None:
    (event,) = explode(body)
    assert event.body == body
    assert event.dedupe.startswith("sha256:")
    with pytest.raises(ValueError, match=r"."):
        parse(body)


@given(
    st.binary(max_size=100) | st.builds(lambda text: json.dumps({"update_id": 1, "message": text}).encode(), st.text())
)
def test_nothing_makes_keeping_fail(body: bytes) -> None:
    (event,) = explode(body)
    assert event.body == body
    assert event.dedupe
    assert event.lane
