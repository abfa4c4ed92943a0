"""What happens between two statements when another node does something of its own there: on PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from openlines.services import channels, deliveries, handle, lines, presence, react, receive
from openlines.services import reply as replies
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.store import deliveries as delivery_rows
from openlines.store import lines as line_rows
from openlines.store import messages, presences, seats, threads
from openlines.store import users as user_rows
from openlines.store.errors import Contention
from openlines.support.secrets import Seal
from tests.services.portal import Portal, portal

pytestmark = pytest.mark.postgres


@pytest.fixture
def nodes(postgres_url: str) -> Iterator[tuple[Portal, Portal]]:
    with portal(postgres_url) as one, portal(postgres_url) as other:
        yield one, other


class Between:
    """Lets another node act right after one call of a function. It may have to wait for a lock that we hold."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], Any]) -> None:
        self._act = act
        self._original = getattr(module, name)
        self._thread = threading.Thread(target=self._run)
        self._error: BaseException | None = None
        monkeypatch.setattr(module, name, self._called)

    def _called(self, *args: Any, **kwargs: Any) -> Any:
        result = self._original(*args, **kwargs)
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(0.5)
        return result

    def _run(self) -> None:
        try:
            self._act()
        except BaseException as error:  # noqa: BLE001 - it is raised where the test waits for it
            self._error = error

    def done(self) -> None:
        assert self._thread.ident is not None, "nothing was called"
        self._thread.join(20)
        if self._error is not None:
            raise self._error


def seat_of(house: Portal, line_id: int, user_id: int) -> seats.Seat:
    found = house.do(seats.one, line_id, user_id)
    assert found is not None
    return found


def test_the_grace_begins_when_the_last_connections_with_two_nodes_go_at_once(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A", online=False)
    for node in ("left", "right"):
        house.do(presence.renew, node)
        house.do(presence.connected, a.user_id, node)
    both = Between(monkeypatch, presences, "alive", lambda: other.do(presence.disconnected, a.user_id, "right"))
    house.do(presence.disconnected, a.user_id, "left")
    both.done()
    user = house.do(user_rows.user_by_id, a.user_id)
    assert user is not None
    assert user.grace_until is not None
    for _ in range(5):
        house.after(13)
        house.do(presence.renew, "left")
    user = house.do(user_rows.user_by_id, a.user_id)
    assert user is not None
    assert not user.available


def test_who_comes_back_while_his_customer_writes_stays_at_his_limit(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    line = house.line(a, limit=1)
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.do(handle.pin, a, one, True)
    house.do(presence.choose, a.user_id, "pause")
    busy = Between(monkeypatch, seats, "of_user", lambda: other.writes(channel, "one", dedupe="again"))
    house.do(presence.choose, a.user_id, "online")
    busy.done()
    seat = seat_of(house, line, a.user_id)
    assert (seat.present, seat.counted, seat.eligible) == (1, 1, 0)


def test_who_comes_back_while_a_conversation_of_his_ends_gets_the_next_one(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    channel = house.channel(house.line(a, limit=1))
    one, two = (house.writes(channel, name).conversation_id for name in ("one", "two"))
    house.accepts(a, one)
    house.do(presence.choose, a.user_id, "pause")
    freed = Between(monkeypatch, seats, "of_user", lambda: other.acts(handle.finish, a, one, now=True))
    house.do(presence.choose, a.user_id, "online")
    freed.done()
    house.settle()
    assert house.offered_to(two) == a.user_id


def test_counters_are_right_after_a_change_of_the_rule_while_somebody_answers(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    line = house.line(a, limit=2, counting="not_replied")
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    changed = Between(monkeypatch, replies, "access_conversation", lambda: other.change(line, counting="open"))
    house.replies(a, one)
    changed.done()
    house.settle()
    assert {a.user_id: seat_of(house, line, a.user_id).counted} == house.do(seats.recount, line, "open")


def test_a_limit_that_is_lowered_while_a_customer_writes_holds(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    line = house.line(a, limit=5)
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    lowered = Between(monkeypatch, receive, "arrive", lambda: other.change(line, limit=1))
    house.writes(channel, "one", "one more thing")
    lowered.done()
    house.settle()
    seat = seat_of(house, line, a.user_id)
    assert (seat.counted, seat.eligible) == (1, 0)


def chat(house: Portal, line_id: int) -> int:
    return house.do(lambda tx: channels.create(tx, house.admin, line_id, "website", "Chat", seal=Seal(b"k" * 32)))


def test_of_two_chats_that_are_made_at_once_a_line_gets_one(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    line = house.line(house.operator("A"))
    second = Between(monkeypatch, channels, "_one_of_a_kind", lambda: chat(other, line))
    chat(house, line)
    with pytest.raises(Conflict, match="kind_taken"):
        second.done()


def test_no_chat_is_made_for_a_line_that_is_being_removed(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    line = house.line(house.operator("A"))
    late = Between(monkeypatch, line_rows, "channel_count", lambda: chat(other, line))
    house.do(lines.remove, house.admin, line)
    with pytest.raises(NotFound):
        late.done()


def test_nothing_is_transferred_to_a_line_that_is_being_removed(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    one = house.writes(house.channel(house.line(a)), "one").conversation_id
    line = house.line(a, name="Other")
    late = Between(
        monkeypatch,
        line_rows,
        "channel_count",
        lambda: other.do(handle.transfer, house.admin, one, line_id=line),
    )
    house.do(lines.remove, house.admin, line)
    with pytest.raises(Invalid):
        late.done()


def test_what_a_customer_has_seen_never_goes_back(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    one = house.writes(house.channel(house.line(a)), "one")
    last = [house.replies(a, one.conversation_id, words) for words in ("first", "second", "third")][-1]
    farther = Between(
        monkeypatch, messages, "last_seq", lambda: other.do(react.mark_seen, one.thread_id, read=last.seq)
    )
    house.do(react.mark_seen, one.thread_id, delivered=last.seq - 1, read=last.seq - 2)
    farther.done()
    thread = house.do(threads.one, one.thread_id)
    assert thread is not None
    assert (thread.delivered_seq, thread.read_seq) == (last.seq, last.seq)


def test_a_tick_never_goes_back(nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch) -> None:
    house, other = nodes
    a = house.operator("A")
    channel = house.channel(house.line(a), kind="telegram")
    one = house.writes(channel, "one")
    said = house.replies(a, one.conversation_id)
    delivery = house.do(delivery_rows.of_message, said.id)[0]
    house.do(lambda tx: delivery_rows.put(tx, delivery.id, state="sent", external_id="7"))
    read = Between(monkeypatch, messages, "one", lambda: other.do(deliveries.mark, channel, "7", "read"))
    assert not house.do(deliveries.mark, channel, "7", "delivered")
    read.done()
    assert [each.state for each in house.do(delivery_rows.of_message, said.id)] == ["read"]


def test_a_customer_who_is_blocked_at_his_first_words_has_no_open_conversation(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one")
    house.acts(handle.finish, a, one.conversation_id, now=True)
    blocked = Between(monkeypatch, receive, "arrive", lambda: other.do(handle.block, house.admin, one.thread_id))
    with pytest.raises(Contention):
        house.writes(channel, "one", "again")
    blocked.done()
    house.writes(channel, "one", "again")
    assert [c.state for c in house.all()] == ["closed"]


def test_a_customer_who_comes_back_while_he_is_blocked_has_no_open_conversation(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    channel = house.channel(house.line(a, reopen_window=3600))
    one = house.writes(channel, "one")
    house.acts(handle.finish, a, one.conversation_id, now=True)
    blocked = Between(monkeypatch, receive, "arrive", lambda: other.do(handle.block, house.admin, one.thread_id))
    with pytest.raises(Contention):
        house.writes(channel, "one", "again")
    blocked.done()
    assert [c.state for c in house.all()] == ["closed"]


def test_who_is_blocked_just_after_his_first_words_has_no_open_conversation(
    nodes: tuple[Portal, Portal], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = nodes
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one")
    house.acts(handle.finish, a, one.conversation_id, now=True)
    late = Between(monkeypatch, handle, "access_thread", lambda: other.writes(channel, "one", dedupe="again"))
    house.do(handle.block, house.admin, one.thread_id)
    late.done()
    assert [c.state for c in house.all()] == ["closed", "closed"]
