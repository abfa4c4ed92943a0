"""The rule of routing in its plainest form, over all members of a line: what `choose` must agree with."""

from collections.abc import Sequence

from openlines.core.line import Mode
from openlines.core.routing import Candidate


def choose_among_all(
    mode: Mode, members: Sequence[Candidate], *, first: bool, last: int | None = None
) -> tuple[int | None, bool]:
    """(whom to ask, does a new round begin) for the modes that ask somebody by name."""
    line_up = in_order(mode, members, first=first)
    able = [each.user_id for each in line_up if each.eligible]
    tried = {each.user_id for each in members if each.tried}
    for user_id in able:
        if user_id not in tried:
            return user_id, False
    for user_id in able:
        if user_id != last:
            return user_id, True
    return (able[0], True) if able else (None, False)


def in_order(mode: Mode, members: Sequence[Candidate], *, first: bool) -> list[Candidate]:
    """Stable sorts, the least important one first."""
    line_up = sorted(members, key=lambda each: each.user_id)
    line_up.sort(key=lambda each: each.position)
    if mode in ("evenly", "least_busy"):
        stamp_of_repeats = mode == "evenly" and not first
        line_up.sort(key=lambda each: each.again_at if stamp_of_repeats else each.first_at)
    if mode == "least_busy":
        line_up.sort(key=lambda each: each.counted)
    return line_up


def read_from_index(mode: Mode, members: Sequence[Candidate], *, first: bool, limit: int = 2) -> list[Candidate]:
    """What a store reads instead of all members: the head of the index, twice when nobody new is left."""
    eligible = [each for each in in_order(mode, members, first=first) if each.eligible]
    untried = [each for each in eligible if not each.tried]
    return (untried or eligible)[:limit]
