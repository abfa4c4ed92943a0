"""The head's own rating of a conversation: 1–5 and a comment, at any time, never seen by the customer.

Who may give it is `access.may_rate_as_head`. The operator is told: a notice, and a fact in the thread that only
staff see. It may be changed; the last one counts.
"""

from openlines.core.inputs import HeadRated
from openlines.core.line import SECOND
from openlines.core.state import Conversation
from openlines.services import notices
from openlines.services.access import Actor, access_conversation, may_rate_as_head
from openlines.services.errors import Forbidden, Invalid
from openlines.services.turn import Turn
from openlines.store import head_ratings, users
from openlines.store.tx import Tx

COMMENT_LIMIT = 2000  # characters


def rate(tx: Tx, actor: Actor, conversation_id: int, value: int, comment: str = "") -> Conversation:
    """Refuses with `NotFound`, `Invalid`, and `Forbidden` "not_head"."""
    case = access_conversation(tx, actor, conversation_id)
    if not may_rate_as_head(tx, actor, case.c):
        raise Forbidden("not_head")
    if not 1 <= value <= 5:
        raise Invalid.field("rating", "rating_value")
    comment = comment.strip()
    if len(comment) > COMMENT_LIMIT:
        raise Invalid.field("comment", "too_long", {"most": COMMENT_LIMIT})
    before = head_ratings.one(tx, conversation_id)
    if before is not None and (before.value, before.comment) == (value, comment):
        return case.c  # the same press twice
    turn = Turn(tx, case)
    turn.step(HeadRated(actor.user_id, value))
    turn.shown |= {"head_comment": comment, "head_rated_by": actor.user_id, "head_rated_at": tx.now}
    params = {"operator": actor.user_id, "value": value, "again": before is not None}
    turn.noted("head_rated", comment, params)
    c = turn.done()
    if c.operator_id is not None and c.operator_id != actor.user_id:
        _tell(tx, actor, c, value)
    return c


def _tell(tx: Tx, actor: Actor, c: Conversation, value: int) -> None:
    by = users.some_users(tx, [actor.user_id])
    params = {"value": value, "rated_by": by[0].name if by else ""}
    people = [c.operator_id] if c.operator_id is not None else []
    notices.add(tx, "head_rated", c.id, tx.now // SECOND, people, ("workspace",), params, c.id, c.line_id)
