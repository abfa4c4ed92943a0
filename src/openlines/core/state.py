"""The value that a conversation is, and the rules that hold for it."""

from typing import Any, Literal, NamedTuple

from openlines.core.line import LineSettings
from openlines.core.schedule import Schedule

State = Literal["bot", "waiting", "offered", "active", "closing", "closed"]
STATES: tuple[State, ...] = ("bot", "waiting", "offered", "active", "closing", "closed")


class Refused(Exception):
    """The input makes no sense in this state. `code` is worded at the edge, `params` fill the words."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Conversation(NamedTuple):
    """One case in a thread. Its row in the store is read in the order of these fields."""

    id: int
    thread_id: int
    channel_id: int
    customer_id: int
    line_id: int
    version: int
    state: State
    awaiting: Literal["operator", "customer"] | None
    mode: Literal["incoming", "outgoing"]
    reason: str | None  # why it is closed
    operator_id: int | None  # who holds it; never while it waits
    offered_to: int | None
    offer: Literal["queue", "own", "transfer", "everyone"] | None
    sender_id: int | None  # who transferred it and gets it back when it is declined
    wanted_id: int | None  # the operator to be asked before the queue (the customer's own)
    department_id: int | None  # transferred to a department: only its people are asked
    bot_id: int | None
    priority: int
    round: int
    opened_at: int
    responsible_at: int | None  # people became responsible
    waiting_since: int | None
    offered_at: int | None
    accepted_at: int | None
    replied_at: int | None  # first words of a person
    customer_at: int | None  # last words of the customer
    customer_since: int | None  # first words of the customer that nobody answered
    operator_at: int | None  # last words of a person
    bot_at: int | None
    finished_at: int | None
    closed_at: int | None
    snoozed_until: int | None
    woken_at: int | None
    pinned_at: int | None
    greeted: int
    off_hours_said: int
    no_answer: str | None
    unanswered: int
    escalated: int
    last_words: str | None  # close | auto_close: to be said; said
    rating_asked_at: int | None
    rating: int | None
    rated_at: int | None
    rating_comment: str | None
    route_at: int | None  # waiting: when to look for an operator; None: not before something changes
    due_at: int | None
    kpi_step: int = 0  # highest step of the open record that was told
    inactive_said: int = 0  # inactivity messages since the last words of a person
    place_said: int = 0  # the place in the queue that the customer was told last; 0: none
    head_rating: int | None = None
    consent_asked_at: int | None = None


class Rules(NamedTuple):
    """The line's present rules, with what the channel allows."""

    line_id: int
    active: bool
    settings: LineSettings
    schedule: Schedule
    automatic: bool  # the channel takes automatic texts
