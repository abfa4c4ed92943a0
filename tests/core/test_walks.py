"""Whatever happens in whatever order, a conversation is what its state says."""

import pytest

from openlines.core import inputs as i
from openlines.core.state import Conversation
from tests.core.cases import Walked, walks


@pytest.fixture(scope="module")
def walked() -> list[Walked]:
    return list(walks(9, 800))


def faults(c: Conversation) -> list[str]:
    """What is wrong with a conversation by itself."""
    to_one = c.state == "offered" and c.offer != "everyone"
    truths = {
        "only a held one, and one that was, has an operator": c.operator_id is None
        or c.state in ("active", "closing", "closed"),
        "an active one is held": c.state != "active" or c.operator_id is not None,
        "somebody is awaited exactly in an active one": (c.awaiting is None) == (c.state != "active"),
        "an offer to one names him": to_one == (c.offered_to is not None),
        "an offer has a kind and a time": (c.offer is None) == (c.offered_at is None) == (c.state != "offered"),
        "only a transfer has a sender": c.sender_id is None or c.offer == "transfer",
        "only what waits is to be routed": c.route_at is None or c.state == "waiting",
        "what waits, waits since a time": c.state != "waiting" or c.waiting_since is not None,
        "people are responsible unless a bot led to the end": c.responsible_at is not None
        or c.state in ("bot", "closing", "closed"),
        "a bot leads nobody's": c.state != "bot" or (c.bot_id is not None and c.operator_id is None),
        "closed means closed at a time, for a reason": (c.closed_at is None) == (c.state != "closed"),
        "an ending has a reason": (c.reason is None) == (c.state not in ("closing", "closed")),
        "what is over was finished at a time": (c.finished_at is None) == (c.state not in ("closing", "closed")),
        "only an active one sleeps": c.snoozed_until is None or c.state == "active",
        "only an active one is pinned": c.pinned_at is None or c.state == "active",
        "words are owed only at the end": c.last_words in (None, "said") or c.state in ("closing", "closed"),
        "the awaited one is whose turn it is": c.state != "active"
        or (c.awaiting == "operator") == (c.customer_since is not None),
        "a rating has a time": (c.rating is None) == (c.rated_at is None),
    }
    return [what for what, true in truths.items() if not true]


def test_a_conversation_is_what_its_state_says(walked: list[Walked]) -> None:
    for taken in walked:
        if taken.after is not None:
            assert faults(taken.after) == [], f"after {taken.given} in {taken.before.state}"


def test_every_change_is_one_version_and_what_is_refused_is_none(walked: list[Walked]) -> None:
    for taken in walked:
        if taken.after is None:
            continue
        same = taken.after._replace(due_at=None, version=0) == taken.before._replace(due_at=None, version=0)
        steps = taken.after.version - taken.before.version
        assert steps in ((0, 1) if same else (1,))


def test_what_happened_stays(walked: list[Walked]) -> None:
    """The number, the thread, the channel and the moment of opening never change; nothing happens in the future."""
    for taken in walked:
        after = taken.after
        if after is None:
            continue
        assert after[:3] == taken.before[:3]
        assert after.opened_at == taken.before.opened_at
        past = (after.replied_at, after.customer_at, after.customer_since, after.operator_at, after.accepted_at)
        assert all(at is None or at <= taken.now for at in (*past, after.finished_at, after.closed_at, after.rated_at))
        assert taken.before.replied_at is None or after.replied_at == taken.before.replied_at


def test_only_what_is_closed_comes_to_an_end(walked: list[Walked]) -> None:
    """Out of `closed` leads only the customer within the window, and undo."""
    for taken in walked:
        if taken.after is not None and taken.before.state == "closed" and taken.after.state != "closed":
            assert isinstance(taken.given, (i.CustomerWrote, i.UndidFinish))


def test_automatic_texts_go_only_where_they_may(walked: list[Walked]) -> None:
    for taken in walked:
        if any(isinstance(each, i.Say) for each in taken.outcomes):
            assert taken.rules.active
            assert taken.rules.automatic or isinstance(taken.given, i.Woke)


def test_nobody_holds_it_but_who_took_it_or_was_given_it(walked: list[Walked]) -> None:
    """An operator comes to hold a conversation only by his own deed, a transfer, or because he had it before."""
    for taken in walked:
        after, before = taken.after, taken.before
        if after is None or after.operator_id in (None, before.operator_id):
            continue
        deed = (
            isinstance(taken.given, (i.Accepted, i.Wrote, i.Intercepted)) and taken.given.user_id == after.operator_id
        )
        given = isinstance(taken.given, i.Transferred) and taken.given.to_user == after.operator_id
        assert deed or given or before.sender_id == after.operator_id
