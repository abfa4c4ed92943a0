"""Deliveries when things go wrong: order kept, nothing sent twice, nobody delayed by another, the truth told."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from openlines.core.line import SECOND
from openlines.services import channels, deliveries, lines, reply
from openlines.services.channels import Wish
from openlines.services.errors import Conflict
from openlines.store import channels as channel_rows
from openlines.store import events, tables
from openlines.store.statement import Statement
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Person
from tests.workers.office import Office, office

_PUT_BACK = Statement(update(tables.deliveries).values(created_at=tables.deliveries.c.created_at - 25 * 3600 * SECOND))

pytestmark = pytest.mark.slow
_LEASES = Statement(update(tables.deliveries))


async def _customers(desk: Office, *numbers: int) -> dict[Person, int]:
    """Customers who have written, with their threads."""
    people = [desk.fake.world.person(number) for number in numbers]
    for person in people:
        desk.fake.people.say(desk.bot, person, "привет")
    return {person: await desk.thread(person) for person in people}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are minutes in life are moments here."""
    monkeypatch.setattr("openlines.workers.deliver._BACKOFF", (0.1, 0.2, 0.3))
    monkeypatch.setattr("openlines.services.deliveries.UNKNOWN_HOLDS_UP", SECOND // 2)
    monkeypatch.setattr("openlines.channels.telegram.transport._SECONDS", 1.0)
    monkeypatch.setattr("openlines.workers.deliver._STOP", 1.0)


async def test_the_bytes_left_and_no_answer_came(desk: Office) -> None:
    desk.work()
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    desk.strike("cut")
    lost, after = await desk.replies(thread_id, "один"), await desk.replies(thread_id, "два")
    known = await desk.settled(lost.id, "unknown")
    assert known.error_detail == "ServerDisconnectedError"
    await desk.settled(after.id, "sent")
    assert desk.seen(anna) == ["один", "два"], "not sent again by itself, and the next waits no longer than it must"
    assert (await desk.state(lost.id)) == "unknown"
    first, second = await desk.delivery(lost.id), await desk.delivery(after.id)
    assert second.state_at - first.state_at >= SECOND // 2
    # A person decides; then it is sent once more.
    await desk.store.write(reply.retry, desk.admin, lost.id)
    await desk.settled(lost.id, "sent")
    assert desk.seen(anna) == ["один", "два", "один"]
    with pytest.raises(Conflict):
        await desk.store.write(deliveries.retry, lost.id)


async def test_nothing_left_so_it_is_tried_again(desk: Office) -> None:
    desk.work()
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    before = await desk.store.read(channel_rows.one, desk.channel_id)
    assert before is not None
    elsewhere = Wish(settings={"base_url": "http://127.0.0.1:9"})
    await desk.store.write(channels.change, desk.admin, desk.channel_id, before.version, elsewhere, seal=desk.seal)
    row = await desk.replies(thread_id, "привет")

    async def tried() -> bool:
        return (await desk.delivery(row.id)).attempts >= 3

    await desk.until(tried)
    known = await desk.delivery(row.id)
    assert known.error == "vendor_unreachable"
    assert known.state in ("queued", "sending")
    back = Wish(settings={"base_url": desk.fake.base})
    await desk.store.write(channels.change, desk.admin, desk.channel_id, before.version + 1, back, seal=desk.seal)
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == ["привет"]


async def test_order_is_kept_while_the_first_is_tried_again(desk: Office) -> None:
    desk.work()
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    desk.strike("429", seconds=1)
    rows = [await desk.replies(thread_id, str(number)) for number in range(6)]
    await desk.settled(rows[-1].id, "sent")
    assert desk.seen(anna) == [str(number) for number in range(6)]
    assert (await desk.delivery(rows[0].id)).attempts == 2
    assert not desk.fake.world.violations


async def test_one_slowed_chat_does_not_slow_the_others(desk: Office) -> None:
    desk.work()
    threads = await _customers(desk, 5, 6)
    (anna, anna_thread), (_, boris_thread) = threads.items()
    desk.strike("429", seconds=3600, chat=anna.id)
    slowed = await desk.replies(anna_thread, "медленно")
    await desk.settled(slowed.id, "queued")
    row = await desk.replies(boris_thread, "быстро")
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == []
    assert await desk.state(slowed.id) == "queued"


async def test_two_slowed_chats_mean_that_the_channel_is_too_fast(desk: Office) -> None:
    desk.work()
    threads = await _customers(desk, 5, 6, 7)
    one, two, three = threads.values()
    desk.strike("429", seconds=3600, count=2)
    slowed = [await desk.replies(one, "a"), await desk.replies(two, "b")]
    for row in slowed:
        await _attempted(desk, row.id)
        await desk.settled(row.id, "queued")
    row = await desk.replies(three, "c")
    await asyncio.sleep(0.5)
    assert await desk.state(row.id) == "queued"
    assert [method for method, _ in desk.fake.world.calls].count("sendmessage") == 2


async def _attempted(desk: Office, message_id: int) -> None:
    async def look() -> bool:
        return (await desk.delivery(message_id)).attempts > 0

    await desk.until(look)


async def test_who_hangs_delays_nobody_else(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.channels.telegram.transport._SECONDS", 60.0)
    desk.work()
    threads = await _customers(desk, *range(5, 16))
    hanging, *others = threads.items()
    desk.strike("hang", chat=hanging[0].id)
    stuck = await desk.replies(hanging[1], "?")
    await desk.settled(stuck.id, "sending")
    started = asyncio.get_running_loop().time()
    rows = [await desk.replies(thread_id, "!") for _, thread_id in others]
    for row in rows:
        await desk.settled(row.id, "sent")
    assert asyncio.get_running_loop().time() - started < 15
    assert await desk.state(stuck.id) == "sending"


async def test_a_long_message_goes_on_where_it_was_stopped(desk: Office) -> None:
    desk.work()
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    text = "\n".join(str(number) * 1000 for number in range(10, 18))
    fault = desk.fake.world.take_fault
    count = 0

    def second_is_refused(method: str, chat_id: int | None) -> Any:
        nonlocal count
        count += method == "sendmessage"
        if method == "sendmessage" and count == 2:
            desk.strike("429", seconds=1)
        return fault(method, chat_id)

    desk.fake.world.take_fault = second_is_refused  # type: ignore[method-assign]
    row = await desk.replies(thread_id, text)
    known = await desk.settled(row.id, "sent")
    assert "".join(desk.seen(anna)).replace("\n", "") == text.replace("\n", "")
    assert known.external_id == " ".join(str(message.id) for message in desk.chat(anna) if message.author == "bot")
    assert known.attempts == 2


async def test_a_refused_token_is_said_at_once_and_heals_with_a_new_one(desk: Office) -> None:
    desk.work(keep=False)
    desk.keeper.__init__(desk.store, desk.accounts, desk.node, check_every=0.2)  # type: ignore[misc]
    keeping = asyncio.create_task(desk.keeper.run())
    desk._running.append(keeping)
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    desk.bot.revoked = True
    row = await desk.replies(thread_id, "привет")

    async def broken() -> bool:
        found = await desk.store.read(channel_rows.one, desk.channel_id)
        return found is not None and (found.state, found.state_reason) == ("broken", "token_refused")

    await desk.until(broken)
    await desk.settled(row.id, "queued")
    # @BotFather gives the same bot another token.
    fresh = desk.fake.world.add_bot(f"{desk.bot.id}:{'N' * 35}")
    fresh.chats = desk.bot.chats
    found = await desk.store.read(channel_rows.one, desk.channel_id)
    assert found is not None
    wish = Wish(secrets={"token": fresh.token})
    await desk.store.write(channels.change, desk.admin, desk.channel_id, found.version, wish, seal=desk.seal)
    await desk.settled(row.id, "sent")
    desk.bot = fresh
    assert desk.seen(anna) == ["привет"]

    async def well() -> bool:
        found = await desk.store.read(channel_rows.one, desk.channel_id)
        return found is not None and found.state == "ok"

    await desk.until(well)


async def test_a_crash_in_mid_send_leaves_unknown_and_the_rest_goes(desk: Office) -> None:
    desk.work()
    threads = await _customers(desk, 5, 6)
    (anna, anna_thread), (boris, boris_thread) = threads.items()
    desk.strike("hang", chat=anna.id)
    caught, after = await desk.replies(anna_thread, "один"), await desk.replies(anna_thread, "два")
    await desk.until(lambda: desk.seen(anna) == ["один"])
    await desk.rest(crash=True)
    waiting = await desk.replies(boris_thread, "пока нас нет")
    desk.fake.people.say(desk.bot, boris, "вы тут?")
    desk.work()
    assert (await desk.settled(caught.id, "unknown")).error_detail == "the sender was lost"
    await desk.settled(after.id, "sent")
    await desk.settled(waiting.id, "sent")
    assert desk.seen(anna) == ["один", "два"]
    assert desk.seen(boris) == ["пока нас нет"]


async def test_a_stop_is_not_a_crash(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.workers.deliver._STOP", 0.3)
    monkeypatch.setattr("openlines.channels.telegram.transport._SECONDS", 60.0)
    desk.work()
    threads = await _customers(desk, 5, 6)
    (anna, anna_thread), (boris, boris_thread) = threads.items()
    desk.strike("slow", chat=boris.id, seconds=10)  # a fifth of a second
    desk.strike("hang", chat=anna.id)
    hanging, slow = await desk.replies(anna_thread, "один"), await desk.replies(boris_thread, "два")
    many = [await desk.replies(boris_thread, str(number)) for number in range(6)]
    await desk.settled(hanging.id, "sending")
    await desk.settled(slow.id, "sending")
    await desk.rest()
    assert await desk.state(slow.id) == "sent", "what was under way could end"
    assert await desk.state(hanging.id) == "unknown"
    assert {await desk.state(row.id) for row in many} <= {"sent", "queued"}
    desk.work()
    await desk.settled(many[-1].id, "sent")
    assert desk.seen(boris) == ["два", *(str(number) for number in range(6))]


async def test_a_day_is_long_enough(desk: Office) -> None:
    desk.work(deliver=False)
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    row = await desk.replies(thread_id, "вчерашнее")
    await desk.store.write(lambda tx: tx.run(_PUT_BACK))
    fresh = await desk.replies(thread_id, "сегодняшнее")
    await desk.rest()
    desk.work()
    assert (await desk.settled(row.id, "failed")).error == "expired"
    await desk.settled(fresh.id, "sent")
    assert desk.seen(anna) == ["сегодняшнее"]


async def test_what_shall_wait_waits(desk: Office) -> None:
    desk.work(deliver=False)
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    row = await desk.replies(thread_id, "потом")
    known = await desk.delivery(row.id)

    def later(tx: Any) -> None:
        from openlines.store import deliveries as rows

        rows.put(tx, known.id, not_before=tx.now + SECOND)

    await desk.store.write(later)
    await desk.rest()
    desk.work()
    await asyncio.sleep(0.5)
    assert desk.seen(anna) == []
    await desk.settled(row.id, "sent")
    assert desk.deliverer.found_late == 0
    found = await desk.delivery(row.id)
    assert found.state_at - known.state_at >= SECOND


async def test_a_line_that_is_off_keeps_its_words(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.services.deliveries._HELD_BACK", SECOND // 4)
    desk.work(deliver=False)
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    row = await desk.replies(thread_id, "потом")
    version = await desk.store.write(lambda tx: lines._line(tx, desk.line_id).version)
    await desk.store.write(lines.change, desk.admin, desk.line_id, version, active=False)
    await desk.rest()
    desk.work()
    await asyncio.sleep(0.6)
    assert await desk.state(row.id) == "queued"
    await desk.store.write(lines.change, desk.admin, desk.line_id, version + 1, active=True)
    await desk.settled(row.id, "sent")
    assert desk.seen(anna) == ["потом"]


async def test_every_state_is_an_event(desk: Office) -> None:
    desk.work()
    ((_, thread_id),) = (await _customers(desk, 5)).items()
    row = await desk.replies(thread_id, "привет")
    await desk.settled(row.id, "sent")
    found = await desk.store.read(events.read_events, 0, 1000)
    mine = [each for each in found if each.kind == "delivery.changed"]
    assert [(each.data or {}).get("state") for each in mine] == ["sending", "sent"]
    assert all(each.message_id == row.id and each.conversation_id and each.line_id for each in mine)


async def test_marks_go_forward_only(desk: Office) -> None:
    desk.work()
    ((_, thread_id),) = (await _customers(desk, 5)).items()
    row = await desk.replies(thread_id, "привет")
    known = await desk.settled(row.id, "sent")
    assert known.external_id is not None
    mark = deliveries.mark
    assert await desk.store.write(mark, desk.channel_id, known.external_id, "read")
    assert not await desk.store.write(mark, desk.channel_id, known.external_id, "delivered")
    assert not await desk.store.write(mark, desk.channel_id, known.external_id, "failed", "late")
    assert not await desk.store.write(mark, desk.channel_id, "no-such", "read")
    assert await desk.state(row.id) == "read"


async def test_a_fault_of_ours_fails_one_message_and_not_the_thread(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.work()
    ((anna, thread_id),) = (await _customers(desk, 5)).items()
    from openlines.channels.telegram import render

    whole = render.render

    def clumsy(outgoing: Any) -> Any:
        if outgoing.text == "бум":
            raise RuntimeError("a mistake")
        return whole(outgoing)

    monkeypatch.setattr("openlines.channels.telegram.render.render", clumsy)
    bad, good = await desk.replies(thread_id, "бум"), await desk.replies(thread_id, "тихо")
    assert (await desk.settled(bad.id, "failed")).error == "unsendable"
    await desk.settled(good.id, "sent")
    assert desk.seen(anna) == ["тихо"]


@pytest.mark.postgres
async def test_two_nodes_share_the_work_and_one_takes_over(
    postgres_url: str, tmp_path: Any, telegram: FakeTelegram
) -> None:
    async with (
        office(postgres_url, tmp_path, telegram, node="one") as one,
        office(postgres_url, tmp_path, telegram, node="two", beside=one) as two,
    ):
        one.work()
        two.work(keep=False)
        threads = await _customers(one, *range(5, 11))
        rows = [await one.replies(thread_id, str(n)) for n in range(4) for thread_id in threads.values()]
        for row in rows:
            await one.settled(row.id, "sent")
        for person in threads:
            assert one.seen(person) == ["0", "1", "2", "3"]
        assert one.deliverer.counts["sent"] + two.deliverer.counts["sent"] == len(rows)
        # One dies in the middle of sending; the other finds out by the lease, and nothing is sent twice.
        (anna, anna_thread), *_ = threads.items()
        await two.rest()
        one.strike("hang", chat=anna.id)
        caught = await one.replies(anna_thread, "last words")
        await one.until(lambda: one.seen(anna)[-1] == "last words")
        await one.rest(crash=True)
        await one.store.write(lambda tx: tx.run(_LEASES, leased_until=tx.now - 1))
        two.work(keep=False)
        await two.settled(caught.id, "unknown")
        after = await two.replies(anna_thread, "after")
        await two.settled(after.id, "sent")
        assert one.seen(anna)[-2:] == ["last words", "after"]
