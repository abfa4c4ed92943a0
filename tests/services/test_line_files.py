"""A line leaves the portal as a file and comes into another one: nothing of this portal's own numbers goes along."""

from typing import Any

import msgspec
import pytest

from openlines.services import departments, line_files, lines
from openlines.services.access import Actor
from openlines.services.errors import Conflict, Forbidden, Invalid
from openlines.services.line_settings import shown_settings
from openlines.store import faces, users
from openlines.store import lines as rows
from openlines.store.faces import OwnFace
from openlines.store.lines import LineRow, Member
from openlines.support.secrets import Seal
from tests.services.portal import Portal

SEAL = Seal(b"k" * 32)
FILE = {"format": "openlines.line", "version": 1, "name": "x"}


def row(house: Portal, line_id: int) -> LineRow:
    found = house.do(rows.one, line_id)
    assert found is not None
    return found


def queue(house: Portal, line_id: int) -> list[Member]:
    return [Member(*each) for _, _, *each in house.do(rows.members, [line_id])]


def email(house: Portal, who: Actor) -> str:
    found = house.do(users.user_by_id, who.user_id)
    assert found is not None
    return found.email


def sample(house: Portal) -> tuple[int, Actor, int]:
    ann = house.operator("Ann")
    top = house.do(departments.add_department, None, name="Support")
    night = house.do(departments.add_department, None, name="Night shift", parent_id=top)
    line_id = house.line(ann, mode="strictly", queue_time=300, greeting={"en": "Hello {customer}"})
    house.change(line_id, kpi_first=60, kpi_first_notice={
        "on": True, "people": [ann.user_id], "media": ["workspace", "webhook"], "webhook_url": "https://x.example/?key=s3",
    })  # fmt: skip
    version = row(house, line_id).version
    members = [Member(ann.user_id, None), Member(None, night, 1)]
    house.do(lines.change, house.admin, line_id, version, members=members)
    house.do(faces.put, line_id, [OwnFace(line_id, ann.user_id, "Anna", None)])
    return line_id, ann, night


def test_a_file_brings_the_same_line_back(house: Portal) -> None:
    line_id, ann, night = sample(house)
    file = msgspec.json.decode(msgspec.json.encode(house.do(line_files.exported, house.admin, line_id).file))
    made = house.do(line_files.imported, house.admin, file, seal=SEAL, name="Again")
    assert row(house, made).name == "Again"
    assert queue(house, made) == [Member(ann.user_id, None), Member(None, night, 1)]
    assert [(each.user_id, each.name) for each in house.do(faces.own, [made])] == [(ann.user_id, "Anna")]
    before, after = shown_settings(row(house, line_id).rules), shown_settings(row(house, made).rules)
    before["kpi_first_notice"] |= {"webhook_url": "", "media": ("workspace",)}
    assert after == before


def test_a_file_holds_no_secret_and_no_number_of_this_portal(house: Portal) -> None:
    line_id, ann, _ = sample(house)
    file = house.do(line_files.exported, house.admin, line_id).file
    assert "s3" not in msgspec.json.encode(file).decode()
    assert file["queue"] == [
        {"user": email(house, ann)},
        {"department": ["Support", "Night shift"], "with_head": True},
    ]
    assert file["settings"]["kpi_first_notice"]["people"] == [email(house, ann)]
    assert not {"bot_id", "timetable_id"} & set(file["settings"])


def test_what_is_unknown_here_is_named_and_skipped_only_by_consent(house: Portal) -> None:
    line_id, ann, _ = sample(house)
    file: Any = house.do(line_files.exported, house.admin, line_id).file
    file["queue"] += [{"user": "gone@example.com"}, {"department": ["Support", "Day shift"]}]
    file["settings"]["shoe_size"] = 43
    file["settings"]["kpi_first_notice"]["people"].append("gone@example.com")
    with pytest.raises(Invalid) as refused:
        house.do(line_files.imported, house.admin, file, seal=SEAL, name="Again")
    assert [(each.field, each.code) for each in refused.value.problems] == [
        ("file.settings.kpi_first_notice.people.1", "not_here_user"),
        ("file.settings.shoe_size", "not_here_setting"),
        ("file.queue.2", "not_here_user"),
        ("file.queue.3", "not_here_department"),
    ]
    assert len(house.do(rows.every)) == 1, "a refused import leaves nothing behind"
    made = house.do(line_files.imported, house.admin, file, seal=SEAL, name="Again", skip_unknown=True)
    assert len(queue(house, made)) == 2
    assert row(house, made).rules.kpi_first_notice.people == (ann.user_id,)


def test_into_an_existing_line_only_what_the_file_names_changes(house: Portal) -> None:
    line_id, ann, night = sample(house)
    seen = row(house, line_id).version
    file = {"format": "openlines.line", "version": 1, "name": "Other", "settings": {"queue_time": 600}}
    house.do(line_files.imported, house.admin, file, seal=SEAL, line_id=line_id, version=seen)
    after = row(house, line_id)
    assert (after.rules.queue_time, after.rules.mode) == (600, "strictly")
    assert after.name == "Support", "the name stays unless another is wished"
    assert queue(house, line_id) == [Member(ann.user_id, None), Member(None, night, 1)]
    with pytest.raises(Conflict):
        house.do(line_files.imported, house.admin, file, seal=SEAL, line_id=line_id, version=seen)


@pytest.mark.parametrize(
    ("file", "field", "code"),
    [
        ([], "file", "not_a_line_file"),
        ({"format": "other", "version": 1}, "file", "not_a_line_file"),
        ({"format": "openlines.line", "version": True}, "file.version", "not_a_line_file"),
        ({"format": "openlines.line", "version": 2}, "file.version", "line_file_too_new"),
        ({"format": "openlines.line", "version": 1, "settings": []}, "file.settings", "not_a_line_file"),
        ({"format": "openlines.line", "version": 1, "queue": "Ann"}, "file.queue", "not_a_line_file"),
        ({"format": "openlines.line", "version": 1, "queue": [{}]}, "file.queue.0", "one_target"),
        ({**FILE, "settings": {"queue_time": 1}}, "queue_time", "span_out_of_range"),
        ({**FILE, "settings": {"week": 5}}, "week", "wrong_type"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_a_line_is_refused_at_its_place(house: Portal, file: Any, field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        house.do(line_files.imported, house.admin, file, seal=SEAL)
    assert (field, code) == refused.value.problems[0][:2]
    assert house.do(rows.every) == []


def test_only_administrators_export_and_import(house: Portal) -> None:
    line_id, ann, _ = sample(house)
    with pytest.raises(Forbidden):
        house.do(line_files.imported, ann, {"format": "openlines.line", "version": 1}, seal=SEAL)
    with pytest.raises(Forbidden):
        house.do(line_files.exported, ann, line_id)


def test_a_copy_has_the_faces_too(house: Portal) -> None:
    line_id, ann, _ = sample(house)
    made = house.do(lines.copy, house.admin, line_id, "Copy")
    assert [(each.user_id, each.name) for each in house.do(faces.own, [made])] == [(ann.user_id, "Anna")]
