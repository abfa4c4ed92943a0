"""One use case's work on one conversation.

A turn takes the conversation through one or more steps of the core, collects what they ask for (messages,
facts, tries, counters) and writes everything once, at `done`: the value as a difference guarded by its
version, the messages in one statement, the seats' counters as relative changes, an event for each fact.
If anything of it fails, the group that holds it is rolled back and run again; nothing has left the house.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from openlines.channels.base import Capabilities
from openlines.channels.registry import manifest
from openlines.core import conversation as core
from openlines.core.capacity import counts, limit_for_offers
from openlines.core.inputs import Escalate, Fact, Given, Outcome, RoundOver, Say, TargetStep, TellBot, Tried, Wrote
from openlines.core.line import GLOBAL_CAP
from openlines.core.state import Conversation, Rules
from openlines.services import escalation, kpi, last_words, outsiders
from openlines.services.errors import NotFound
from openlines.services.wording import auto_message
from openlines.store import conversations, deliveries, messages, seats, threads
from openlines.store.conversations import Around
from openlines.store.lines import rules_of
from openlines.store.messages import text_of
from openlines.store.tables import deliveries as deliveries_table
from openlines.store.tables import messages as messages_table
from openlines.store.tx import Reader, Tx

# Facts that staff see as a slim line in the thread; the others are only in the log.
SHOWN_FACTS = frozenset(
    [
        "offered",
        "accepted",
        "declined",
        "timed_out",
        "round_over",
        "returned",
        "came_back",
        "queued",
        "transferred",
        "intercepted",
        "unanswered",
        "finishing",
        "finish_undone",
        "closed",
        "reopened",
        "resumed",
        "rated",
        "spam",
        "joined",
        "left",
        "pinned",
        "unpinned",
        "snoozed",
        "woken",
        "escalated",
        "chosen",
        "handed_over",
        "bot_failed",
        "rating_commented",
        "consented",
        "mailed",
        "transcript_sent",
        "transcript_asked",
    ]
)


class Case(NamedTuple):
    """A conversation with its present rules and what surrounds it."""

    c: Conversation
    rules: Rules
    around: Around


def capabilities(kind: str) -> Capabilities:
    return manifest(kind).capabilities


def rules_for(line_id: int, around: Around) -> Rules:
    return rules_of(line_id, around.line_active, around.settings, capabilities(around.kind).automatic_texts)


def load(reader: Reader, conversation_id: int) -> Case:
    found = conversations.one(reader, conversation_id)
    if found is None:
        raise NotFound("conversation", id=conversation_id)
    return Case(found[0], rules_for(found[0].line_id, found[1]), found[1])


def load_some(reader: Reader, ids: list[int]) -> list[Case]:
    return [Case(c, rules_for(c.line_id, around), around) for c, around in conversations.some(reader, ids)]


class Later:
    """Rows that several turns of one use case leave to its end: one statement then writes those of all.

    Nobody may read them before `write`, so each of the turns is of another conversation.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.tries: list[dict[str, Any]] = []

    def write(self, tx: Tx) -> None:
        if self.messages:
            messages.add_rows(tx, self.messages)
        if self.tries:
            conversations.add_tries(tx, self.tries)


class Turn:
    """See the module. `before` is None for a conversation that this turn opens."""

    __slots__ = (
        "_counting",
        "_events",
        "_later",
        "_new",
        "_rows",
        "_spoke",
        "around",
        "before",
        "by_queue",
        "c",
        "capabilities",
        "founds",
        "kicked",
        "rules",
        "seq",
        "shown",
        "stamp",
        "thread",
        "tx",
        "unblocked",
    )

    def __init__(self, tx: Tx, case: Case, *, new: bool = False, later: Later | None = None) -> None:
        self.tx = tx
        self.c, self.rules, self.around = case
        self.before = self.c
        self.capabilities = capabilities(case.around.kind)
        self.seq = case.around.seq or 0
        self.shown: dict[str, Any] = {}
        self.thread: dict[str, Any] = {}  # what changes of the thread itself, written at the end
        self.founds: dict[str, Any] | None = None  # the thread's row, if this is its first turn
        self.unblocked = False  # only for a customer who is not blocked: who blocks him looks for open conversations
        self.stamp: dict[str, int] = {}  # when it is offered, for the seat of who is asked: he has one
        self.by_queue = False  # who is asked was chosen because his seat was free
        self._counting = case.rules
        self.kicked = False  # another conversation has moved: cases that were read before are out of date
        self._new = new
        self._later = later
        self._spoke: int | None = None  # whose words go to the customer
        self._rows: list[dict[str, Any]] = []
        self._events: list[tuple[str, int | None, int | None, dict[str, Any] | None]] = []

    # --- steps ------------------------------------------------------------------------------------------

    def step(self, given: Given) -> None:
        if isinstance(given, Wrote):
            self._spoke = given.user_id
        self.c, outcomes = core.step(self.c, given, now=self.tx.now, rules=self.rules)
        self.follow(outcomes)

    def follow(self, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            match outcome:
                case Fact(code, params):
                    self.fact(code, params)
                case Say(auto, why, part):
                    self.say(auto, why, part)
                case Tried(user_id, result):
                    self._tried(user_id, result)
                case RoundOver():
                    if self._may_have_tried():
                        conversations.clear_tries(self.tx, self.c.id)
                case Escalate():
                    escalation.tell(self.tx, self.c, self.around)
                case TargetStep():
                    kpi.tell(self.tx, self.c, self.rules, self.around, outcome)
                case TellBot(what):
                    self.event("bot_told", data={"what": what})

    def _may_have_tried(self) -> bool:
        """Whether anybody may have been asked: by the queue, or as the customer's own operator before it."""
        rounds = self.before.round or self.c.round or self.rules.settings.own_days
        return bool(rounds) or self.before.offer == "everyone"

    def _tried(self, user_id: int, outcome: str) -> None:
        if outcome == "offered" and self._later is not None:
            row = {"conversation_id": self.c.id, "user_id": user_id, "outcome": outcome, "at": self.tx.now}
            self._later.tries.append(row)
        else:
            conversations.put_try(self.tx, self.c.id, user_id, outcome)

    # --- what is said and noted -------------------------------------------------------------------------

    def message(
        self,
        author: str,
        text: str = "",
        *,
        kind: str = "text",
        author_id: int | None = None,
        data: Mapping[str, Any] | None = None,
        dedupe: str | None = None,
        event: str = "message.added",
        params: dict[str, Any] | None = None,
    ) -> int:
        """Adds a message to the thread, on its way to the customer if it is for him. Returns its id."""
        tx, c = self.tx, self.c
        self.seq += 1
        message_id = tx.new_id(messages_table)
        self._rows.append(
            {
                "id": message_id,
                "thread_id": c.thread_id,
                "conversation_id": c.id,
                "seq": self.seq,
                "author": author,
                "author_id": author_id,
                "kind": kind,
                "text": text,
                "data": text_of(dict(data)) if data else "",
                "dedupe": dedupe,
                "at": tx.now,
            }
        )
        self._events.append((event, message_id, author_id if author == "operator" else None, params))
        if kind == "text":
            if author != "system":  # an automatic text would hide what the customer asks
                self.shown.update(last_words.shown(text, author, data, tx.now))
            if author != "customer" and self.capabilities.pushes:
                deliveries.add(
                    tx,
                    id=tx.new_id(deliveries_table),
                    message_id=message_id,
                    thread_id=c.thread_id,
                    channel_id=c.channel_id,
                    what="message",
                )
        return message_id

    def fact(self, code: str, params: Mapping[str, Any] = {}) -> None:
        kind = f"conversation.{code}"
        if code in SHOWN_FACTS:
            data = {"fact": {"code": code, "params": dict(params)}}
            self.message("system", kind="fact", data=data, event=kind, params=dict(params))
        else:
            self.event(code, data=dict(params))

    def noted(self, code: str, text: str, params: Mapping[str, Any] = {}) -> None:
        """A fact with words of a person, which the log must not hold."""
        data = {"fact": {"code": code, "params": dict(params)}}
        self.message("system", text, kind="fact", data=data, event=f"conversation.{code}", params=dict(params))

    def say(self, auto: str, why: str, part: tuple[int, ...] = ()) -> None:
        """An automatic text, in the customer's language. A line that is off, or a blocked customer, hears nothing."""
        if not self.rules.active or not self.rules.automatic or self.around.blocked_at is not None:
            return
        text, data = auto_message(self.tx, auto, self.c, self.rules, self.around, self.capabilities, part=part)
        if not text:
            return
        self.message("system", text, data={"auto": auto, "why": {"code": f"auto_{why}"}, **data})
        if auto == "greeting":
            self.thread["greeted_at"] = self.tx.now
        elif auto == "consent":
            self.thread["consent_asked"] = data["consent"]

    def event(self, code: str, *, user_id: int | None = None, data: dict[str, Any] | None = None) -> None:
        self._events.append((f"conversation.{code}", None, user_id, data or None))

    # --- writing ----------------------------------------------------------------------------------------

    def done(self) -> Conversation:
        tx, before, after = self.tx, self.before, self.c
        changed = after.version != before.version or bool(self.shown)
        if self.founds is not None:
            threads.add(tx, **self.founds, **self.thread)
        elif self.thread:
            put = threads.put_unblocked if self.unblocked else threads.put
            put(tx, after.thread_id, **self.thread)
        if self._new:
            conversations.insert_new(tx, after, first_seq=self._first_seq(), **self.shown)
        elif changed or after.due_at != before.due_at:
            if changed and after.version == before.version:
                after = self.c = after._replace(version=before.version + 1)
            conversations.put(tx, before, after, **self.shown)
        self._count()
        kpi.follow(tx, None if self._new else before, self._counting, after, self.rules, spoke=self._spoke)
        if self._later is not None:
            self._later.messages += self._rows
        elif self._rows:  # behind what reads or updates, which would have to wait for them to be written
            messages.add_rows(tx, self._rows)
        self._tell(changed)
        self._arm()
        return after

    def _first_seq(self) -> int:
        return int(self._rows[0]["seq"]) if self._rows else self.seq + 1

    def _count(self) -> None:
        """Moves the seats' counters by what this turn changed; whoever has room again wakes the queue."""
        old = None if self._new else _counted(self.before, self._counting)
        new = _counted(self.c, self.rules)
        if old == new:
            return
        if old is not None and new is not None and old[:2] == new[:2]:
            more = new[2] - old[2]
            if more:
                self._move(new[0], new[1], more, self.rules)
        else:
            if old is not None and old[2]:
                self._move(old[0], old[1], -old[2], self._counting)
            if new is not None and not self.stamp:  # also while it counts nothing: the customer's next words will
                outsiders.seat(self.tx, new[0], new[1], self.rules)
            if new is not None and new[2]:
                self._move(new[0], new[1], new[2], self.rules)
        if old is not None and (new is None or new[1] != old[1]):
            self._below_cap(old[1])

    def _move(self, line_id: int, user_id: int, more: int, rules: Rules) -> None:
        limit = limit_for_offers(rules.settings)
        if more > 0 and self.by_queue:
            seats.count_offer(self.tx, line_id, user_id, more, limit, **self.stamp)
        else:
            seats.count(self.tx, line_id, user_id, more, limit, **(self.stamp if more > 0 else {}))
        if more < 0 and limit:
            self._kick(line_id)

    def _below_cap(self, user_id: int) -> None:
        if conversations.open_count(self.tx, user_id) >= GLOBAL_CAP - 1:
            for line_id in seats.member_lines(self.tx, user_id):
                self._kick(line_id)

    def _kick(self, line_id: int) -> None:
        conversations.kick(self.tx, line_id)
        self.kicked = True

    def _tell(self, changed: bool) -> None:
        c = self.c
        if not self._events and changed:
            self._events.append(("conversation.changed", None, None, None))
        moved = {"from_line": self.before.line_id} if c.line_id != self.before.line_id else None
        for kind, message_id, user_id, data in self._events:
            self.tx.event(
                kind,
                line_id=c.line_id,
                conversation_id=c.id,
                thread_id=c.thread_id,
                message_id=message_id,
                user_id=user_id,
                data={**(data or {}), **moved} if moved else data,
            )

    def _arm(self) -> None:
        c = self.c
        if c.state == "waiting" and self.rules.active and c.route_at is not None and c.route_at <= self.tx.now:
            self.tx.poke(f"route:{c.line_id}")
        if c.due_at is not None and (self._new or c.due_at != self.before.due_at):
            self.tx.wake(c.due_at)


def turns(tx: Tx, cases: Iterable[Case]) -> Iterator[Turn]:
    """A turn for each case; once one of them has moved another conversation, those that follow are read anew."""
    moved = False
    for case in cases:
        turn = Turn(tx, load(tx, case.c.id) if moved else case)
        yield turn
        moved = moved or turn.kicked


def _counted(c: Conversation, rules: Rules) -> tuple[int, int, int] | None:
    """(line, operator, how much it counts) of whoever holds it or is asked by name."""
    if c.state in ("active", "closing"):
        user_id = c.operator_id
    elif c.state == "offered":
        user_id = c.offered_to
    else:
        return None
    if user_id is None:
        return None
    snoozed = c.snoozed_until is not None
    amount = counts(c.state, c.awaiting, c.replied_at is not None, rules.settings.counting, snoozed=snoozed)
    return c.line_id, user_id, amount
