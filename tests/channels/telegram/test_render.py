"""Our messages as requests of the Bot API."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.channels.base import Button, Call, Outgoing, OutgoingFile
from openlines.channels.telegram.render import render
from openlines.support.text import length

JPG = OutgoingFile("1", "a.jpg", "image/jpeg", 1000)
BIG = OutgoingFile("2", "b.jpg", "image/jpeg", 10_000_001)
MP4 = OutgoingFile("3", "c.mp4", "video/mp4", 1000)
PDF = OutgoingFile("4", "d.pdf", "application/pdf", 1000)
GIF = OutgoingFile("5", "e.gif", "image/gif", 1000)
MP3 = OutgoingFile("6", "f.mp3", "audio/mpeg", 1000)
OGG = OutgoingFile("7", "g.ogg", "audio/ogg", 1000)
LIKE = (Button("rate:5", "👍"), Button("rate:1", "👎"))


def out(**values: object) -> Outgoing:
    return Outgoing(external_id="5", address="", **values)  # type: ignore[arg-type]


def methods(calls: list[Call]) -> list[str]:
    return [call.method for call in calls]


def test_a_text_goes_as_it_is() -> None:
    (call,) = render(out(text="  <b>5 < 6</b> *x* _y_ "))
    assert call == Call("sendMessage", {"chat_id": 5, "text": "<b>5 < 6</b> *x* _y_", "entities": []})


def test_a_long_text_goes_in_parts_with_reply_first_and_buttons_last() -> None:
    calls = render(out(text="слово " * 2000, buttons=LIKE, reply_to="77"))
    assert methods(calls) == ["sendMessage"] * 3
    assert calls[0].params["reply_parameters"] == {"message_id": 77, "allow_sending_without_reply": True}
    assert [("reply_markup" in call.params, "reply_parameters" in call.params) for call in calls] == [
        (False, True),
        (False, False),
        (True, False),
    ]


def test_short_buttons_stand_side_by_side_and_long_ones_below_each_other() -> None:
    (call,) = render(out(text="?", buttons=LIKE))
    row = [{"text": "👍", "callback_data": "rate:5"}, {"text": "👎", "callback_data": "rate:1"}]
    assert call.params["reply_markup"] == {"inline_keyboard": [row]}
    (call,) = render(out(text="?", buttons=(Button("a", "x" * 20), Button("b", "y" * 80))))
    keyboard = call.params["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in keyboard] == [1, 1]
    assert len(keyboard[1][0]["text"]) == 64


@pytest.mark.parametrize(
    ("file", "method"),
    [
        (JPG, "sendPhoto"),
        (BIG, "sendDocument"),
        (MP4, "sendVideo"),
        (PDF, "sendDocument"),
        (GIF, "sendAnimation"),
        (MP3, "sendAudio"),
        (OGG, "sendVoice"),
        (OutgoingFile("8", "x.svg", "image/svg+xml", 10), "sendDocument"),
    ],
)
def test_a_file_goes_as_what_it_is(file: OutgoingFile, method: str) -> None:
    (call,) = render(out(files=(file,), text="look"))
    assert (call.method, call.files) == (method, (file,))
    assert call.params == {"chat_id": 5, "caption": "look", "caption_entities": []}
    (call,) = render(out(files=(file,), reply_to="3"))
    assert "caption" not in call.params
    assert call.params["reply_parameters"]["message_id"] == 3


def test_a_text_too_long_for_a_caption_goes_before_the_file() -> None:
    assert methods(render(out(text="x" * 1024, files=(JPG,)))) == ["sendPhoto"]
    assert methods(render(out(text="x" * 1025, files=(JPG,)))) == ["sendMessage", "sendPhoto"]
    assert methods(render(out(text="😀" * 513, files=(JPG,)))) == ["sendMessage", "sendPhoto"]
    assert methods(render(out(text="?", files=(JPG,), buttons=LIKE))) == ["sendMessage", "sendPhoto"]


def test_albums_of_what_may_stand_together() -> None:
    calls = render(out(text="two", files=(JPG, MP4, PDF, PDF, GIF, MP3)))
    assert methods(calls) == ["sendMediaGroup", "sendMediaGroup", "sendAnimation", "sendAudio"]
    first = calls[0].params["media"]
    assert first[0] == {"type": "photo", "media": "attach://file0", "caption": "two", "caption_entities": []}
    assert first[1] == {"type": "video", "media": "attach://file1"}
    assert [each["type"] for each in calls[1].params["media"]] == ["document", "document"]
    calls = render(out(files=(JPG,) * 21))
    assert [len(call.files) for call in calls] == [10, 10, 1]
    assert methods(calls)[-1] == "sendPhoto"
    assert methods(render(out(files=(GIF, GIF)))) == ["sendAnimation", "sendAnimation"]


def test_nothing_to_show() -> None:
    assert render(out(text=" \n ")) == []
    assert render(out(what="delete")) == []
    assert render(out(what="edit", text="x")) == []


def test_an_edit_of_a_text() -> None:
    (call,) = render(out(what="edit", text="new", target=("9",), buttons=LIKE))
    assert call.method == "editMessageText"
    assert call.params["message_id"] == 9
    assert "reply_markup" in call.params
    shorter = render(out(what="edit", text="short", target=("9", "10", "11")))
    assert methods(shorter) == ["editMessageText", "deleteMessages"]
    assert shorter[1].params["message_ids"] == [10, 11]
    # What is left of it keeps its buttons under its last words, which are in another message now.
    fewer = render(out(what="edit", text="слово " * 1000, target=("9", "10", "11"), buttons=LIKE))
    assert methods(fewer) == ["editMessageText", "editMessageText", "deleteMessages"]
    assert ["reply_markup" in call.params for call in fewer] == [False, True, False]
    longer = render(out(what="edit", text="слово " * 1000, target=("9",)))
    assert methods(longer) == ["editMessageText", "sendMessage"]


def test_an_edit_of_a_caption() -> None:
    (call,) = render(out(what="edit", text="new", files=(JPG, JPG), target=("9", "10")))
    assert (call.method, call.params["message_id"], call.params["caption"]) == ("editMessageCaption", 9, "new")
    calls = render(out(what="edit", text="слово " * 300, files=(JPG,), target=("9",)))
    assert methods(calls) == ["editMessageCaption", "sendMessage"]
    # The text had been sent before the files: it is the text's message that changes.
    (call,) = render(out(what="edit", text="new", files=(JPG,), target=("8", "9")))
    assert (call.method, call.params["message_id"]) == ("editMessageText", 8)
    (call,) = render(out(what="edit", text="", files=(JPG,), target=("9",)))
    assert call.params["caption"] == ""


def test_a_deletion() -> None:
    (call,) = render(out(what="delete", target=("9", "10")))
    assert call == Call("deleteMessages", {"chat_id": 5, "message_ids": [9, 10]})


_FILES = st.lists(st.sampled_from([JPG, BIG, MP4, PDF, GIF, MP3, OGG]), max_size=12).map(tuple)


@given(st.text(max_size=6000), _FILES, st.booleans())
def test_whatever_is_sent_keeps_the_limits(text: str, files: tuple[OutgoingFile, ...], asked: bool) -> None:
    calls = render(out(text=text, files=files, buttons=LIKE if asked else ()))
    assert calls == render(out(text=text, files=files, buttons=LIKE if asked else ()))
    sent = [file for call in calls for file in call.files]
    assert tuple(sent) == files
    for call in calls:
        json.dumps(call.params, ensure_ascii=False).encode()
        assert 1 <= length(call.params.get("text", "x"), "utf16") <= 4096
        media = call.params.get("media", [])
        for caption in [call.params.get("caption", ""), *(each.get("caption", "") for each in media)]:
            assert length(caption, "utf16") <= 1024
        assert len(media) in (0, *range(2, 11))
