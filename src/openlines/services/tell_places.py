"""Tells those who came behind a long queue their place. Nothing is counted per message.

Routing looks at the head of a queue and knows the places there. Whoever came behind that stands at its end, so what
is untold is found there, one page from the back.
"""

from openlines.core.conversation import tells_place
from openlines.core.inputs import NobodyToOffer
from openlines.services.turn import Turn, load_some
from openlines.store import places
from openlines.store.tx import Tx

AT_ONCE = 20  # told in one transaction


def tell_those_behind(tx: Tx, line_id: int) -> bool:
    """Tells some of those at the end of a line's queue; True when there are more of them."""
    page = places.last(tx, line_id)
    due = [each for each in page if not each.place_said and each.route_at is not None and each.route_at <= tx.now]
    cases = {case.c.id: case for case in load_some(tx, [each.id for each in due[:AT_ONCE]])}
    if not cases:
        return False
    ids = [each.id for each in page]
    start = min(map(ids.index, cases))
    first = places.before(tx, cases[ids[start]].c) + 1
    for place, conversation_id in enumerate(ids[start:], first):
        case = cases.get(conversation_id)
        if case is not None and tells_place(case.c, case.rules, tx.now):
            turn = Turn(tx, case)
            turn.step(NobodyToOffer("nobody_available", place))
            turn.done()
    return len(due) > AT_ONCE
