"""What can happen to a conversation, and what its step asks for in return."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from openlines.core.inactivity import Choice
from openlines.core.state import Rules

# --- inputs ---------------------------------------------------------------------------------------------


class CustomerWrote(NamedTuple):
    """`holder_unavailable`: why the holder (or, of a closed one, its last operator) cannot take it; "full"
    counts only when a closed conversation comes back."""

    open: bool = True
    somebody: bool = True
    holder_unavailable: str | None = None
    greeted_before: bool = False
    contact: bool = False  # the words hold, or the customer already gave, a way to reach him
    asks_consent: bool = False  # the line's present consent text was not said yet, or not agreed to before


class ContactGiven(NamedTuple):
    """A way to reach the customer is there, told otherwise than by his words: by the form of the chat."""

    open: bool = True


class CustomerEdited(NamedTuple):
    """Edited or deleted: the thread changes, the case does not."""


class CustomerPressed(NamedTuple):
    key: str


class CustomerChose(NamedTuple):
    """A button of an inactivity message, pressed or typed."""

    choice: Choice


class CustomerRated(NamedTuple):
    value: int  # 1 … 5; like is 5, dislike is 1
    comment: str | None = None


class HeadRated(NamedTuple):
    """By whoever leads the operator; the customer never hears of it."""

    user_id: int
    value: int  # 1 … 5


class CustomerBlocked(NamedTuple): ...


class CustomerMerged(NamedTuple):
    customer_id: int


class CustomerErased(NamedTuple): ...


class Accepted(NamedTuple):
    user_id: int


class Declined(NamedTuple):
    user_id: int
    sender_gone: bool = False


class Wrote(NamedTuple):
    user_id: int


class Noted(NamedTuple):
    user_id: int


class Joined(NamedTuple):
    user_id: int


class Left(NamedTuple):
    user_id: int


class Finished(NamedTuple):
    user_id: int | None


class FinishedNow(NamedTuple):
    user_id: int | None


class UndidFinish(NamedTuple):
    user_id: int


class MarkedSpam(NamedTuple):
    user_id: int


class Snoozed(NamedTuple):
    user_id: int
    until: int | None  # None: back into the list


class Pinned(NamedTuple):
    user_id: int
    on: bool


class Transferred(NamedTuple):
    """To exactly one of operator, department, line. `rules` are those of the line it goes to."""

    user_id: int
    to_user: int | None = None
    to_department: int | None = None
    to_line: int | None = None
    rules: Rules | None = None


class Intercepted(NamedTuple):
    user_id: int


class OperatorUnavailable(NamedTuple):
    user_id: int
    why: str
    sender_gone: bool = False


class OperatorAvailable(NamedTuple):
    user_id: int


class OperatorRemoved(NamedTuple):
    user_id: int


class Offered(NamedTuple):
    """Made by routing. `to` None: offered to everyone of the line."""

    to: int | None
    offer: Literal["queue", "own", "everyone"]
    why: Mapping[str, Any]
    new_round: bool = False


class NobodyToOffer(NamedTuple):
    """`place`: where he stands in the queue (1: next), if the line tells it; 0: it is not known or not told."""

    why: str
    place: int = 0


class BotSaid(NamedTuple): ...


class BotHandedOver(NamedTuple):
    to_user: int | None = None
    to_department: int | None = None
    why: str = "asked"


class BotFinished(NamedTuple): ...


class BotFailed(NamedTuple):
    why: str


class RulesChanged(NamedTuple): ...


class LineSwitched(NamedTuple):
    on: bool


class ChannelRemoved(NamedTuple): ...


class Woke(NamedTuple):
    """`calm`: the clock has just jumped; nothing is closed or marked until it has proved itself."""

    calm: bool = False
    sender_gone: bool = False


Given = (
    CustomerWrote
    | ContactGiven
    | CustomerEdited
    | CustomerPressed
    | CustomerChose
    | CustomerRated
    | HeadRated
    | CustomerBlocked
    | CustomerMerged
    | CustomerErased
    | Accepted
    | Declined
    | Wrote
    | Noted
    | Joined
    | Left
    | Finished
    | FinishedNow
    | UndidFinish
    | MarkedSpam
    | Snoozed
    | Pinned
    | Transferred
    | Intercepted
    | OperatorUnavailable
    | OperatorAvailable
    | OperatorRemoved
    | Offered
    | NobodyToOffer
    | BotSaid
    | BotHandedOver
    | BotFinished
    | BotFailed
    | RulesChanged
    | LineSwitched
    | ChannelRemoved
    | Woke
)


# --- outcomes -------------------------------------------------------------------------------------------


class Say(NamedTuple):
    """Send the automatic text `auto` to the customer; `why` tells staff what made us say it.

    `part`: which of the line's inactivity messages, and which button of it.
    """

    auto: str
    why: str
    part: tuple[int, ...] = ()


class Fact(NamedTuple):
    """Something staff should see in the thread and the log should keep (`conversation.<code>`)."""

    code: str
    params: Mapping[str, Any] = {}


class Tried(NamedTuple):
    """Asked in this round: `offered`, then `timeout`, `declined` or `unavailable`."""

    user_id: int
    outcome: str


class RoundOver(NamedTuple):
    """Everybody may be asked again."""


class TellBot(NamedTuple):
    what: str


class Escalate(NamedTuple):
    """The head is to be told that the customer has waited too long."""


class TargetStep(NamedTuple):
    """So many percent of the time for an answer (`kind`: first or further) have passed: who wants to know is told."""

    kind: Literal["first", "further"]
    step: int
    target: int  # seconds
    waited: int  # microseconds by the line's clock


Outcome = Say | Fact | Tried | RoundOver | TellBot | Escalate | TargetStep
