"""People outside a line's queue who come to hold one of its conversations: by a transfer, by taking it themselves."""

from openlines.core.state import Rules
from openlines.store import seats
from openlines.store.tx import Tx


def seat(tx: Tx, line_id: int, user_id: int, rules: Rules) -> None:
    """A seat for whoever has none: without a place in the queue, but telling whether he is there, as a member's does.

    A customer who comes back within the line's window comes to him by it.
    """
    if seats.one(tx, line_id, user_id) is not None:
        return
    person = seats.person(tx, user_id)
    available, active = (person[0], person[1]) if person is not None else (0, 0)
    present = int(active and (available or not rules.settings.check_availability))
    seats.add(tx, line_id, user_id, present=present, eligible=present)
