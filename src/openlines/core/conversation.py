"""The conversation: one case in a thread, from the first words to the rating.

Theory of operation
-------------------
A conversation is an immutable value. `step` takes what happened (an input) and answers with the next value
and with outcomes: what to say to the customer, which facts to write down, who was tried. It reads no clock
and asks nobody: whatever it must know (is somebody available? is the line open?) comes with the input.

Time is data. The value stores *anchors* (when something happened) and `timers` derives from them and from
the line's present rules what is due and when; nothing else is stored about the future, so a change of
rules is as if the new rules had always held. `due_at` is the earliest timer. It is moved earlier at once and
later lazily: a wake-up that comes early or twice finds nothing due, sets `due_at` right and does nothing
else. `Woke` plays every timer that is due, in order of their times.

Between any two lines of the caller the process may die: the value, its messages and its facts are written in
one transaction, so either the step happened or it did not, and the timer that asked for it is still due.

States: `bot` leads; `waiting` needs a person and nobody is asked; `offered` to one operator (`offered_to`) or
to the whole line (`offered_to` is None); `active` has an operator; `closing` said its last words; `closed`.

The table (checked against the code by a test). `–` nothing happens (`due_at` may be set right, staff may be
told); `=` the state stays, something of the case may change; a state: the one that can follow; `!code`
refused, because …

input                bot                              waiting                          offered                             active                           closing               closed
CustomerWrote        =                                =,closed                         =                                   =,waiting                        waiting,active        =,waiting,active,!closed
ContactGiven         –                                –,closed                         –                                   –                                –                     –
CustomerEdited       –                                –                                –                                   –                                –                     –
CustomerPressed      =                                –                                –                                   –                                –                     –
CustomerChose        –                                –                                –                                   =,closing,closed                 –                     –
CustomerRated        =,!rating_off,!rating_too_early  =,!rating_off,!rating_too_early  =,!rating_off,!rating_too_early     =,!rating_off,!rating_too_early  =,closed,!rating_off  =,!rating_off
HeadRated            =                                =                                =                                   =                                =                     =
CustomerBlocked      closed                           closed                           closed                              closed                           closed                –
CustomerMerged       =                                =                                =                                   =                                =                     =
CustomerErased       closed                           closed                           closed                              closed                           closed                –
Accepted             !bot_leads                       active                           active,!offered_to_other            !taken                           !closing              !closed
Declined             !not_offered                     !not_offered                     –,waiting,active,!not_offered       !not_offered                     !not_offered          !not_offered
Wrote                !bot_leads                       active,!line_off                 active,!line_off,!offered_to_other  =,!line_off                      =,!line_off           !closed
Noted                –                                –                                –                                   –                                –                     –
Joined               –                                –                                –                                   –                                –                     !closed
Left                 –                                –                                –                                   –                                –                     –
Finished             closing,closed                   closing,closed                   closing,closed                      closing,closed                   closed                !closed
FinishedNow          closed                           closed                           closed                              closed                           closed                !closed
UndidFinish          !not_finished                    !not_finished                    !not_finished                       !not_finished                    waiting,active,bot    waiting,active,bot,!too_late
MarkedSpam           closed                           closed                           closed                              closed                           closed                =
Snoozed              !not_active                      !not_active                      !not_active                         =                                !not_active           !closed
Pinned               !not_active                      !not_active                      !not_active                         =                                !not_active           !closed
Transferred          waiting,offered,active           =,offered,active                 =,waiting,active                    =,waiting,offered,!already_his   !closing              !closed
Intercepted          active                           active                           active                              =,!already_yours                 active                !closed
OperatorUnavailable  –                                –                                –,waiting,active                    –                                –                     –
OperatorAvailable    –                                –                                –                                   –                                –                     –
OperatorRemoved      –                                =                                =,waiting,active                    –,waiting                        –                     –
Offered              –                                offered                          –                                   –                                –                     –
NobodyToOffer        –                                =                                –                                   –                                –                     –
BotSaid              =                                –                                –                                   –                                –                     –
BotHandedOver        waiting                          –                                –                                   –                                –                     –
BotFinished          closing,closed                   –                                –                                   –                                –                     –
BotFailed            waiting                          –                                –                                   –                                –                     –
RulesChanged         –                                =                                –,waiting                           –                                –                     –
LineSwitched         –                                =                                –                                   –                                –                     –
ChannelRemoved       closed                           closed                           closed                              closed                           closed                –
Woke                 –,waiting                        =                                =,waiting,active                    =,waiting,closing,closed         =,closed              =
"""  # noqa: E501

from collections.abc import Callable, Mapping
from typing import Any, Literal

from openlines.core import collecting
from openlines.core.inactivity import due_messages, may_choose
from openlines.core.inputs import (
    Accepted,
    BotFailed,
    BotFinished,
    BotHandedOver,
    BotSaid,
    ChannelRemoved,
    ContactGiven,
    CustomerBlocked,
    CustomerChose,
    CustomerEdited,
    CustomerErased,
    CustomerMerged,
    CustomerPressed,
    CustomerRated,
    CustomerWrote,
    Declined,
    Escalate,
    Fact,
    Finished,
    FinishedNow,
    Given,
    HeadRated,
    Intercepted,
    Joined,
    Left,
    LineSwitched,
    MarkedSpam,
    NobodyToOffer,
    Noted,
    Offered,
    OperatorAvailable,
    OperatorRemoved,
    OperatorUnavailable,
    Outcome,
    Pinned,
    RoundOver,
    RulesChanged,
    Say,
    Snoozed,
    TargetStep,
    TellBot,
    Transferred,
    Tried,
    UndidFinish,
    Woke,
    Wrote,
)
from openlines.core.kpi import passed, reached
from openlines.core.line import DAY, SECOND, LineSettings
from openlines.core.rating import COMMENT_TIME
from openlines.core.schedule import is_open, next_open
from openlines.core.state import Conversation, Refused, Rules, State
from openlines.core.timers import due_at, holds, owes_place, place_at, timers, waited

Stepped = tuple[Conversation, tuple[Outcome, ...]]

_NOTHING: tuple[Outcome, ...] = ()
UNDO_CLOSED = 10 * SECOND  # a finish that closed at once can be undone so long
LATE_RATING = 7 * DAY  # so long after its limit a rating is answered with "too late"; later it is a message


# --- the step -------------------------------------------------------------------------------------------


def step(c: Conversation, given: Given, *, now: int, rules: Rules) -> Stepped:
    """Answer one input. Raises `Refused` where the table says so; the conversation is then unchanged."""
    changed, outcomes = _TABLE[type(given)](c, given, now, rules)
    if changed is c and not isinstance(given, (Woke, RulesChanged, LineSwitched)):
        return c, outcomes
    due = due_at(changed, rules if not isinstance(given, Transferred) or given.rules is None else given.rules, now)
    if isinstance(given, Woke) and given.calm:
        due = _due_when_calm(changed, now, rules)
    exact = isinstance(given, (Woke, RulesChanged, LineSwitched)) or changed.state == "closed"
    if not exact and c.due_at is not None and (due is None or due > c.due_at):
        due = c.due_at  # later lazily: an early wake-up sets it right
    if changed is not c:
        return changed._replace(due_at=due, version=c.version + 1), outcomes
    return (c if due == c.due_at else c._replace(due_at=due)), outcomes


def opened(  # noqa: PLR0913
    *,
    id: int,  # noqa: A002
    thread_id: int,
    channel_id: int,
    customer_id: int,
    now: int,
    rules: Rules,
    operator_id: int | None = None,
    bot_id: int | None = None,
    wanted_id: int | None = None,
) -> Stepped:
    """A new conversation: an operator's own (outgoing), a bot's, or one for the queue, in this order.

    Of an incoming one the customer's words follow as an input of their own.
    """
    state: State = "active" if operator_id is not None else "bot" if bot_id else "waiting"
    mode: Literal["incoming", "outgoing"] = "outgoing" if operator_id is not None else "incoming"
    people = state == "waiting"
    c = Conversation(
        id=id,
        thread_id=thread_id,
        channel_id=channel_id,
        customer_id=customer_id,
        line_id=rules.line_id,
        version=1,
        state=state,
        awaiting="customer" if state == "active" else None,
        mode=mode,
        reason=None,
        operator_id=operator_id,
        offered_to=None,
        offer=None,
        sender_id=None,
        wanted_id=wanted_id if people else None,
        department_id=None,
        bot_id=bot_id if state == "bot" else None,
        priority=rules.settings.priority,
        round=0,
        opened_at=now,
        responsible_at=None if state == "bot" else now,
        waiting_since=now if people else None,
        offered_at=None,
        accepted_at=now if state == "active" else None,
        replied_at=None,
        customer_at=None,
        customer_since=None,
        operator_at=None,
        bot_at=None,
        finished_at=None,
        closed_at=None,
        snoozed_until=None,
        woken_at=None,
        pinned_at=None,
        greeted=0,
        off_hours_said=0,
        no_answer=None,
        unanswered=0,
        escalated=0,
        last_words=None,
        rating_asked_at=None,
        rating=None,
        rated_at=None,
        rating_comment=None,
        route_at=_route_at(rules, now) if people else None,
        due_at=None,
    )
    params = {"operator": operator_id} if operator_id is not None else {}
    return c._replace(due_at=due_at(c, rules, now)), (Fact("opened", params),)


def may_reopen(c: Conversation, rules: Rules, now: int) -> bool:
    """Do the customer's words go to this closed conversation instead of opening the next one?"""
    if collecting.written_down(c, rules, now):
        return True
    return (
        c.closed_at is not None
        and c.reason in ("finished", "silent", "rated", "chosen")
        and now < c.closed_at + rules.settings.reopen_window * SECOND
    )


def rating_awaited(c: Conversation, rules: Rules, now: int) -> Literal["yes", "late", "no"]:
    """Is a bare digit (or a button) a rating of this conversation? "late": the customer is told so."""
    if c.rating_asked_at is None or c.rating is not None or c.state not in ("closing", "closed"):
        return "no"
    if rules.settings.rating == "off":
        return "no"
    return rating_time(c, rules, now)


def rating_time(c: Conversation, rules: Rules, now: int) -> Literal["yes", "late", "no"]:
    """Whether the time to rate is over; "no": so long that the words are a message like any other."""
    limit = rules.settings.rating_limit * SECOND
    asked = c.rating_asked_at or c.closed_at or c.finished_at
    if not limit or asked is None or now <= asked + limit:
        return "yes"
    return "late" if now <= asked + limit + LATE_RATING else "no"


# --- pieces the handlers share --------------------------------------------------------------------------


def _route_at(rules: Rules, now: int) -> int | None:
    """When to look for an operator: now, or when the line opens if it holds what comes off hours."""
    return next_open(rules.schedule, now) if holds(rules) else now


def _queued(c: Conversation, rules: Rules, now: int, **changes: Any) -> Conversation:
    """Back into the queue: nobody holds it, nobody is asked, and there is routing to do."""
    fields: dict[str, Any] = {
        "state": "waiting",
        "awaiting": None,
        "operator_id": None,
        "offered_to": None,
        "offer": None,
        "offered_at": None,
        "accepted_at": None,
        "sender_id": None,
        "pinned_at": None,
        "snoozed_until": None,
        "inactive_said": 0,
        "finished_at": None,
        "closed_at": None,
        "reason": None,
        "waiting_since": c.waiting_since or c.customer_since or now,
        "responsible_at": c.responsible_at or now,
        "route_at": _route_at(rules, now),
    }
    fields.update(changes)
    return c._replace(**fields)


def _held(c: Conversation, user_id: int, now: int, **changes: Any) -> Conversation:
    """In the hands of one operator."""
    fields: dict[str, Any] = {
        "state": "active",
        "awaiting": "operator" if c.customer_since is not None else "customer",
        "operator_id": user_id,
        "offered_to": None,
        "offer": None,
        "offered_at": None,
        "sender_id": None,
        "wanted_id": None,
        "department_id": None,
        "waiting_since": None,
        "route_at": None,
        "responsible_at": c.responsible_at or now,
        "accepted_at": now,
        "snoozed_until": None,
        "inactive_said": 0,
        "finished_at": None,
        "closed_at": None,
        "reason": None,
    }
    fields.update(changes)
    return c._replace(**fields)


def _closed(c: Conversation, now: int, reason: str, **changes: Any) -> Conversation:
    fields: dict[str, Any] = {
        "state": "closed",
        "awaiting": None,
        "reason": reason,
        "closed_at": now,
        "finished_at": c.finished_at or now,
        "offered_to": None,
        "offer": None,
        "offered_at": None,
        "sender_id": None,
        "waiting_since": None,
        "route_at": None,
        "snoozed_until": None,
        "pinned_at": None,
        "last_words": c.last_words if c.last_words == "said" else None,
    }
    fields.update(changes)
    return c._replace(**fields)


def _answered(c: Conversation, now: int) -> dict[str, Any]:
    """What the words of a person do to the anchors of an active conversation."""
    return {
        "awaiting": "customer",
        "replied_at": c.replied_at or now,
        "operator_at": now,
        "customer_since": None,
        "unanswered": 0,
        "escalated": 0,
        "off_hours_said": 0,
        "kpi_step": 0,
        "snoozed_until": None,
        "inactive_said": 0,
        "last_words": None,
        "rating_asked_at": None if c.rating is None else c.rating_asked_at,
    }


def _back_to_sender(c: Conversation, rules: Rules, now: int, fact: Fact, *, sender_gone: bool) -> Stepped:
    """A transfer that was not taken: to the one who sent it, with a word; to the queue when he is gone."""
    if c.sender_id is None or sender_gone:
        return _queued(c, rules, now), (fact, Fact("queued", {"why": "sender_gone"}))
    return _held(c, c.sender_id, now), (fact, Fact("came_back", {"to": c.sender_id}))


# --- the customer ---------------------------------------------------------------------------------------


def _customer_wrote(c: Conversation, given: CustomerWrote, now: int, rules: Rules) -> Stepped:
    if c.state == "closed" and not may_reopen(c, rules, now):
        raise Refused("closed")
    if collecting.written_down(c, rules, now):
        return c._replace(customer_at=now), _NOTHING
    first, contact = c.customer_at is None, given.contact and collecting.due(c, rules, open=given.open)
    c = c._replace(customer_at=now, customer_since=c.customer_since or now, inactive_said=0)
    if c.state == "bot":
        c, asked = _asked_consent(c, given, now, rules)
        return c, (*asked, TellBot("message"))
    facts: list[Outcome] = []
    if c.state in ("active", "closing", "closed"):
        c, facts = _customer_came_back(c, given, now, rules)
    texts: list[Outcome] = []
    if rules.active and rules.automatic:
        c, texts = _texts(c, given, rules, first=first, contact=contact)
        c, asked = _asked_consent(c, given, now, rules)
        texts += asked
    if contact:
        c = _closed(c, now, "collected", unanswered=1)
        facts.append(collecting.CLOSED)
    return c, (*texts, *facts)


def _contact_given(c: Conversation, given: ContactGiven, now: int, rules: Rules) -> Stepped:
    if not collecting.due(c, rules, open=given.open):
        return c, _NOTHING
    return _closed(c, now, "collected", unanswered=1), (*collecting.thanks(rules), collecting.CLOSED)


def _customer_came_back(
    c: Conversation, given: CustomerWrote, now: int, rules: Rules
) -> tuple[Conversation, list[Outcome]]:
    """Words to an active, closing or closed conversation: to the same operator, or to routing."""
    facts: list[Outcome] = []
    if c.state != "active":
        facts.append(Fact("resumed" if c.state == "closing" else "reopened"))
        # Words that were not said yet are not owed any more; those that were are not said twice.
        c = c._replace(
            last_words="said" if c.last_words == "said" else None,
            rating_asked_at=None if c.rating is None else c.rating_asked_at,
        )
    if c.state == "closed":  # the clocks of people start anew
        c = c._replace(customer_since=now, responsible_at=now, kpi_step=0)
    elif c.state == "closing" and c.replied_at is not None:  # what was said before the finish needed no answer
        c = c._replace(customer_since=now, kpi_step=0)
    keeps = c.pinned_at is not None or given.holder_unavailable is None
    keeps = keeps or (given.holder_unavailable == "full" and c.state != "closed")
    if c.operator_id is not None and keeps:
        if c.state == "active":
            return c._replace(awaiting="operator", snoozed_until=None), facts
        return _held(c, c.operator_id, now, accepted_at=c.accepted_at or now), facts
    why = given.holder_unavailable or "nobody"
    facts.append(Fact("returned", {"why": why, "from": c.operator_id}))
    return _queued(c, rules, now, round=0, waiting_since=c.customer_since), [RoundOver(), *facts]


def _texts(
    c: Conversation, given: CustomerWrote, rules: Rules, *, first: bool, contact: bool
) -> tuple[Conversation, list[Outcome]]:
    """Greeting, then off-hours or nobody text, as in rules.md 5; thanks in its place to whose contact is there."""
    s = rules.settings
    said: list[Outcome] = []
    greets = any(s.greeting.values()) and (s.greeting_each or not given.greeted_before)
    if greets and first and not c.greeted and c.mode == "incoming":
        c = c._replace(greeted=1)
        said.append(Say("greeting", "each" if s.greeting_each else "first"))
    if contact and (thanked := collecting.thanks(rules)):
        return c, [*said, *thanked]
    why = off_hours_reason(s, open=given.open, somebody=given.somebody)
    if why and not c.off_hours_said and any(s.off_hours_text.values()):
        c = c._replace(off_hours_said=1)
        said.append(Say("off_hours", why))
    return c, said


def _asked_consent(
    c: Conversation, given: CustomerWrote, now: int, rules: Rules
) -> tuple[Conversation, tuple[Outcome, ...]]:
    """The consent text; it holds up nothing (ADR 0009)."""
    due = given.asks_consent and rules.active and rules.automatic
    return (c._replace(consent_asked_at=now), (Say("consent", "first_contact"),)) if due else (c, _NOTHING)


def off_hours_reason(s: LineSettings, *, open: bool, somebody: bool) -> str | None:  # noqa: A002
    """Why the off-hours text is due, row by row of rules.md 5, or None."""
    if s.hours_on and not open:
        # A line that offers nothing off hours says so whoever is there: silence would last until the opening.
        here = s.check_availability and somebody and s.off_hours == "offer"
        if here and not s.off_hours_when_available:
            return None
        return "closed"
    if s.check_availability and not somebody:
        return "nobody_available"
    return None


def _customer_edited(c: Conversation, given: CustomerEdited, now: int, rules: Rules) -> Stepped:
    return c, _NOTHING


def _customer_pressed(c: Conversation, given: CustomerPressed, now: int, rules: Rules) -> Stepped:
    if c.state == "bot":
        return c._replace(customer_at=now), (TellBot(f"pressed:{given.key}"),)
    return c, _NOTHING


def _customer_chose(c: Conversation, given: CustomerChose, now: int, rules: Rules) -> Stepped:
    """His answer to an inactivity message. None of them are words that somebody must answer."""
    choice = given.choice
    if not rules.active or not may_choose(c, choice):
        return c, _NOTHING
    fact = Fact("chosen", {"action": choice.action})
    reply = (Say("inactivity_reply", "chosen", (choice.message, choice.button)),) if rules.automatic else _NOTHING
    if choice.action == "close":
        c, outcomes = _finish(c, None, now, rules, "chosen")
        return c, (fact, *reply, *outcomes)
    if choice.action == "new":  # the next words open the next conversation
        return _closed(c, now, "renewed"), (fact, *reply, Fact("closed", {"why": "renewed"}), RoundOver())
    return c._replace(woken_at=now, inactive_said=0), (fact, *reply)


def _customer_rated(c: Conversation, given: CustomerRated, now: int, rules: Rules) -> Stepped:
    s = rules.settings
    if s.rating == "off":
        raise Refused("rating_off")
    again = c.rating is not None
    same = given.value == c.rating
    if same and given.comment is not None and now <= (c.rated_at or 0) + COMMENT_TIME:  # a word to what was said
        wishes = given.comment == ""  # to write one: his next words are it
        said = Say("rating_comment", "rated") if wishes else Fact("rating_commented")
        return c._replace(rating_comment=given.comment), (said,)
    if c.state not in ("closing", "closed") and not s.rating_before_finish:
        raise Refused("rating_too_early")
    speaks = rules.active and rules.automatic
    if rating_time(c, rules, now) != "yes":
        return c, (Say("rating_late", "limit"),) if speaks else _NOTHING
    if same and given.comment in (None, c.rating_comment):  # the same press twice
        return c, _NOTHING
    c = c._replace(rating=given.value, rated_at=now, rating_comment=given.comment or c.rating_comment)
    good = given.value >= 4
    outcomes: list[Outcome] = [Fact("rated", {"value": given.value, "again": again})]
    if not again and speaks:
        outcomes.append(Say("rating_thanks_good" if good else "rating_thanks_bad", "rated"))
    if c.state == "closing" and s.close_after_rating:
        c = _closed(c, now, "rated", last_words=c.last_words)
        outcomes.append(Fact("closed", {"why": "rated"}))
    return c, tuple(outcomes)


def _head_rated(c: Conversation, given: HeadRated, now: int, rules: Rules) -> Stepped:
    return (c if c.head_rating == given.value else c._replace(head_rating=given.value)), _NOTHING


def _closed_silently(reason: str) -> Callable[[Conversation, Any, int, Rules], Stepped]:
    def handler(c: Conversation, given: Any, now: int, rules: Rules) -> Stepped:
        if c.state == "closed":
            return c, _NOTHING
        return _closed(c, now, reason, last_words=None), (Fact("closed", {"why": reason}),)

    return handler


def _customer_merged(c: Conversation, given: CustomerMerged, now: int, rules: Rules) -> Stepped:
    return c._replace(customer_id=given.customer_id), _NOTHING


# --- the operator ---------------------------------------------------------------------------------------


def _refuse_gone(c: Conversation) -> None:
    if c.state == "closed":
        raise Refused("closed")
    if c.state == "closing":
        raise Refused("closing", operator=c.operator_id)
    if c.state == "bot":
        raise Refused("bot_leads")


def _accepted(c: Conversation, given: Accepted, now: int, rules: Rules) -> Stepped:
    _refuse_gone(c)
    if c.state == "active":
        raise Refused("taken", operator=c.operator_id)
    if c.state == "offered" and c.offered_to not in (None, given.user_id):
        raise Refused("offered_to_other", operator=c.offered_to)
    waited = now - c.offered_at if c.offered_at is not None else None
    return _held(c, given.user_id, now), (Fact("accepted", {"operator": given.user_id, "after": waited}), RoundOver())


def _declined(c: Conversation, given: Declined, now: int, rules: Rules) -> Stepped:
    if c.state != "offered" or c.offered_to not in (None, given.user_id):
        raise Refused("not_offered")
    fact = Fact("declined", {"operator": given.user_id})
    tried = Tried(given.user_id, "declined")
    if c.offered_to is None:  # stays on offer to the others; a new value, because what this one sees has changed
        return c._replace(version=c.version), (tried, fact)
    if c.offer == "transfer":
        return _back_to_sender(c, rules, now, fact, sender_gone=given.sender_gone)
    return _queued(c, rules, now, wanted_id=None), (tried, fact)


def _wrote(c: Conversation, given: Wrote, now: int, rules: Rules) -> Stepped:
    if c.state != "closing":
        _refuse_gone(c)
    if not rules.active:
        raise Refused("line_off")
    if c.state == "closing":  # the delay starts anew; a first reply that comes so late is a reply all the same
        anchors: dict[str, Any] = {"operator_at": now, "customer_since": None, "replied_at": c.replied_at or now}
        return c._replace(**anchors, unanswered=0, escalated=0, kpi_step=0), _replied(c, given.user_id, now)
    outcomes: tuple[Outcome, ...] = _NOTHING
    if c.state != "active":
        c, outcomes = _accepted(c, Accepted(given.user_id), now, rules)
    return c._replace(**_answered(c, now)), (*outcomes, *_replied(c, given.user_id, now))


def _replied(c: Conversation, user_id: int, now: int) -> tuple[Outcome, ...]:
    if c.replied_at is not None:
        return _NOTHING
    return (Fact("replied", {"operator": user_id, "after": now - (c.responsible_at or now)}),)


def _nothing(c: Conversation, given: Any, now: int, rules: Rules) -> Stepped:
    return c, _NOTHING


def _joined(c: Conversation, given: Joined, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        raise Refused("closed")
    return c, (Fact("joined", {"operator": given.user_id}),)


def _left(c: Conversation, given: Left, now: int, rules: Rules) -> Stepped:
    return c, (Fact("left", {"operator": given.user_id}),)


def _finish(c: Conversation, user_id: int | None, now: int, rules: Rules, why: str) -> Stepped:
    """The two phases: last words and a delay when there is anything to say, else closed at once."""
    s = rules.settings
    text = s.auto_close_text if why == "silent" else s.close_text
    says = rules.active and rules.automatic and c.last_words != "said"
    words = says and (any(text.values()) or _rating_due(c, s))
    who = {"operator": user_id, "why": why}
    pending = ("auto_close" if why == "silent" else "close") if words else None
    quiet: dict[str, Any] = {"finished_at": now, "offered_to": None, "offer": None, "offered_at": None}
    if not words or not s.full_close_delay:
        # What is still owed is said on time all the same: `last_words` of a closed conversation is a timer.
        last = pending or ("said" if c.last_words == "said" else None)
        return _closed(c, now, why, finished_at=now, last_words=last), (Fact("closed", who), RoundOver())
    quiet |= {"state": "closing", "awaiting": None, "route_at": None, "waiting_since": None, "sender_id": None}
    quiet["reason"] = why
    return c._replace(**quiet, snoozed_until=None, pinned_at=None, last_words=pending), (
        Fact("finishing", who),
        RoundOver(),
    )


def _rating_due(c: Conversation, s: LineSettings) -> bool:
    return s.rating != "off" and c.rating is None and c.rating_asked_at is None


def _finished(c: Conversation, given: Finished, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        raise Refused("closed")
    if c.state == "closing":
        return _finished_now(c, FinishedNow(given.user_id), now, rules)
    return _finish(c, given.user_id, now, rules, "finished")


def _finished_now(c: Conversation, given: FinishedNow, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        raise Refused("closed")
    who = {"operator": given.user_id, "why": "finished"}
    return _closed(c, now, "finished", finished_at=now), (Fact("closed", who), RoundOver())


def _undid_finish(c: Conversation, given: UndidFinish, now: int, rules: Rules) -> Stepped:
    if c.state not in ("closing", "closed"):
        raise Refused("not_finished")
    if c.state == "closed" and (c.reason != "finished" or now > (c.closed_at or 0) + UNDO_CLOSED):
        raise Refused("too_late")
    last = "said" if c.last_words == "said" else None
    fact = (Fact("finish_undone", {"operator": given.user_id}),)
    common: dict[str, Any] = {"last_words": last, "finished_at": None, "closed_at": None, "reason": None}
    if c.operator_id is not None:  # the customer's silence counts from now: it must not close what was just undone
        return _held(c, c.operator_id, now, accepted_at=c.accepted_at, woken_at=now, **common), fact
    if c.bot_id is not None and c.responsible_at is None:
        return c._replace(state="bot", awaiting=None, **common), fact
    return _queued(c, rules, now, **common), fact


def _marked_spam(c: Conversation, given: MarkedSpam, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        return c._replace(reason="spam", last_words=None), (Fact("spam", {"operator": given.user_id}),)
    closed = _closed(c, now, "spam", last_words=None, rating_asked_at=None)
    return closed, (Fact("spam", {"operator": given.user_id}), RoundOver())


def _only_active(c: Conversation) -> None:
    if c.state == "closed":
        raise Refused("closed")
    if c.state != "active":
        raise Refused("not_active")


def _snoozed(c: Conversation, given: Snoozed, now: int, rules: Rules) -> Stepped:
    _only_active(c)
    if given.until is None:
        awake = c._replace(snoozed_until=None, woken_at=now, inactive_said=0)
        return awake, (Fact("woken", {"operator": given.user_id}),)
    if given.until <= now:
        raise Refused("in_the_past")
    fact = Fact("snoozed", {"operator": given.user_id, "until": given.until})
    return c._replace(snoozed_until=given.until), (fact,)


def _pinned(c: Conversation, given: Pinned, now: int, rules: Rules) -> Stepped:
    _only_active(c)
    fact = Fact("pinned" if given.on else "unpinned", {"operator": given.user_id})
    return c._replace(pinned_at=now if given.on else None), (fact,)


def _transferred(c: Conversation, given: Transferred, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        raise Refused("closed")
    if c.state == "closing":
        raise Refused("closing", operator=c.operator_id)
    target = given.rules or rules
    if given.to_user is not None:
        return _transferred_to_operator(c, given.user_id, given.to_user, now, target)
    fact = Fact(
        "transferred",
        {"operator": given.user_id, "to_department": given.to_department, "to_line": given.to_line},
    )
    moved = _queued(
        c,
        target,
        now,
        line_id=given.to_line or c.line_id,
        department_id=given.to_department,
        wanted_id=None,
        round=0,
        waiting_since=c.customer_since or now,
        priority=target.settings.priority,
    )
    return moved, (fact, RoundOver())


def _transferred_to_operator(c: Conversation, sender: int, to: int, now: int, rules: Rules) -> Stepped:
    if to == c.operator_id and c.state == "active":
        raise Refused("already_his", operator=to)
    fact = Fact("transferred", {"operator": sender, "to": to})
    if not rules.settings.transfer_must_accept:
        return _held(c, to, now), (fact, RoundOver())
    offered = c._replace(
        state="offered",
        awaiting=None,
        operator_id=None,
        offered_to=to,
        offer="transfer",
        offered_at=now,
        sender_id=sender,
        waiting_since=c.waiting_since or c.customer_since or now,
        responsible_at=c.responsible_at or now,
        route_at=None,
        snoozed_until=None,
        pinned_at=None,
    )
    return offered, (fact,)


def _intercepted(c: Conversation, given: Intercepted, now: int, rules: Rules) -> Stepped:
    if c.state == "closed":
        raise Refused("closed")
    if c.state == "active" and c.operator_id == given.user_id:
        raise Refused("already_yours")
    last = c.last_words if c.last_words == "said" else None
    held = _held(c, given.user_id, now, last_words=last)
    return held, (Fact("intercepted", {"operator": given.user_id, "from": c.operator_id}), RoundOver())


# --- presence, routing, bots ----------------------------------------------------------------------------


def _operator_unavailable(c: Conversation, given: OperatorUnavailable, now: int, rules: Rules) -> Stepped:
    if c.state != "offered" or c.offered_to != given.user_id:
        return c, _NOTHING
    fact = Fact("returned", {"why": given.why, "from": given.user_id})
    if c.offer == "transfer":
        return _back_to_sender(c, rules, now, fact, sender_gone=given.sender_gone)
    return _queued(c, rules, now, wanted_id=None), (Tried(given.user_id, "unavailable"), fact)


def _operator_removed(c: Conversation, given: OperatorRemoved, now: int, rules: Rules) -> Stepped:
    fact = Fact("returned", {"why": "removed", "from": given.user_id})
    if c.state == "offered" and c.offered_to == given.user_id:
        if c.offer == "transfer":
            return _back_to_sender(c, rules, now, fact, sender_gone=False)
        return _queued(c, rules, now, wanted_id=None), (fact,)
    if c.state == "offered" and c.sender_id == given.user_id:
        return c._replace(sender_id=None), _NOTHING
    if c.state == "active" and c.operator_id == given.user_id:
        return _queued(c, rules, now, round=0), (fact, RoundOver())
    if c.state == "waiting" and c.wanted_id == given.user_id:
        return c._replace(wanted_id=None), _NOTHING
    return c, _NOTHING


def _offered(c: Conversation, given: Offered, now: int, rules: Rules) -> Stepped:
    if c.state != "waiting":
        return c, _NOTHING
    offered = c._replace(
        state="offered",
        offered_to=given.to,
        offer=given.offer,
        offered_at=now,
        route_at=None,
        wanted_id=None,
        # An offer before the queue is none of the queue's: its first offer is still to come.
        round=c.round + 1 if given.offer != "own" and (given.new_round or not c.round) else c.round,
    )
    fact = Fact("offered", {"to": given.to, "offer": given.offer, "why": dict(given.why)})
    tried: tuple[Outcome, ...] = (
        (Tried(given.to, "offered"),) if given.to is not None and given.offer == "queue" else ()
    )
    return offered, (*((RoundOver(),) if given.new_round else ()), *tried, fact)


def _nobody_to_offer(c: Conversation, given: NobodyToOffer, now: int, rules: Rules) -> Stepped:
    if c.state != "waiting":
        return c, _NOTHING
    if given.place and tells_place(c, rules, now):
        return c._replace(route_at=None, wanted_id=None, place_said=given.place), (Say("place", "nobody_free"),)
    if c.route_at is None and c.wanted_id is None:
        return c, _NOTHING
    return c._replace(route_at=None, wanted_id=None), _NOTHING


def tells_place(c: Conversation, rules: Rules, now: int) -> bool:
    """Is the customer to be told his place in the queue now? Once per conversation, while the line is open."""
    return owes_place(c, rules) and is_open(rules.schedule, now)


def _bot_said(c: Conversation, given: BotSaid, now: int, rules: Rules) -> Stepped:
    return (c._replace(bot_at=now), _NOTHING) if c.state == "bot" else (c, _NOTHING)


def _to_people(c: Conversation, now: int, rules: Rules, fact: Fact, **changes: Any) -> Stepped:
    """From the bot to people: they are responsible from now on; what the customer said to the bot is unanswered."""
    fields = {"responsible_at": now, "customer_since": c.customer_since or now, "waiting_since": now, **changes}
    return _queued(c, rules, now, **fields), (fact,)


def _bot_handed_over(c: Conversation, given: BotHandedOver, now: int, rules: Rules) -> Stepped:
    if c.state != "bot":
        return c, _NOTHING
    fact = Fact("handed_over", {"why": given.why})
    return _to_people(c, now, rules, fact, wanted_id=given.to_user, department_id=given.to_department)


def _bot_finished(c: Conversation, given: BotFinished, now: int, rules: Rules) -> Stepped:
    return _finish(c, None, now, rules, "finished") if c.state == "bot" else (c, _NOTHING)


def _bot_failed(c: Conversation, given: BotFailed, now: int, rules: Rules) -> Stepped:
    if c.state != "bot":
        return c, _NOTHING
    return _to_people(c, now, rules, Fact("bot_failed", {"why": given.why}))


# --- rules and time -------------------------------------------------------------------------------------


def _rules_changed(c: Conversation, given: RulesChanged, now: int, rules: Rules) -> Stepped:
    everyone = rules.settings.mode == "everyone"
    if c.state == "offered" and c.offer in ("queue", "everyone") and (c.offer == "everyone") != everyone:
        return _queued(c, rules, now), (Fact("queued", {"why": "mode_changed"}), RoundOver())
    if c.state == "waiting" and rules.active:
        route_at = _route_at(rules, now)
        return (c, _NOTHING) if route_at == c.route_at else (c._replace(route_at=route_at), _NOTHING)
    return c, _NOTHING


def _line_switched(c: Conversation, given: LineSwitched, now: int, rules: Rules) -> Stepped:
    if given.on and c.state == "waiting":
        return c._replace(route_at=_route_at(rules, now)), _NOTHING
    return c, _NOTHING


_CLOSING_TIMERS = ("auto_close", "full_close", "no_answer", "escalate", "inactivity", "kpi_step")
_CALM_FOR = 10 * SECOND  # what had to wait for the clock to prove itself is looked at again so much later


def _due_when_calm(c: Conversation, now: int, rules: Rules) -> int | None:
    """What was not played is still due, but not at once: the waker would turn in circles."""
    held = now + _CALM_FOR
    waited = [t for t in timers(c, rules) if t.name != "route" or t.at > now]
    due = [max(t.at, held) if t.name in _CLOSING_TIMERS and t.at <= now else t.at for t in waited]
    place = place_at(c, rules, now)
    return min(due if place is None else [*due, place], default=None)


def _woke(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    """Play every timer that is due, in the order of their times; each leaves the next ones to be derived anew."""
    outcomes: list[Outcome] = []
    for _ in range(8):  # a chain of overdue timers is short; what is left is due and comes with the next wake-up
        due = [t for t in timers(c, rules) if t.at <= now and t.name != "route"]
        if given.calm:
            due = [t for t in due if t.name not in _CLOSING_TIMERS]
        if not due:
            break
        c, more = _PLAYED[min(due).name](c, given, now, rules)
        outcomes += more
    if c.route_at is None and tells_place(c, rules, now):  # nobody was free while the line was closed: routing looks
        c = c._replace(route_at=now)
    return c, tuple(outcomes)


def _offer_ran_out(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    if c.offered_to is None:
        return _queued(c, rules, now, round=c.round + 1), (RoundOver(), Fact("round_over", {"round": c.round}))
    fact = Fact("timed_out", {"operator": c.offered_to})
    if c.offer == "transfer":
        return _back_to_sender(c, rules, now, fact, sender_gone=given.sender_gone)
    return _queued(c, rules, now, wanted_id=None), (Tried(c.offered_to, "timeout"), fact)


def _no_answer(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    s = rules.settings
    says = s.no_answer_action == "text" and rules.automatic and not c.off_hours_said and any(s.no_answer_text.values())
    outcomes: list[Outcome] = [Fact("unanswered", {"after": waited(c.responsible_at or now, now, rules)})]
    if says:
        outcomes.append(Say("no_answer", "nobody_replied"))
    return c._replace(no_answer="said" if says else "marked", unanswered=1), tuple(outcomes)


def _say_last_words(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    s = rules.settings
    text = s.close_text if c.last_words == "close" else s.auto_close_text
    outcomes: list[Outcome] = []
    if any(text.values()):
        outcomes.append(Say(str(c.last_words), "finished"))
    asks = _rating_due(c, s)
    if asks:
        outcomes.append(Say("rating", "finished"))
    return c._replace(last_words="said", rating_asked_at=now if asks else c.rating_asked_at), tuple(outcomes)


def _full_close(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    reason = str(c.reason)
    return _closed(c, now, reason, last_words=c.last_words), (Fact("closed", {"why": reason}),)


def _auto_close(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    return _finish(c, None, now, rules, "silent")


def _still_silent(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    """Only the last of several that are due is said, and none when the conversation closes now by itself."""
    said = due_messages(c, rules.settings, now)
    c = c._replace(inactive_said=said)
    closes = any(each.name == "auto_close" and each.at <= now for each in timers(c, rules))
    return c, (() if closes else (Say("inactivity", "silent", (said - 1,)),))


def _escalate(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    """To the head; or back to routing, from an operator who holds it. What waits for routing already, or is pinned
    to its operator, is for the head in any case."""
    c, to = c._replace(escalated=1), rules.settings.escalate_to
    if to == "queue" and c.state == "active" and c.pinned_at is None and c.operator_id is not None:
        returned = Fact("returned", {"why": "waits_too_long", "from": c.operator_id})
        # The others of the round first; to everyone there is no order.
        tried = (Tried(c.operator_id, "timeout"),) if rules.settings.mode != "everyone" else ()
        return _queued(c, rules, now, round=max(c.round, 1)), (RoundOver(), *tried, returned)
    return c, (Escalate(), Fact("escalated", {"since": c.customer_since}))


def _target_step(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    found = reached(c, rules, now)
    if found is None:
        return c, _NOTHING
    running, percent = found
    waited = passed(running.start, now, rules)
    fact = Fact("kpi_step", {"kind": running.kind, "step": percent})
    return c._replace(kpi_step=percent), (TargetStep(running.kind, percent, running.target, waited), fact)


def _snooze_over(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    return c._replace(snoozed_until=None, woken_at=now, inactive_said=0), (Fact("woken", {"operator": None}),)


def _bot_time_over(c: Conversation, given: Woke, now: int, rules: Rules) -> Stepped:
    return _to_people(c, now, rules, Fact("handed_over", {"why": "bot_time"}))


_PLAYED: Mapping[str, Callable[[Conversation, Woke, int, Rules], Stepped]] = {
    "offer": _offer_ran_out,
    "no_answer": _no_answer,
    "last_words": _say_last_words,
    "full_close": _full_close,
    "auto_close": _auto_close,
    "inactivity": _still_silent,
    "escalate": _escalate,
    "kpi_step": _target_step,
    "snooze": _snooze_over,
    "bot_time": _bot_time_over,
}

_TABLE: Mapping[type, Callable[[Conversation, Any, int, Rules], Stepped]] = {
    CustomerWrote: _customer_wrote,
    ContactGiven: _contact_given,
    CustomerEdited: _customer_edited,
    CustomerPressed: _customer_pressed,
    CustomerChose: _customer_chose,
    CustomerRated: _customer_rated,
    HeadRated: _head_rated,
    CustomerBlocked: _closed_silently("blocked"),
    CustomerMerged: _customer_merged,
    CustomerErased: _closed_silently("erased"),
    Accepted: _accepted,
    Declined: _declined,
    Wrote: _wrote,
    Noted: _nothing,
    Joined: _joined,
    Left: _left,
    Finished: _finished,
    FinishedNow: _finished_now,
    UndidFinish: _undid_finish,
    MarkedSpam: _marked_spam,
    Snoozed: _snoozed,
    Pinned: _pinned,
    Transferred: _transferred,
    Intercepted: _intercepted,
    OperatorUnavailable: _operator_unavailable,
    OperatorAvailable: _nothing,
    OperatorRemoved: _operator_removed,
    Offered: _offered,
    NobodyToOffer: _nobody_to_offer,
    BotSaid: _bot_said,
    BotHandedOver: _bot_handed_over,
    BotFinished: _bot_finished,
    BotFailed: _bot_failed,
    RulesChanged: _rules_changed,
    LineSwitched: _line_switched,
    ChannelRemoved: _closed_silently("channel_removed"),
    Woke: _woke,
}
