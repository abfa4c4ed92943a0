"""How a line's chats look is saved, kept, copied and carried in files with the line; the channel owns the values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, update

from openlines.files.base import Kept
from openlines.services import channels, departments, line_files, lines
from openlines.services.access import Actor, access_file
from openlines.services.channels import Wish
from openlines.services.errors import Conflict, Forbidden, Invalid, NotFound
from openlines.services.files import add_file
from openlines.services.line_versions import Kept as State
from openlines.services.line_versions import history
from openlines.store import channels as rows
from openlines.store import faces, line_versions, tables
from openlines.store import lines as line_rows
from openlines.store.channels import ChannelRow
from openlines.store.faces import OwnFace
from openlines.store.lines import LineRow
from openlines.store.statement import Statement
from openlines.support.secrets import Seal
from tests.services.portal import Portal

SEAL = Seal(b"k" * 32)
OLD_FILE = Path(__file__).parent / "files" / "line_before_looks.json"


def administrator(house: Portal, name: str) -> Actor:
    return Actor(house.operator(name, role="administrator").user_id, "administrator")


def chat(house: Portal, line_id: int, kind: str = "website", **settings: Any) -> int:
    return house.do(channels.create, house.admin, line_id, kind, "Chat", settings=settings, seal=SEAL)


def row(house: Portal, line_id: int) -> LineRow:
    found = house.do(line_rows.one, line_id)
    assert found is not None
    return found


def channel(house: Portal, channel_id: int) -> ChannelRow:
    found = house.do(rows.one, channel_id)
    assert found is not None
    return found


def save(house: Portal, actor: Actor, line_id: int, version: int, looks: Mapping[int, Any], **what: Any) -> LineRow:
    return house.do(lines.change, actor, line_id, version, chats=looks, **what)


def states(house: Portal, line_id: int) -> list[State]:
    found, _ = house.do(history, house.admin, line_id)
    return found


# --- saving ---------------------------------------------------------------------------------------------------


def test_settings_queue_and_looks_are_one_save_and_its_state_has_both_sides(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.line(ann)
    channel_id = chat(house, line_id, accent="#111111", allowed_origins=["https://a.example"])
    seen = row(house, line_id).version
    save(house, ann, line_id, seen, {channel_id: {"accent": "#222222"}}, settings={"queue_time": 300})
    after, before = states(house, line_id)[:2]
    assert after.by == "Ann"
    assert (after.saved.version, before.saved.version) == (seen + 1, seen)
    assert before.looks is not None, "the state before knows the chat, which was connected after it was saved"
    assert after.looks is not None
    assert (before.looks[channel_id]["accent"], after.looks[channel_id]["accent"]) == ("#111111", "#222222")
    stored = channel(house, channel_id)
    assert (stored.values["accent"], stored.values["allowed_origins"]) == ("#222222", ["https://a.example"])
    assert stored.version == 2


def test_a_state_brings_back_what_it_holds(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.line(ann)
    channel_id = chat(house, line_id, alias="our-bakery", invitations=[{"page": "/a", "after": 5, "ru": "Эй"}])
    first = row(house, line_id).version
    wish = {"invitations": [], "alias": "", "texts_ru": {"send": "Отправить"}}
    save(house, ann, line_id, first, {channel_id: wish}, own_faces=[OwnFace(line_id, ann.user_id, "Anna", None)])
    old = states(house, line_id)[1]
    assert (old.faces, old.looks is not None) == ([], True)
    save(house, ann, line_id, first + 1, old.looks or {}, own_faces=old.faces)
    stored = channel(house, channel_id)
    assert (stored.values["alias"], stored.values["invitations"][0]["page"]) == ("our-bakery", "/a")
    assert stored.values["texts_ru"] == {}
    assert house.do(faces.own, [line_id]) == []


def test_no_secret_stands_in_a_state_or_a_file(house: Portal) -> None:
    line_id = house.line(administrator(house, "Ann"))
    channel_id = chat(house, line_id)
    secret = SEAL.open(channels.TABLE, channel_id, channel(house, channel_id).secrets)["identity_key"].reveal()
    save(house, house.admin, line_id, row(house, line_id).version, {channel_id: {"sound": False}})
    file = msgspec.json.encode(house.do(line_files.exported, house.admin, line_id).file).decode()
    kept = "".join(f"{each.saved.looks}{each.saved.settings}" for each in states(house, line_id))
    for secrets in (secret, "identity_key", channel(house, channel_id).key):
        assert secrets not in kept
        assert secrets not in file


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"accent": "red"}, "accent", "bad_color"),
        ({"sound": 1}, "sound", "wrong_type"),
        ({"shoe_size": 43}, "shoe_size", "unknown_field"),
        ({"allowed_origins": []}, "allowed_origins", "unknown_field"),
        ({"identity_key": "x"}, "identity_key", "unknown_field"),
        ({"invitations": [{"page": "/a", "after": -1, "en": "x"}]}, "invitations.0.after", "out_of_range"),
        ({"greeting_en": "x" * 10_000}, "greeting_en", "too_long"),
        ({"alias": "taken"}, "alias", "alias_taken"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place_and_nothing_is_saved(
    house: Portal, wish: dict[str, Any], field: str, code: str
) -> None:
    line_id, other = house.line(), house.line(name="Other")
    channel_id = chat(house, line_id)
    chat(house, other, alias="taken")
    before = row(house, line_id)
    with pytest.raises(Invalid) as refused:
        save(house, house.admin, line_id, before.version, {channel_id: wish}, settings={"queue_time": 300})
    assert [(each.field, each.code) for each in refused.value.problems] == [(f"looks.{channel_id}.{field}", code)]
    assert row(house, line_id) == before


def test_a_chat_of_another_line_is_not_changed_here(house: Portal) -> None:
    line_id, other = house.line(), house.line(name="Other")
    theirs = chat(house, other)
    with pytest.raises(Invalid) as refused:
        save(house, house.admin, line_id, row(house, line_id).version, {theirs: {"accent": "#222222"}})
    assert refused.value.problems[0][:2] == (f"looks.{theirs}", "unknown_channel")


def test_what_changes_nothing_is_no_save(house: Portal) -> None:
    line_id = house.line()
    channel_id = chat(house, line_id)
    before = row(house, line_id)
    save(house, house.admin, line_id, before.version, {channel_id: {"accent": "#2563eb"}})
    assert (row(house, line_id), channel(house, channel_id).version) == (before, 1)


def test_only_administrators_change_looks(house: Portal) -> None:
    boris = house.operator("Boris")
    line_id = house.line(boris)
    channel_id = chat(house, line_id)
    with pytest.raises(Forbidden):
        save(house, boris, line_id, row(house, line_id).version, {channel_id: {"accent": "#222222"}})


# --- two at once ----------------------------------------------------------------------------------------------


def test_a_save_on_the_channels_own_page_is_a_save_of_the_line_and_says_by_whom(house: Portal) -> None:
    ann, boris = administrator(house, "Ann"), administrator(house, "Boris")
    line_id = house.line(ann)
    channel_id = chat(house, line_id)
    seen = row(house, line_id).version
    house.do(channels.change, boris, channel_id, 1, Wish(settings={"accent": "#333333"}), seal=SEAL)
    with pytest.raises(Conflict) as refused:
        save(house, ann, line_id, seen, {channel_id: {"accent": "#222222"}})
    assert refused.value.params == {"version": seen + 1, "by": "Boris", "at": house.now}
    newest = states(house, line_id)[0]
    assert newest.by == "Boris"
    assert newest.looks is not None
    assert newest.looks[channel_id]["accent"] == "#333333"


def test_whoever_comes_second_on_the_channels_page_is_told_who_was_first(house: Portal) -> None:
    ann, boris = administrator(house, "Ann"), administrator(house, "Boris")
    line_id = house.line(ann)
    channel_id = chat(house, line_id)
    save(house, boris, line_id, row(house, line_id).version, {channel_id: {"accent": "#222222"}})
    saved = house.now
    house.after(30)
    with pytest.raises(Conflict) as refused:
        house.do(channels.change, ann, channel_id, 1, Wish(settings={"accent": "#333333"}), seal=SEAL)
    assert refused.value.code == "changed_meanwhile"
    assert refused.value.params == {"version": 2, "by": "Boris", "at": saved}


def test_what_is_not_on_the_lines_page_is_no_save_of_the_line(house: Portal) -> None:
    line_id = house.line()
    channel_id = chat(house, line_id)
    before = row(house, line_id)
    wish = Wish(name="Shop", settings={"allowed_origins": ["https://a.example"]})
    house.do(channels.change, house.admin, channel_id, 1, wish, seal=SEAL)
    assert row(house, line_id) == before


# --- states from before ---------------------------------------------------------------------------------------

_FORGET = Statement(
    update(tables.line_versions)
    .where(tables.line_versions.c.line_id == bindparam("of_line"))
    .values(faces=None, looks=None)
)


def test_a_state_from_before_looks_were_kept_says_nothing_of_them_until_the_next_save(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.line(ann)
    channel_id = chat(house, line_id, accent="#111111")
    house.do(lambda tx: tx.run(_FORGET, of_line=line_id))
    assert [(each.faces, each.looks) for each in states(house, line_id)] == [(None, None)] * len(states(house, line_id))
    save(house, ann, line_id, row(house, line_id).version, {channel_id: {"accent": "#222222"}})
    newest, before, *older = states(house, line_id)
    assert [each.looks and each.looks[channel_id]["accent"] for each in (newest, before)] == ["#222222", "#111111"]
    assert before.faces == []
    assert all(each.looks is None for each in older)


# --- copies ---------------------------------------------------------------------------------------------------


def test_a_copy_gets_a_chat_of_its_own_where_that_is_wished(house: Portal) -> None:
    line_id = house.line()
    first = chat(house, line_id, accent="#111111", alias="our-bakery", ask_contact="none")
    chat_of_copy = _only_chat(house, house.do(lines.copy, house.admin, line_id, "Copy", chats=SEAL))
    values = chat_of_copy.values
    assert (values["accent"], values["ask_contact"], values["alias"]) == ("#111111", "none", "")
    assert chat_of_copy.key != channel(house, first).key
    own, others = (
        SEAL.open(channels.TABLE, each.id, each.secrets)["identity_key"].reveal()
        for each in (chat_of_copy, channel(house, first))
    )
    assert own != others
    plain = house.do(lines.copy, house.admin, line_id, "Without")
    assert house.do(rows.of_line, plain) == []


def _only_chat(house: Portal, line_id: int) -> ChannelRow:
    (found,) = house.do(rows.of_line, line_id)
    return found


# --- files ----------------------------------------------------------------------------------------------------


def imported(house: Portal, file: Any, **how: Any) -> int:
    return house.do(line_files.imported, house.admin, file, seal=SEAL, **how)


def file_of(house: Portal, line_id: int) -> dict[str, Any]:
    """As another portal reads it."""
    found = house.do(line_files.exported, house.admin, line_id).file
    return dict(msgspec.json.decode(msgspec.json.encode(found)))


def test_a_new_line_gets_a_chat_that_looks_as_the_file_says(house: Portal) -> None:
    line_id = house.line()
    chat(house, line_id, accent="#111111", alias="our-bakery", texts_en={"send": "Go"}, allowed_origins=["https://a.b"])
    file = file_of(house, line_id)
    assert (file["chats"][0]["kind"], file["chats"][0]["name"]) == ("website", "Chat")
    assert not {"alias", "allowed_origins", "identity_key"} & set(file["chats"][0]["settings"])
    made = _only_chat(house, imported(house, file, name="Again"))
    assert (made.values["accent"], made.values["texts_en"]) == ("#111111", {"send": "Go"})
    assert made.values["allowed_origins"] == []


def test_the_chats_of_an_existing_line_take_the_looks_over(house: Portal) -> None:
    line_id, other = house.line(), house.line(name="Other")
    chat(house, line_id, accent="#111111")
    mine = chat(house, other, alias="mine", sound=False)
    seen = row(house, other).version
    imported(house, file_of(house, line_id), line_id=other, version=seen)
    values = channel(house, mine).values
    assert (values["accent"], values["alias"], values["sound"]) == ("#111111", "mine", True)
    assert row(house, other).version == seen + 1, "settings, queue, faces and looks are one save"


def test_looks_that_find_no_place_are_named_and_left_out_only_by_consent(house: Portal) -> None:
    line_id, other = house.line(), house.line(name="Other")
    chat(house, line_id)
    file = file_of(house, line_id)
    file["chats"][0]["settings"]["snow"] = True
    version = row(house, other).version
    with pytest.raises(Invalid) as refused:
        imported(house, file, line_id=other, version=version)
    assert [(each.field, each.code) for each in refused.value.problems] == [("file.chats.0", "not_here_chat")]
    imported(house, file, line_id=other, version=version, skip_unknown=True)
    assert house.do(rows.of_line, other) == []
    file["chats"] += [file["chats"][0], {"kind": "pigeon", "name": "Post", "settings": {}}]
    with pytest.raises(Invalid) as refused:
        imported(house, file, name="Again")
    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("file.chats.0.settings.snow", "not_here_setting"),
        ("file.chats.1", "not_here_second_chat"),
        ("file.chats.2", "not_here_kind"),
    ]
    made = imported(house, file, name="Again", skip_unknown=True)
    assert len(house.do(rows.of_line, made)) == 1


def test_a_messengers_channel_is_not_in_the_file(house: Portal) -> None:
    line_id = house.line()
    house.channel(line_id, "telegram")
    assert file_of(house, line_id)["chats"] == []


def test_a_wrong_look_in_a_file_is_refused_at_its_place(house: Portal) -> None:
    line_id = house.line()
    chat(house, line_id)
    file = file_of(house, line_id)
    file["chats"][0]["settings"]["accent"] = "red"
    with pytest.raises(Invalid) as refused:
        imported(house, file, name="Again")
    assert refused.value.problems[0][:2] == ("file.chats.0.settings.accent", "bad_color")


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"chats": {}}, "file.chats"),
        ({"chats": ["website"]}, "file.chats.0"),
        ({"chats": [{"kind": 1}]}, "file.chats.0"),
        ({"photos": []}, "file.photos"),
        ({"photos": {"a": {"data": "no base64!"}}}, "file.photos.a"),
        ({"photos": {"a": {"data": "A" * 400_000}}}, "file.photos.a"),
    ],
)
def test_a_damaged_part_is_refused_at_its_place(house: Portal, part: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        imported(house, {"format": "openlines.line", "version": 1, "name": "x", **part})
    assert refused.value.problems[0].field == field


def test_a_file_from_before_looks_and_photos_is_read_as_ever(house: Portal) -> None:
    ann = house.operator("Ann")
    top = house.do(departments.add_department, None, name="Support")
    house.do(departments.add_department, None, name="Night shift", parent_id=top)
    file = msgspec.json.decode(OLD_FILE.read_bytes())
    made = imported(house, file)
    assert (row(house, made).rules.mode, row(house, made).rules.queue_time) == ("strictly", 300)
    assert house.do(faces.own, [made]) == [OwnFace(made, ann.user_id, "Anna", None)]
    assert house.do(rows.of_line, made) == []
    look = chat(house, made, accent="#111111")
    photo = picture(house, "a")
    version = row(house, made).version
    own = [OwnFace(made, ann.user_id, "Maria", photo)]
    save(house, house.admin, made, version, {}, own_faces=own, settings={"common_photo": photo})
    imported(house, file, line_id=made, version=version + 1)
    assert channel(house, look).values["accent"] == "#111111"
    assert house.do(faces.own, [made]) == [OwnFace(made, ann.user_id, "Anna", photo)]
    assert row(house, made).rules.common_photo == photo, "what a file does not name stays"


# --- photos ---------------------------------------------------------------------------------------------------


def picture(house: Portal, letter: str, who: Actor | None = None) -> str:
    facts: dict[str, Any] = {"name": f"{letter}.png", "size": 1, "type_": "image/png"}
    return house.do(add_file, hash_=letter * 64, user_id=who.user_id if who else None, **facts).id


def test_photos_go_by_their_content_and_come_back_as_files_of_the_other_portal(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann)
    common, own = picture(house, "a"), picture(house, "b")
    save(
        house,
        house.admin,
        line_id,
        row(house, line_id).version,
        {},
        settings={"common_photo": common},
        own_faces=[OwnFace(line_id, ann.user_id, "", own)],
    )
    found = house.do(line_files.exported, house.admin, line_id)
    assert found.file["settings"]["common_photo"] == "a" * 16
    assert found.file["faces"] == [{"user": "ann1@example.com", "name": "", "photo": "b" * 16}]
    assert {key: file.id for key, file in found.photos.items()} == {"a" * 16: common, "b" * 16: own}
    file = found.file | {"photos": {key: {"name": "x.png", "data": "AAAA"} for key in found.photos}}
    stored = {key: Kept(key[0].upper() * 64, 3, "x.png", "image/png", 1, 1) for key in found.photos}
    made = imported(house, file, name="Again", photos=stored)
    (face,) = house.do(faces.own, [made])
    for photo, letter in ((row(house, made).rules.common_photo, "A"), (face.photo, "B")):
        assert photo not in {None, common, own}
        assert house.do(access_file, house.admin, photo or "").hash == letter * 64


def test_a_photo_that_the_file_does_not_hold_is_named(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann)
    own = [OwnFace(line_id, ann.user_id, "Anna", picture(house, "b"))]
    save(house, house.admin, line_id, row(house, line_id).version, {}, own_faces=own)
    file = file_of(house, line_id)
    with pytest.raises(Invalid) as refused:
        imported(house, file, name="Again")
    assert [(each.field, each.code) for each in refused.value.problems] == [("file.faces.0.photo", "not_here_photo")]
    made = imported(house, file, name="Again", skip_unknown=True)
    assert house.do(faces.own, [made]) == [OwnFace(made, ann.user_id, "Anna", None)]


def test_administrators_see_the_photos_of_saved_states_and_nobody_else_does(house: Portal) -> None:
    ann, boris, eve = administrator(house, "Ann"), administrator(house, "Boris"), house.operator("Eve")
    line_id = house.line(ann)
    photo = picture(house, "a", ann)
    version = row(house, line_id).version
    save(house, ann, line_id, version, {}, own_faces=[OwnFace(line_id, ann.user_id, "", photo)])
    save(house, ann, line_id, version + 1, {}, own_faces=[])
    kept = states(house, line_id)[1]
    assert kept.faces == [OwnFace(line_id, ann.user_id, "", photo)]
    assert house.do(access_file, boris, photo).id == photo
    with pytest.raises(NotFound):
        house.do(access_file, eve, photo)
    assert not house.do(line_versions.names_file, "nothing-of-the-kind")
