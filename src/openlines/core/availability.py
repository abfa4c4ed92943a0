"""Who can take a conversation now: the first reason why not, and when time alone will change that."""

from typing import Literal, NamedTuple

from openlines.core.line import SECOND

GRACE = 60 * SECOND  # after the last connection has gone a person still counts as online (rules.md 3)

Presence = Literal["online", "pause", "offline"]
Unavailable = Literal["inactive", "absent", "pause", "offline"]
UNAVAILABLE: tuple[Unavailable, ...] = ("inactive", "absent", "pause", "offline")  # in the order of asking


class Person(NamedTuple):
    """What is known of a user. Instants are microseconds.

    An absence without an end lasts until somebody ends it; one without a beginning has begun.
    `grace_until` is None while a connection is alive; when the last one has gone it says until when the
    person counts as online, whatever `online` says.
    """

    active: bool = True
    absent_from: int | None = None
    absent_until: int | None = None
    presence: Presence = "online"  # what the person has chosen
    online: bool = True
    grace_until: int | None = None


def availability(person: Person, now: int, *, check: bool = True) -> Unavailable | None:
    """Why nothing can be offered to this person, or None when it can.

    `check` is the line's availability check; without it only the account counts. Limits are no matter of
    availability (see capacity).
    """
    if not person.active:
        return "inactive"
    if not check:
        return None
    if _absent(person, now):
        return "absent"
    if person.presence == "pause":
        return "pause"
    if person.presence == "offline" or not _online(person, now):
        return "offline"
    return None


def next_change(person: Person, now: int) -> int | None:
    """The next instant at which time alone changes the answer of `availability`, or None."""
    present = availability(person, now)
    moments = sorted(
        at for at in (person.absent_from, person.absent_until, person.grace_until) if at is not None and at > now
    )
    return next((at for at in moments if availability(person, at) != present), None)


def _absent(person: Person, now: int) -> bool:
    limited = person.absent_from is not None or person.absent_until is not None
    begun = person.absent_from is None or person.absent_from <= now
    over = person.absent_until is not None and person.absent_until <= now
    return limited and begun and not over


def _online(person: Person, now: int) -> bool:
    return person.online if person.grace_until is None else now < person.grace_until
