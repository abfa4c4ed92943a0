"""Workers go on: through a store that is away, beside a neighbour that fails, and when they are never left in peace."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, func, insert, select, update

from openlines.core.inputs import Given
from openlines.core.line import MINUTE, SECOND
from openlines.services import deliveries, lines, wake
from openlines.services.route import Routed
from openlines.services.turn import Turn
from openlines.store import Store, StoreUnavailable, Tx, conversations, tables
from openlines.store import channels as channel_rows
from openlines.store import events as event_rows
from openlines.store import lines as line_rows
from openlines.store.statement import Statement
from openlines.store.tx import Reader
from openlines.workers.alarm import Alarm
from openlines.workers.router import Router
from openlines.workers.tidy import Tidy
from openlines.workers.timers import Timers
from openlines.workers.upkeep import Upkeep
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Person
from tests.workers.office import Office, office

pytestmark = pytest.mark.slow

_GIVE_AWAY = Statement(update(tables.deliveries))
_ADD_CHANNEL = Statement(insert(tables.channels))
_ADD_THREAD = Statement(insert(tables.threads))
_ADD_DELIVERY = Statement(insert(tables.deliveries))
_D = tables.deliveries.c
_SPOIL = Statement(update(tables.messages).where(tables.messages.c.id == bindparam("of_id")))
_WHEN = Statement(
    select(func.min(_D.not_before), func.max(_D.not_before)).where(_D.channel_id == bindparam("channel_id"))
)
_DUE_LONG_AGO = Statement(update(tables.conversations))
_C = tables.conversations.c
_EVERY_TIMER = Statement(update(tables.conversations).where(_C.state != "closed"))
_STILL_DUE = Statement(select(_C.id).where(_C.due_at <= bindparam("since")))
_LIES = Statement(select(tables.conversations).where(_C.id == bindparam("id")))


class Away:
    """A store that is away for chosen use cases, so many times."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: dict[Callable[..., Any], int] = {}
        self._kept = {"read": store.read, "write": store.write}
        for name in self._kept:
            monkeypatch.setattr(store, name, self._moody(name))

    def _moody(self, name: str) -> Callable[..., Any]:
        async def call(use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
            if self.left.get(use_case, 0) > 0:
                self.left[use_case] -= 1
                raise StoreUnavailable("the database is away")
            return await self._kept[name](use_case, *args, **kwargs)

        return call


@pytest.fixture
def away(desk: Office, monkeypatch: pytest.MonkeyPatch) -> Away:
    return Away(desk.store, monkeypatch)


async def _customer(desk: Office) -> tuple[Person, int]:
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    return anna, await desk.thread(anna)


# ---------------------------------------------------------------- routing


async def _waits(desk: Office, line_id: int) -> None:
    def kick(tx: Tx) -> None:
        tx.poke(f"route:{line_id}")

    await desk.store.write(kick)


async def test_routing_begins_although_the_store_is_away_at_first(
    desk: Office, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def note(tx: Tx, line_id: int) -> Routed:
        asked.append(line_id)
        return Routed(0, more=False)

    monkeypatch.setattr("openlines.workers.router.route", note)
    away.left[wake.next_routing] = 1
    routing = asyncio.create_task(Router(desk.store).run())
    await asyncio.sleep(0.05)
    await _waits(desk, desk.line_id)
    await desk.until(lambda: asked == [desk.line_id])
    routing.cancel()


async def test_a_line_that_cannot_be_routed_delays_no_other(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    other = await desk.store.write(lines.create, desk.admin, "Sales", time_zone="UTC")
    asked: list[int] = []

    def clumsy(tx: Tx, line_id: int) -> Routed:
        asked.append(line_id)
        if line_id == other:
            raise ZeroDivisionError("a mistake of ours")
        return Routed(0, more=False)

    monkeypatch.setattr("openlines.workers.router.route", clumsy)
    routing = asyncio.create_task(Router(desk.store).run())
    await _waits(desk, other)
    await asyncio.sleep(1.5)
    for number in range(1, 6):
        await _waits(desk, desk.line_id)
        await desk.until(partial(lambda count: asked.count(desk.line_id) >= count, number), seconds=1.5)
    assert 2 <= asked.count(other) < 10, "tried again, ever later"
    routing.cancel()


# ---------------------------------------------------------------- timers


async def test_a_conversation_that_cannot_be_played_delays_no_other(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one conversation: the others' timers are played, and it is tried again a minute later."""
    desk.work(deliver=False)
    ids = []
    for number in range(1, 4):
        desk.fake.people.say(desk.bot, desk.fake.world.person(number), "привет")
        thread_id = await desk.thread(desk.fake.world.person(number))
        ids.append(await desk.until(partial(desk.store.read, conversations.open_of_thread, thread_id)))
    await desk.idle()
    await desk.rest()
    poison = ids[0]
    step = Turn.step

    def clumsy(self: Turn, given: Given) -> None:
        if self.c.id == poison:
            if kind == "after writing":
                conversations.clear_tries(self.tx, poison)
            raise ZeroDivisionError("a mistake of ours")
        step(self, given)

    monkeypatch.setattr(Turn, "step", clumsy)
    for kind in ("before writing", "after writing"):
        before = await desk.store.read(_as_it_lies, poison)
        due = await desk.store.write(_all_due)
        timers = Timers(desk.store, lambda line_id: None)
        playing = asyncio.create_task(timers.run())
        await desk.until(partial(desk.store.read, _none_due_since, due), seconds=10)
        playing.cancel()
        assert timers.faults == 1, kind
        after = await desk.store.read(_as_it_lies, poison)
        assert after["due_at"] >= due + MINUTE
        assert {**after, "due_at": 0} == {**before, "due_at": 0}, "nothing else of it is written"


def _all_due(tx: Tx) -> int:
    tx.run(_EVERY_TIMER, due_at=tx.now)
    return tx.now


def _none_due_since(reader: Reader, since: int) -> bool:
    return not reader.all(_STILL_DUE, since=since)


def _as_it_lies(reader: Reader, conversation_id: int) -> dict[str, Any]:
    row = reader.one(_LIES, id=conversation_id)
    assert row is not None
    return dict(zip([column.name for column in tables.conversations.columns], row, strict=True))


@pytest.mark.postgres
async def test_a_timer_in_other_hands_is_not_asked_for_all_the_time(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram
) -> None:
    async with office(postgres_url, tmp_path, telegram) as desk:
        desk.work(deliver=False)
        await _customer(desk)
        await desk.rest()
        await desk.store.write(lambda tx: tx.run(_DUE_LONG_AGO, due_at=1))
        with psycopg.connect(postgres_url) as other:
            other.execute("SELECT 1 FROM conversations FOR UPDATE")
            timers = Timers(desk.store, lambda line_id: None)
            running = asyncio.create_task(timers.run())
            await asyncio.sleep(0.3)
            before = desk.store.stats().writers[0].calls
            await asyncio.sleep(1.0)
            assert desk.store.stats().writers[0].calls - before < 60
            assert timers.played == 0
        await desk.until(lambda: timers.played > 0, seconds=5)
        running.cancel()


# ---------------------------------------------------------------- deliveries


async def test_delivering_begins_although_the_store_is_away_at_first(desk: Office, away: Away) -> None:
    away.left[deliveries.give_up_lost] = 1
    desk.work()
    anna, thread_id = await _customer(desk)
    row = await desk.replies(thread_id, "здравствуйте")
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == ["здравствуйте"]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.workers.deliver._BACKOFF", (0.1,))


@pytest.mark.usefixtures("hasty")
async def test_a_store_that_is_away_fails_no_delivery_for_good(desk: Office, away: Away) -> None:
    desk.work(deliver=False)
    anna, thread_id = await _customer(desk)
    await desk.rest()
    row = await desk.replies(thread_id, "здравствуйте")
    desk.accounts._open.clear()
    away.left[channel_rows.one] = 1
    desk.work(keep=False, parse=False)
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == ["здравствуйте"]


@pytest.mark.usefixtures("hasty")
async def test_a_long_message_whose_parts_cannot_be_noted_goes_on(desk: Office, away: Away) -> None:
    desk.work()
    anna, thread_id = await _customer(desk)
    away.left[deliveries.progress] = 1
    text = "\n".join(str(number) * 1000 for number in range(10, 16))
    row = await desk.replies(thread_id, text)
    await desk.settled(row.id, "sent")
    assert "".join(desk.seen(anna)).replace("\n", "") == text.replace("\n", ""), "each part once"


async def test_what_was_sent_is_noted_however_long_the_store_is_away(
    desk: Office, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlines.workers.deliver._BROKEN", 0.1)
    desk.work()
    _, thread_id = await _customer(desk)
    away.left[deliveries.sent] = 5
    row = await desk.replies(thread_id, "здравствуйте")
    assert (await desk.settled(row.id, "sent")).attempts == 1


async def test_who_stops_while_he_claims_puts_back_what_he_got(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it has left, so nobody need be asked what became of it."""
    desk.work()
    anna, thread_id = await _customer(desk)
    await desk.rest()
    row = await desk.replies(thread_id, "здравствуйте")
    whole, claiming = deliveries.claim, threading.Event()

    def slow(tx: Tx, node: str, room: deliveries.Room) -> deliveries.Claimed:
        claimed = whole(tx, node, room)
        claiming.set()
        time.sleep(0.3)
        return claimed

    with monkeypatch.context() as patch:
        patch.setattr("openlines.services.deliveries.claim", slow)
        desk.work(keep=False, parse=False)
        await asyncio.to_thread(claiming.wait, 10)
        await desk.rest()
    assert await desk.state(row.id) == "queued"
    desk.work(keep=False, parse=False)
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == ["здравствуйте"]


async def test_who_is_never_left_in_peace_gives_up_the_lost_all_the_same(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlines.workers.alarm.LONGEST", 0.3)
    desk.work()
    _, thread_id = await _customer(desk)
    row = await desk.replies(thread_id, "здравствуйте")
    await desk.settled(row.id, "sent")

    async def ring() -> None:
        while True:
            desk.deliverer._alarm.ring()
            await asyncio.sleep(0.02)

    ringing = asyncio.create_task(ring())
    await asyncio.sleep(0.2)

    def of_the_dead(tx: Tx) -> None:
        tx.run(_GIVE_AWAY, state="sending", lease="a node that died", leased_until=tx.now - SECOND)

    await desk.store.write(of_the_dead)
    await desk.settled(row.id, "unknown", seconds=3.0)
    ringing.cancel()


async def test_a_channel_without_room_is_left_alone_and_keeps_no_other_from_being_seen(desk: Office) -> None:
    """Putting its deliveries off again and again would keep the store busy with nothing else."""
    desk.work(deliver=False)
    _, thread_id = await _customer(desk)
    await desk.rest()
    row = await desk.replies(thread_id, "здравствуйте")
    crowded, other = 99, desk.channel_id
    first = await desk.delivery(row.id)

    def crowd(tx: Tx) -> int:
        names = ("message_id", "what", "state", "attempts")
        same = {name: getattr(first, name) for name in names}
        times = dict.fromkeys(("not_before", "created_at", "state_at"), tx.now - SECOND)
        tx.run(_ADD_CHANNEL, id=crowded, line_id=desk.line_id, kind="telegram", name="", key="crowd", created_at=0)
        threads = [(tx.new_id(tables.threads), str(number)) for number in range(300)]
        for number, name in threads:
            tx.run(_ADD_THREAD, id=number, channel_id=crowded, external_id=name, customer_id=1, created_at=0)
            known = {"id": tx.new_id(tables.deliveries), "thread_id": number, "channel_id": crowded}
            tx.run(_ADD_DELIVERY, **known, **same, **times)
        return times["not_before"]

    since = await desk.store.write(crowd)
    room = deliveries.Room(64, 24, {crowded: 0}, {}, {})
    claimed = await desk.store.write(deliveries.claim, "one", room)
    assert [job.channel_id for job in claimed.jobs] == [other]
    assert not claimed.more
    assert await desk.store.read(lambda reader: reader.all(_WHEN, channel_id=crowded)) == [(since, since)]


async def test_a_row_that_cannot_be_read_delays_no_other(desk: Office) -> None:
    desk.work(deliver=False)
    _, thread_id = await _customer(desk)
    boris = desk.fake.world.person(6)
    desk.fake.people.say(desk.bot, boris, "привет")
    other = await desk.thread(boris)
    await desk.rest()
    broken, whole = await desk.replies(thread_id, "здравствуйте"), await desk.replies(other, "добрый день")
    await desk.store.write(lambda tx: tx.run(_SPOIL, of_id=broken.id, data="{"))
    now = desk.store.clock.now()
    claimed = await desk.store.write(deliveries.claim, "one", deliveries.Room(64, 24, {}, {}, {}))
    assert [job.ref.message_id for job in claimed.jobs] == [whole.id]
    assert [number for number, _ in claimed.faults] == [(await desk.delivery(broken.id)).id]
    known = await desk.delivery(broken.id)
    assert (known.state, known.attempts) == ("queued", 0)
    assert claimed.next_at is not None
    assert claimed.next_at >= now + MINUTE


async def test_an_alarm_that_rings_all_the_time_says_when_a_look_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.workers.alarm.LONGEST", 0.2)
    alarm = Alarm(lambda: 0)
    looks = 0
    for _ in range(50):
        alarm.ring()
        assert await alarm.wait()
        looks += alarm.look_is_due()
        await asyncio.sleep(0.01)
    assert 2 <= looks <= 5


# ---------------------------------------------------------------- upkeep and tidying


async def test_a_change_of_rules_is_carried_on_after_the_store_was_away(desk: Office, away: Away) -> None:
    other = await desk.store.write(lines.create, desk.admin, "Sales", time_zone="UTC")
    upkeep = Upkeep(desk.store, "one")
    running = asyncio.create_task(upkeep.run())
    await asyncio.sleep(0.2)
    away.left[lines.rearm] = 2

    def change(tx: Tx) -> None:
        for line_id in (desk.line_id, other):
            line_rows.put(tx, line_id, rearm_after=0)
        tx.poke("rearm")

    await desk.store.write(change)

    async def carried() -> bool:
        return not await desk.store.read(lines.to_rearm)

    await desk.until(carried, seconds=5.0)
    running.cancel()


async def test_a_chore_that_fails_keeps_no_other_from_being_done(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def clumsy(tx: Tx) -> int:
        raise ZeroDivisionError("a mistake of ours")

    def happen(tx: Tx) -> None:
        for _ in range(30):
            tx.event("happened")

    monkeypatch.setattr("openlines.services.channels.close_orphans", clumsy)
    await desk.store.write(happen)
    last = await desk.store.read(event_rows.last_event_id)
    await Tidy(desk.store, kept_events=5).once()
    assert await desk.store.read(event_rows.oldest_event_id) == last - 5
