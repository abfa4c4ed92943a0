"""How much one operator has in hand: the table of rules.md 3."""

from openlines.core.line import GLOBAL_CAP, Counting, LineSettings
from openlines.core.state import State


def counts(state: State, awaiting: str | None, replied: bool, rule: Counting, *, snoozed: bool = False) -> int:
    """1 when a conversation counts for the operator who holds it or to whom it is offered by name, else 0.

    `replied`: a person has already answered in this conversation; `snoozed` counts as the customer's turn.
    An offer to everyone counts for nobody: do not ask.
    """
    if state == "offered":
        return 1
    if state != "active":
        return 0
    if rule == "open":
        return 1
    owed = awaiting == "operator" and not snoozed
    return int(owed and (rule == "not_replied" or not replied))


def counts_globally(state: State) -> int:
    """1 when a conversation counts against the cap of an operator over all lines, else 0."""
    return int(state in ("offered", "active"))


def has_room(counted: int, limit: int, open_count: int) -> bool:
    """Whether one more may be offered: below the line's limit (0 = none) and below the cap over all lines."""
    return (limit == 0 or counted < limit) and open_count < GLOBAL_CAP


def limit_for_offers(settings: LineSettings) -> int:
    """The limit that routing respects in this line; 0 = none."""
    if settings.mode == "everyone" and not settings.everyone_respects_limit:
        return 0
    return settings.limit
