"""What a customer brings with him into a forecast: his last conversation, what he agreed to, what he filled in.

A returning customer was here some time ago, by the rules that the line had then (its saved states know them): he
agreed to the text that was asked for, and answered the form. What has changed since is asked anew.
"""

from typing import Any, Final, NamedTuple

import msgspec

from openlines.channels.base import Capabilities
from openlines.core.consent import version_of
from openlines.core.conversation import opened, step
from openlines.core.inputs import Accepted, FinishedNow, Wrote
from openlines.core.line import MINUTE, SECOND, LineSettings
from openlines.core.state import Conversation, Rules
from openlines.services import visitor_asking
from openlines.services.faces import People
from openlines.services.visitors import Card
from openlines.store import line_versions
from openlines.store.conversations import Around
from openlines.store.lines import settings_of
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader

NEWEST: Final = 2**53 - 1  # the number of a conversation that comes after all others


class Customer(NamedTuple):
    """Who writes. `returning`: he was here `ago` seconds ago, with that operator if one is named."""

    returning: bool = False
    operator_id: int | None = None
    ago: int = 86_400
    name: str = ""
    language: str = "en"


def last_time(rules: Rules, customer: Customer, now: int) -> Conversation | None:
    """The conversation that a returning customer had, told by the core: answered, finished, closed."""
    if not customer.returning:
        return None
    end = now - max(customer.ago, 0) * SECOND
    begun = end - MINUTE
    calm = rules._replace(active=True)
    c, _ = opened(id=NEWEST, thread_id=0, channel_id=0, customer_id=0, now=begun, rules=calm)
    if customer.operator_id is not None:
        c, _ = step(c, Accepted(customer.operator_id), now=begun, rules=calm)
        c, _ = step(c, Wrote(customer.operator_id), now=begun, rules=calm)
    return step(c, FinishedNow(customer.operator_id), now=end, rules=calm)[0]


def settings_then(reader: Reader, line_id: int, last: Conversation | None) -> LineSettings | None:
    """The rules by which he was here; None for a new customer, and where the line is younger."""
    saved = line_versions.at(reader, line_id, last.closed_at or 0) if last is not None else None
    return settings_of(saved.settings) if saved is not None else None


def around_of(active: int, settings: str, kind: str, customer: Customer, then: LineSettings | None) -> Around:
    """What surrounds the conversation of a customer who does not exist."""
    nothing = Around._make([None] * len(Around._fields))
    agreed = version_of(then) if then is not None else ""
    return nothing._replace(
        unread=0,
        line_active=active,
        settings=settings,
        kind=kind,
        channel_active=1,
        language=customer.language,
        customer_name=customer.name,
        somebody=0,
        consent_asked=agreed if customer.returning else None,
        consent_given=agreed if customer.returning else None,
    )


def asks(
    reader: Reader, rules: Rules, capabilities: Capabilities, customer: Customer, then: LineSettings | None
) -> dict[str, Any]:
    """What the window of a chat asks him, as `visitor_asking.asks`; nothing where the channel has no window."""
    if capabilities.pushes:
        return {}
    thread, person = _known(then) if customer.returning else (None, None)
    card = Card(thread, person, [], None, People({}, {}, {}), customer.language, 0, 0)
    return visitor_asking.asks(reader, rules.settings, rules.line_id, card, customer.language)


def _known(then: LineSettings | None) -> tuple[ThreadRow, CustomerRow]:
    """Who agreed to the text of that time, and has on his card all that its form wanted to know."""
    thread = ThreadRow._make([None] * len(ThreadRow._fields))
    person = CustomerRow._make([None] * len(CustomerRow._fields))._replace(fields="{}")
    if then is None:
        return thread, person
    filled = then.form_fields if then.form != "off" else ()
    kinds = {field.kind for field in filled}
    labels = {label: "…" for field in filled for label in field.label.values() if label}
    return (
        thread._replace(consent_given=version_of(then), form_at=1 if filled else None),
        person._replace(
            name="…" if "name" in kinds else "",
            email="…" if "email" in kinds else "",
            phone="…" if "phone" in kinds else "",
            fields=msgspec.json.encode(labels).decode(),
        ),
    )
