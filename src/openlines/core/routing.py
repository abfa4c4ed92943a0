"""Who gets the next conversation, and why: rules.md 4.

The store reads the first few seats of an index in the order of the line's mode; `choose` decides among them
and explains the decision as data (a code with parameters, worded at the edge). The tests compare it with the
same rule stated plainly over all members of a line.

What a caller must read for `choose` to be exact: of a first offer the first two eligible members in the
mode's order; of a re-offer the first two eligible ones that this round has not asked, and when there is
none the first two eligible ones at all (they are all `tried` then). More candidates, eligible or not, only
make the explanation richer.

Orders (a person's id is the last word, so that two nodes decide alike):

    evenly      first offer: first_at, position; re-offer: again_at, position
    strictly    position
    least_busy  counted, first_at, position
    everyone    nobody by name

A re-offer skips everybody whom this round has asked. When all have been asked a new round begins; it goes
straight back to the one who has just let it pass only when there is nobody else.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from openlines.core.line import DAY, MINUTE, LineSettings, Mode
from openlines.core.state import Conversation

AGEING = 10 * MINUTE  # of waiting are worth one class of priority, so that nothing starves (docs/adr/0007)
NAMED = 5  # so many of those skipped are named; the rest is counted

# Why somebody was chosen, or nobody.
Chosen = Literal[
    "only_one",  # nobody else can take it
    "longest_without_new",  # evenly, first offer; {since: instant | None}
    "longest_without_repeat",  # evenly, re-offer; {since: instant | None}
    "next_in_order",  # strictly
    "fewest",  # least_busy; {counted}
    "round_again",  # all were asked; the next round began
    "everyone",
    "own_operator",  # the customer's last operator; {at: instant}
    "asked_for",  # a bot named the operator
    "started",  # the operator started it
]
Nobody = Literal[
    "queue_empty",
    "nobody_available",
    "all_at_limit",
    "all_declined",
    "line_off",
    "held_until_opening",  # {opens_at: instant | None}
]
# Why somebody was skipped; besides these the reasons of availability.
Skipped = Literal["at_limit", "tried", "declined", "just_asked"]


class Reason(NamedTuple):
    """Why, as one of the codes above with what its words need."""

    code: Chosen | Nobody
    params: Mapping[str, Any] = {}


class Candidate(NamedTuple):
    """A member of the queue as routing sees him. `eligible`: present and below the line's limit and the cap.

    `tried`: this round has asked him; `declined`: he hides an offer to everyone; `unavailable`: why he is
    not present. Stamps are 0 for who never had an offer.
    """

    user_id: int
    position: int
    first_at: int
    again_at: int
    counted: int
    present: int
    eligible: int
    unavailable: str | None = None
    tried: bool = False
    declined: bool = False


class Choice(NamedTuple):
    """Whom to ask: one person, `everyone`, or nobody (then `reason` says why not).

    `skipped`: who would have come before him and why not, five at the most; `rest`: how many more, by reason.
    """

    user_id: int | None
    reason: Reason
    everyone: bool = False
    new_round: bool = False
    skipped: tuple[tuple[int, str], ...] = ()
    rest: Mapping[str, int] = {}

    def explained(self) -> dict[str, Any]:
        """The stored form: {code, params?, skipped?: [[user, why]], rest?: {why: how many}}."""
        said: dict[str, Any] = {"code": self.reason.code}
        if self.reason.params:
            said["params"] = dict(self.reason.params)
        if self.skipped:
            said["skipped"] = [list(each) for each in self.skipped]
        if self.rest:
            said["rest"] = dict(self.rest)
        return said


class Waiting(NamedTuple):
    """A conversation that waits; `since` is when its wait began."""

    conversation_id: int
    priority: int
    since: int


# --- whom to ask ----------------------------------------------------------------------------------------


def choose(
    mode: Mode,
    candidates: Sequence[Candidate],
    *,
    first: bool,
    last: int | None = None,
    members: int | None = None,
    somebody: bool | None = None,
) -> Choice:
    """Decide among candidates in any order.

    `first`: the conversation has not been offered by this queue yet; `last`: whom it was offered to last.
    `members` and `somebody` (is anybody present?) tell empty from busy when the candidates are not all there is.
    """
    free = [each for each in candidates if each.eligible]
    if mode == "everyone":
        return _invite(candidates, free, members, somebody)
    if not free:
        return _nobody(candidates, members, somebody)
    untried = [each for each in free if not each.tried]
    others = [each for each in free if each.user_id != last]
    chosen = min(untried or others or free, key=lambda each: place_of(mode, each, first=first))
    mark = place_of(mode, chosen, first=first)
    ahead = [each for each in candidates if place_of(mode, each, first=first) < mark]
    ahead.sort(key=lambda each: place_of(mode, each, first=first))
    alone = len(free) == 1 and (first or chosen.tried)
    reason = Reason("only_one") if alone else _reason(mode, chosen, first=first, again=not untried)
    named, rest = _skipped(ahead, new_round=not untried)
    return Choice(chosen.user_id, reason, new_round=not untried, skipped=named, rest=rest)


def choose_wanted(candidate: Candidate | None, why: Reason) -> Choice | None:
    """An offer to one operator before the queue (the customer's own, one named by a bot); None if he cannot."""
    if candidate is None or not candidate.eligible or candidate.tried:
        return None
    return Choice(candidate.user_id, why)


def owns_still(settings: LineSettings, last_at: int | None, now: int) -> bool:
    """Whether a customer who last spoke with an operator at `last_at` should come to him first."""
    return last_at is not None and settings.own_days > 0 and now - last_at <= settings.own_days * DAY


def why_wanted(c: Conversation) -> Reason:
    """Why somebody is asked by name before the queue: a bot that handed over named him, or he spoke with this customer
    last."""
    return Reason("own_operator" if c.bot_id is None else "asked_for")


def next_stamp(now: int, newest: int) -> int:
    """The stamp of a new offer; `newest` is the greatest one (of the same kind) that a seat of the line has.

    Later than every other, also when several offers are made at one instant, as in one transaction: between
    equal stamps the order of the queue would decide, and the first in it would get more than his share.
    """
    return max(now, newest + 1)


def place_of(mode: Mode, each: Candidate, *, first: bool) -> tuple[int, ...]:
    """What the people of a queue are ordered by; the smallest comes first."""
    if mode == "strictly":
        return each.position, each.user_id
    if mode == "least_busy":
        return each.counted, each.first_at, each.position, each.user_id
    return each.first_at if first else each.again_at, each.position, each.user_id


def _reason(mode: Mode, chosen: Candidate, *, first: bool, again: bool) -> Reason:
    if again:
        return Reason("round_again")
    if mode == "strictly":
        return Reason("next_in_order")
    if mode == "least_busy":
        return Reason("fewest", {"counted": chosen.counted})
    if first:
        return Reason("longest_without_new", {"since": chosen.first_at or None})
    return Reason("longest_without_repeat", {"since": chosen.again_at or None})


def _invite(
    candidates: Sequence[Candidate], free: Sequence[Candidate], members: int | None, somebody: bool | None
) -> Choice:
    """To everyone: who is invited is derived, so a choice names nobody; the timer ends the round."""
    if not free:
        return _nobody(candidates, members, somebody)
    left_out = [each for each in candidates if not each.eligible or each.declined]
    named, rest = _skipped(left_out)
    if all(each.declined for each in free):
        return Choice(None, Reason("all_declined"), skipped=named, rest=rest)
    return Choice(None, Reason("everyone"), everyone=True, skipped=named, rest=rest)


def _nobody(candidates: Sequence[Candidate], members: int | None, somebody: bool | None) -> Choice:
    if somebody is None:
        somebody = any(each.present for each in candidates)
    busy: Nobody = "all_at_limit" if somebody else "nobody_available"
    anybody = len(candidates) if members is None else members
    named, rest = _skipped(sorted(candidates, key=lambda each: (each.position, each.user_id)))
    return Choice(None, Reason(busy if anybody else "queue_empty"), skipped=named, rest=rest)


def _skipped(
    ahead: Sequence[Candidate], *, new_round: bool = False
) -> tuple[tuple[tuple[int, str], ...], Mapping[str, int]]:
    named = tuple((each.user_id, _why_skipped(each, new_round=new_round)) for each in ahead)
    return named[:NAMED], Counter(why for _, why in named[NAMED:])


def _why_skipped(each: Candidate, *, new_round: bool) -> str:
    if not each.present:
        return each.unavailable or "offline"
    why: Skipped = "just_asked" if new_round else "tried"
    if not each.eligible:
        why = "at_limit"
    elif each.declined:
        why = "declined"
    return why


# --- which conversation -------------------------------------------------------------------------------


def pick_order(waiting: Sequence[Waiting]) -> list[Waiting]:
    """Waiting conversations in the order in which they are served; the store's index has the same."""
    return sorted(waiting, key=lambda each: (each.since - each.priority * AGEING, each.conversation_id))


def held(settings: LineSettings, *, active: bool, open_now: bool, opens_at: int | None = None) -> Reason | None:
    """Why a line offers nothing at all at the moment, or None."""
    if not active:
        return Reason("line_off")
    if settings.hours_on and settings.off_hours != "offer" and not open_now:
        return Reason("held_until_opening", {"opens_at": opens_at})
    return None
