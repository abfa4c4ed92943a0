"""A customer's answer to an inactivity message: a button that is pressed, or its number or caption that is typed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from openlines.core.inactivity import choice_of, may_choose, typed_choice
from openlines.core.inputs import CustomerChose
from openlines.services.turn import Case, Turn
from openlines.store.tx import Tx


class Kept(NamedTuple):
    """The message that was the choice."""

    message_id: int
    seq: int


def typed(tx: Tx, case: Case, text: str, data: Mapping[str, Any] | None, dedupe: str) -> Kept | None:
    """Keeps the words as what they were and does what they choose; None when they are a message like any other."""
    if data and data.get("files"):
        return None
    choice = typed_choice(case.c, case.rules.settings, text)
    if choice is None or not case.rules.active:
        return None
    turn = Turn(tx, case)
    message_id = turn.message("customer", text, data=data, dedupe=dedupe)
    seq = turn.seq
    turn.step(CustomerChose(choice))
    turn.done()
    return Kept(message_id, seq)


def pressed(tx: Tx, case: Case | None, key: str) -> str | None:
    """What to confirm to the presser: nothing when it was done, "choice_over" when the talk has gone on since."""
    found = choice_of(key)
    if found is None or case is None:
        return "choice_over"
    conversation_id, choice = found
    if case.c.id != conversation_id or not may_choose(case.c, choice) or not case.rules.active:
        return "choice_over"
    turn = Turn(tx, case)
    turn.step(CustomerChose(choice))
    turn.done()
    return None
