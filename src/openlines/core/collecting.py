"""Off hours a line may take a contact and close: the customer is called or written to when it works again.

The off-hours text asks. As soon as there is a way to reach the customer, from his card, from what he writes or from
the form of the chat, he is thanked and the conversation is closed as `collected`, marked unanswered. Whatever he
writes after that and before the line opens is kept with the closed conversation and answered by nothing, so that
no text goes round in circles; his first words after the opening begin the next conversation.
"""

from openlines.core.inputs import Fact, Outcome, Say
from openlines.core.schedule import is_open, next_open
from openlines.core.state import Conversation, Rules


def collects(rules: Rules, *, open: bool) -> bool:  # noqa: A002
    """Does the line take contacts now, rather than conversations?"""
    return not open and rules.active and rules.settings.hours_on and rules.settings.off_hours == "collect"


def due(c: Conversation, rules: Rules, *, open: bool) -> bool:  # noqa: A002
    """Is this a conversation that a contact closes: nobody has it or has answered, and the line is closed?"""
    return c.state == "waiting" and c.replied_at is None and c.mode == "incoming" and collects(rules, open=open)


def thanks(rules: Rules) -> list[Outcome]:
    """What the customer hears when his contact is there."""
    says = rules.automatic and any(rules.settings.collected_text.values())
    return [Say("collected", "contact_taken")] if says else []


CLOSED = Fact("closed", {"why": "collected"})


def written_down(c: Conversation, rules: Rules, now: int) -> bool:
    """The contact was taken in this time off: further words are kept with the conversation, without an answer."""
    return (
        c.reason == "collected"
        and c.closed_at is not None
        and collects(rules, open=is_open(rules.schedule, now))
        and next_open(rules.schedule, c.closed_at) == next_open(rules.schedule, now)
    )
