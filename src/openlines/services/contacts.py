"""A way to reach the customer in what he writes: an e-mail address, a phone number, a shared contact.

Looked for only where a line takes contacts off hours; what is found goes onto his card, where nothing stood yet.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from openlines.core import collecting
from openlines.core.inputs import ContactGiven
from openlines.core.schedule import is_open
from openlines.core.state import Rules
from openlines.services.turn import Turn, load
from openlines.store import threads
from openlines.store.tx import Tx

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}(?!\w)")
_LOOKED_AT = 4000  # characters
_HOME = {"ru": "RU"}  # where a number without a country code is dialled, by the language of who wrote it


class Contact(NamedTuple):
    email: str = ""
    phone: str = ""


def contact_in(text: str, data: Mapping[str, Any] | None, *, language: str, country: str) -> Contact | None:
    """`country`: where the line is (ISO 3166-1), "" when that is not known; then the language has to tell."""
    shared = (data or {}).get("contact")
    if isinstance(shared, Mapping) and shared.get("phone"):
        return Contact(phone=str(shared["phone"])[:40])
    text = text[:_LOOKED_AT]
    email, phone = _EMAIL.search(text), _phone(text, country or _HOME.get(language[:2], ""))
    return Contact(email[0] if email else "", phone) if email or phone else None


def _phone(text: str, country: str) -> str:
    if sum(each.isdigit() for each in text) < 7:
        return ""
    import phonenumbers

    for found in phonenumbers.PhoneNumberMatcher(text, country or None, max_tries=50):
        return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
    return ""


def take_from_words(
    tx: Tx, rules: Rules, thread_id: int, customer_id: int, words: tuple[str, Mapping[str, Any] | None, str]
) -> bool:
    """Off hours, of a line that collects: is there a contact in these words? It is then on the customer's card.

    `words`: the text, what came with it, and the customer's language ("" when it is not known).
    """
    text, data, language = words
    if rules.settings.off_hours != "collect" or not collecting.collects(rules, open=is_open(rules.schedule, tx.now)):
        return False
    found = contact_in(text, data, language=language, country=rules.settings.holidays_country)
    if found is None:
        return False
    threads.put_customer(tx, customer_id, **{name: value for name, value in found._asdict().items() if value})
    tx.event("customer.changed", thread_id=thread_id, data={"customer_id": customer_id})
    return True


def given_by_form(tx: Tx, conversation_id: int) -> None:
    """The customer has left a contact otherwise than in words: a conversation that waits only for that is closed."""
    turn = Turn(tx, load(tx, conversation_id))
    turn.step(ContactGiven(open=is_open(turn.rules.schedule, tx.now)))
    if turn.c is not turn.before:
        turn.done()
