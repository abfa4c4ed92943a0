"""A customer whose words stay unanswered too long: whoever leads the operator is told, once."""

from openlines.core.state import Conversation
from openlines.services import notices
from openlines.services.heads import heads_of
from openlines.store import lines
from openlines.store.conversations import Around
from openlines.store.tx import Tx


def tell(tx: Tx, c: Conversation, around: Around) -> int:
    """A notice in the workspace of the operator's head, else of the administrators. Returns how many are new.

    Each time of waiting is told once, whatever runs twice: its step is the second in which it began.
    """
    since = max(c.customer_since or 0, c.responsible_at or 0)
    line = lines.one(tx, c.line_id)
    params = {
        "operator": around.holder_name or "",
        "line": line.name if line else "",
        "number": str(c.id),
        "waited": tx.now - since,
    }
    people = heads_of(tx, c.operator_id, c.line_id)
    return notices.add(tx, "escalated", c.id, since // 1_000_000, people, ["workspace"], params, c.id, c.line_id)
