"""When the words of an operator follow a visitor who has left as a letter.

Nobody can know that a visitor has gone; what is known is how far his devices have told that they received and showed
the thread. So words that were not shown for a while are sent, at rest: a letter waits for the operator to finish what
he is saying, holds all of it, and the next one keeps a distance.
"""

from collections.abc import Sequence
from typing import Final

from openlines.core.line import DAY, MINUTE

GONE_FOR: Final = MINUTE  # words that no page of his has received: so long they may be on their way to one
COLLECTED_FOR: Final = 3 * MINUTE  # so long an operator who writes on holds the letter back at the most
LYING_FOR: Final = 10 * MINUTE  # words that a page of his has, and has not shown: it may be open behind others
APART: Final = 5 * MINUTE  # from one letter to the next
TOO_OLD: Final = DAY  # words that nobody could send for so long are history
MOST: Final = 20  # messages in one letter, the latest


def letter_at(said: Sequence[int], *, received: bool, mailed_at: int | None) -> int:
    """When the letter with these unread words may leave.

    `said`: when each was said, ascending, at least one. `received`: a page of the visitor's has the last of them.
    """
    quiet = LYING_FOR if received else GONE_FOR
    at = min(said[-1] + quiet, said[0] + COLLECTED_FOR + quiet - GONE_FOR)
    return at if mailed_at is None else max(at, mailed_at + APART)
