"""Who of a queue would be asked now, and who not and why: what the page of a line shows while it is looked at."""

from typing import NamedTuple

from openlines.core.capacity import limit_for_offers
from openlines.core.routing import Candidate, choose
from openlines.services.queue import members_of
from openlines.store import seats, users
from openlines.store.lines import LineRow, Member
from openlines.store.seats import Seat
from openlines.store.tx import Reader
from openlines.store.users import User


class Standing(NamedTuple):
    """One person. `why_not`: the first reason why nothing would be offered to him; `next`: he comes first."""

    user_id: int
    available: bool
    unavailable: str | None
    counted: int
    limit: int
    why_not: str | None
    next: bool


def of_queue(reader: Reader, line: LineRow) -> list[tuple[Member, list[Standing]]]:
    """The members of a line's queue in order, each with the people that it stands for."""
    limit = limit_for_offers(line.rules)
    people = {each.id: each for each in users.all_users(reader)}
    present = {each.user_id: each for each in seats.of_line(reader, line.id)}
    first = _first(line, people, list(present.values()))

    def standing(user_id: int) -> Standing:
        user, seat = people[user_id], present.get(user_id)
        why = _why_not(line, user, seat)
        asked = why is None and (line.rules.mode == "everyone" or user_id == first)
        counted = seat.counted if seat else 0
        return Standing(user_id, bool(user.available), user.unavailable, counted, limit, why, asked)

    return [(member, [standing(each) for each in ids]) for member, ids in members_of(reader, line.id)]


def _why_not(line: LineRow, user: User, seat: Seat | None) -> str | None:
    if not line.active:
        return "line_off"
    if seat is None or not seat.present:
        return user.unavailable or "offline"
    return None if seat.eligible else "at_limit"


def _first(line: LineRow, people: dict[int, User], found: list[Seat]) -> int | None:
    """Whom a conversation that came now would be offered to: as routing chooses."""
    candidates = [
        Candidate(
            seat.user_id,
            seat.position,
            seat.first_at,
            seat.again_at,
            seat.counted,
            seat.present,
            seat.eligible,
            people[seat.user_id].unavailable,
        )
        for seat in found
        if seat.member and seat.user_id in people
    ]
    return choose(line.rules.mode, candidates, first=True).user_id
