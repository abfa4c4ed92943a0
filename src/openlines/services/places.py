"""The place in the queue and the expected wait, as the customer is told them: measured, or not said at all.

Told once, when a conversation starts to wait and nobody can be offered it (services.tell_places); the chat on the
website shows it live beyond that.
"""

import re
from statistics import median
from typing import NamedTuple

from openlines.core.line import HOUR
from openlines.core.state import Conversation
from openlines.store import places
from openlines.store.lines import settings_of
from openlines.store.places import MOST
from openlines.store.tx import Reader

LATELY = 3 * HOUR
NEWEST = 50  # answers that are looked at
ENOUGH = 5  # fewer say nothing


class Place(NamedTuple):
    """A place in the queue (1: next) and the expected wait in microseconds; None when too little is known."""

    place: int
    wait: int | None


def time_per_place(reader: Reader, line_id: int) -> int | None:
    """How long one place in the queue takes in this line at present, in microseconds, or None.

    Of the last answers to customers who had been told a place (the newest fifty, not older than three hours): the time
    from when people were responsible to the first answer, divided by the place; the median of these. Who was
    offered to somebody at once never stood in the queue and says nothing about it. Fewer than five say nothing.
    """
    found = places.taken(reader, line_id, reader.now - LATELY, NEWEST)
    return round(median(span / place for span, place in found)) if len(found) >= ENOUGH else None


def wait_of(reader: Reader, line_id: int, place: int) -> int | None:
    """The expected wait at this place, in microseconds, or None."""
    each = time_per_place(reader, line_id)
    return None if each is None else each * place


def place_of(reader: Reader, c: Conversation, settings: str) -> Place | None:
    """Where a waiting conversation stands, if its line tells it; `settings` are the line's, as stored."""
    if c.state != "waiting" or not settings_of(settings).place_on:
        return None
    place = places.before(reader, c) + 1
    return Place(place, wait_of(reader, c.line_id, place))


def of_line(reader: Reader, line_id: int) -> tuple[dict[int, int], int | None]:
    """The place of each conversation that waits in a line, and how long one place takes."""
    order = places.in_order(reader, line_id)
    return {each: place for place, each in enumerate(order, 1)}, time_per_place(reader, line_id)


_SENTENCE_END = re.compile(r"(?<=[.!?…])[ \t]+|\n+")


def without_wait(words: str) -> str:
    """The text about the place without the sentences about the wait, for when that is not known."""
    kept = [each for each in _SENTENCE_END.split(words) if "{wait}" not in each]
    return " ".join(each for each in kept if each.strip())


def position_words(place: int) -> str:
    """Beyond what is counted a number would be made up: "1000+"."""
    return str(place) if place <= MOST else f"{MOST}+"
