"""Which of the threads that a session asks for it may watch, and by what right."""

from typing import NamedTuple

from openlines.realtime.fanout import NOBODY, sees
from openlines.services.access import Actor, Sight, access_thread
from openlines.services.errors import NotFound
from openlines.store import conversations, screens
from openlines.store.events import last_event_id
from openlines.store.tx import Reader


class Followed(NamedTuple):
    """`cursor`: the state in which this was true. `led`: those seen only as head of somebody who has had them."""

    cursor: int
    threads: list[int] = []  # noqa: RUF012 - never changed
    led: frozenset[int] = NOBODY


def followed(reader: Reader, actor: Actor, sight: Sight, thread_ids: list[int]) -> Followed:
    """Those of these threads that may be watched."""
    cursor = last_event_id(reader)
    seen, led = [], set()
    for thread_id in thread_ids:
        try:
            thread = access_thread(reader, actor, thread_id)
        except NotFound:
            continue
        seen.append(thread_id)
        latest = conversations.open_of_thread(reader, thread_id) or thread.last_conversation_id
        if latest is not None and not _in_sight(reader, sight, latest):
            led.add(thread_id)
    return Followed(cursor, seen, frozenset(led))


def _in_sight(reader: Reader, sight: Sight, conversation_id: int) -> bool:
    if sight.everything:
        return True
    listeners = screens.listeners_of(reader, [conversation_id]).get(conversation_id, NOBODY)
    return all(sees(sight, place, listeners) for place in screens.places_of(reader, [conversation_id]))
