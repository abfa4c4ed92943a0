"""Words to staff: once per step, person and medium; read by their reader alone."""

from pathlib import Path

import msgspec
from sqlalchemy import select

from openlines.core.line import DAY
from openlines.core.notice_words import NOTICE_WORDS, notice_words, span
from openlines.services import head_rating, heads, my_notices, notice_outbox, notices
from openlines.services.departments import add_department
from openlines.store import tables, threads
from openlines.store.events import read_events
from openlines.store.statement import Statement
from tests.services.portal import Portal


def told(house: Portal, who: list[int], step: int = 100, media: tuple[str, ...] = ("workspace",)) -> int:
    params = {"customer": "Carol", "line": "Sales", "step": step, "waited": 60_000_000, "target": 60_000_000}
    return house.do(notices.add, "kpi_first", 7, step, who, media, params, None, 1, webhook_url="https://example.com/")


def test_each_is_told_once_per_step_and_medium(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    assert told(house, [ann.user_id]) == 1
    assert told(house, [ann.user_id, bob.user_id]) == 1
    assert told(house, [ann.user_id], step=200) == 1
    assert told(house, [ann.user_id], media=("workspace", "email", "webhook")) == 2
    assert told(house, [ann.user_id], media=("workspace", "email", "webhook")) == 0
    assert house.do(my_notices.mine, ann).unread == 2
    assert house.do(my_notices.mine, bob).unread == 1
    assert "notices" in house.pokes


def test_who_left_is_not_told(house: Portal) -> None:
    assert told(house, [0, 4711]) == 0


def test_reading_is_ones_own(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    told(house, [ann.user_id, bob.user_id])
    told(house, [ann.user_id], step=200)
    newest = house.do(my_notices.mine, ann).rows[0]
    assert newest.step == 200
    house.do(my_notices.mark_read, bob, [newest.id])
    assert house.do(my_notices.mine, ann).unread == 2
    house.do(my_notices.mark_read, ann, [newest.id])
    assert house.do(my_notices.mine, ann).unread == 1
    house.do(my_notices.mark_read, ann, None, newest.id)
    assert house.do(my_notices.mine, ann).unread == 0
    assert house.do(my_notices.mine, bob).unread == 1
    kinds = [each.kind for each in house.do(read_events, 0, 500) if each.user_id == ann.user_id]
    assert kinds.count("notice.added") == 2
    assert kinds.count("notice.read") == 2


def test_pages_go_back_in_time(house: Portal) -> None:
    ann = house.operator("Ann")
    for step in (10, 20, 30):
        told(house, [ann.user_id], step)
    first = house.do(my_notices.mine, ann, limit=2).rows
    rest = house.do(my_notices.mine, ann, before=first[-1].id).rows
    assert [each.step for each in (*first, *rest)] == [30, 20, 10]


def test_the_head_is_the_next_one_above(house: Portal) -> None:
    boss, head, ann = house.operator("Boss", role="administrator"), house.operator("Head"), house.operator("Ann")
    line = house.line(ann)
    above = house.do(add_department, None, name="All", head_id=boss.user_id)
    house.do(add_department, None, name="Sales", parent_id=above, head_id=head.user_id, member_ids=[ann.user_id])
    assert house.do(heads.heads_of, ann.user_id, line) == [head.user_id]
    assert house.do(heads.heads_of, head.user_id, line) == [boss.user_id]
    other = house.operator("Other", role="administrator")
    assert house.do(heads.heads_of, None, line) == sorted([boss.user_id, other.user_id])


def test_every_kind_is_worded_in_both_languages() -> None:
    for kind, words in NOTICE_WORDS.items():
        assert set(words) == {"en", "ru"}, kind
        for language in words:
            title, text = notice_words(kind, {"line": "L", "step": 80, "rated_by": "H", "value": 5}, language)
            assert title
            assert "{" not in title + text, (kind, text)


def test_the_page_of_a_line_shows_the_houses_own_words() -> None:
    page = Path(__file__).parents[2] / "web/workspace/src/components/settings/line/kpiNotice.ts"
    shown = page.read_text(encoding="utf-8")
    assert all(text in shown for kind in ("kpi_first", "kpi_further") for _, text in NOTICE_WORDS[kind].values())


def test_own_words_are_filled_and_values_are_not_looked_through() -> None:
    params = {"words": {"ru": "{{x}} {customer}: {waited}, {strange}"}, "customer": "{line}", "waited": 200_000_000}
    assert notice_words("kpi_first", params, "en")[1] == "{x} {line}: 3 min 20 s, {strange}"


def test_a_guest_is_called_by_his_number() -> None:
    params = {"customer": "", "guest": 17, "waited": 1_000_000, "target": 1_000_000, "line": "L", "step": 100}
    assert notice_words("kpi_first", params, "ru")[1].startswith("Гость 17 ждёт")
    assert notice_words("kpi_first", {**params, "guest": None}, "en")[1].startswith("A customer has")


def test_a_length_of_time_is_said_in_two_units() -> None:
    second = 1_000_000
    said = [span(each * second, "ru") for each in (0, 59, 60, 3605, 90061)]
    assert said == ["0 с", "59 с", "1 мин", "1 ч", "1 д 1 ч"]


def test_params_are_kept_as_json(house: Portal) -> None:
    ann = house.operator("Ann")
    told(house, [ann.user_id])
    row = house.do(my_notices.mine, ann).rows[0]
    assert msgspec.json.decode(row.params)["customer"] == "Carol"


def kept(house: Portal) -> list[tuple[str, str, str]]:
    """(kind, medium, what the row holds)."""
    n = tables.notices.c
    return [
        (row[0], row[1], row[2]) for row in house.do(lambda tx: tx.all(Statement(select(n.kind, n.medium, n.params))))
    ]


def test_a_customers_name_is_on_his_card_alone_and_forgotten_with_it(house: Portal) -> None:
    ann, boss = house.operator("Ann"), house.operator("Boss", role="administrator")
    notice = {"on": True, "steps": [100], "people": [ann.user_id], "media": ["workspace", "email", "push", "webhook"]}
    notice |= {"webhook_url": "https://example.com/", "text": {"en": "{customer} waits"}}
    line = house.line(ann, kpi_first=60, kpi_first_notice=notice, escalate_after=90, queue_time=600)
    said = house.writes(house.channel(line), "Carol Zeta")
    house.after(100)
    house.accepts(ann, said.conversation_id)
    house.acts(head_rating.rate, house.admin, said.conversation_id, 4)
    assert {kind for kind, _, _ in kept(house)} == {"kpi_first", "escalated", "head_rated"}
    assert [row for row in kept(house) if "Carol" in row[2]] == []

    def texts() -> set[str]:
        rows = [*house.do(my_notices.mine, ann).rows, *house.do(my_notices.mine, boss).rows]
        return {notice_words(row.kind, notices.filled(row.params, row.customer), "en")[1] for row in rows}

    def sent() -> list[object]:
        return [job.params["customer"] for job in house.do(notice_outbox.claim, "node", 10, {}).jobs]

    assert "Carol Zeta waits" in texts()
    thread = house.do(threads.one, said.thread_id)
    assert thread is not None
    house.do(lambda tx: threads.put_customer(tx, thread.customer_id, name=""))
    assert "Guest" in str(texts())
    assert "Carol" not in str(texts())
    assert set(sent()) == {""}, "also of what was waiting to leave"
    assert [row for row in kept(house) if "Carol" in row[2]] == []


def test_old_notices_are_put_away_and_what_is_on_its_way_is_not(house: Portal) -> None:
    ann = house.operator("Ann")
    told(house, [ann.user_id], 10, ("workspace", "email"))
    house.after(89 * DAY // 1_000_000)
    told(house, [ann.user_id], 20)
    assert house.do(notices.forget_old) == 0
    house.after(2 * DAY // 1_000_000)
    assert house.do(notices.forget_old) == 1
    assert sorted(medium for _, medium, _ in kept(house)) == ["email", "workspace"]
    assert [each.step for each in house.do(my_notices.mine, ann).rows] == [20]
    assert house.do(notices.forget_old) == 0
