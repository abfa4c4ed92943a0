"""When the customer goes silent: what he is told, when, and what his answer to it does.

The silence begins with the last words of a person, with whoever took the conversation over, or when the customer
chose to go on; `inactive_said` counts what was said since. A message with buttons is a menu for as long as nobody
has spoken: it can be pressed, and where the channel has no buttons its number or its caption is typed.
"""

from typing import Literal, NamedTuple

from openlines.core.line import SECOND, InactivityMessage, LineSettings
from openlines.core.rating import parse_number
from openlines.core.state import Conversation, Rules

Action = Literal["close", "continue", "new"]


class Choice(NamedTuple):
    """A button: which message of the line's list, which button of it, what it does."""

    message: int
    button: int
    action: Action


def silent_since(c: Conversation) -> int:
    """Since when the customer owes words; of an active conversation on his turn."""
    opened = c.opened_at
    return max(c.operator_at or opened, c.accepted_at or opened, c.woken_at or opened)


def next_words_at(c: Conversation, rules: Rules) -> int | None:
    """When the next inactivity message is due, or None. Nobody is reminded in what is snoozed or pinned."""
    s = rules.settings
    if c.inactive_said >= len(s.inactivity) or not rules.automatic or not _silent(c):
        return None
    if c.snoozed_until is not None or c.pinned_at is not None:
        return None
    return silent_since(c) + s.inactivity[c.inactive_said].after * SECOND


def due_messages(c: Conversation, s: LineSettings, now: int) -> int:
    """How many of the line's inactivity messages are due or said by now; only the last is worth saying."""
    silent = now - silent_since(c)
    return max(c.inactive_said, sum(each.after * SECOND <= silent for each in s.inactivity))


def menu(c: Conversation, s: LineSettings) -> InactivityMessage | None:
    """The message whose buttons may be chosen now by typing: the last one said, while nobody has spoken since."""
    if not _silent(c) or not 0 < c.inactive_said <= len(s.inactivity):
        return None
    said = s.inactivity[c.inactive_said - 1]
    return said if said.buttons else None


def typed_choice(c: Conversation, s: LineSettings, text: str) -> Choice | None:
    """Which button the whole message names: its number, or its caption in any language."""
    said = menu(c, s)
    if said is None:
        return None
    number, words = parse_number(text), _plain(text)
    for place, button in enumerate(said.buttons):
        if number == place + 1 or (words and words in map(_plain, button.caption.values())):
            return Choice(c.inactive_said - 1, place, button.action)
    return None


def may_choose(c: Conversation, choice: Choice) -> bool:
    """Is the menu that holds this button still the last thing said?"""
    return _silent(c) and choice.message < c.inactive_said


def key_of(conversation_id: int, choice: Choice) -> str:
    """What the button sends back when it is pressed."""
    return f"idle:{conversation_id}:{choice.message}:{choice.button}:{choice.action}"


def choice_of(key: str) -> tuple[int, Choice] | None:
    """The conversation and the button of a key; None for any other key."""
    parts = key.split(":")
    if len(parts) != 5 or parts[0] != "idle" or not all(each.isascii() and each.isdigit() for each in parts[1:4]):
        return None
    conversation_id, message, button = (int(each) for each in parts[1:4])
    actions: tuple[Action, ...] = ("close", "continue", "new")
    found = next((action for action in actions if action == parts[4]), None)
    return None if found is None else (conversation_id, Choice(message, button, found))


def _silent(c: Conversation) -> bool:
    return c.state == "active" and c.awaiting == "customer" and c.operator_at is not None


def _plain(text: str) -> str:
    return text.strip().strip(".!").casefold()
