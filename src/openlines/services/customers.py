"""What staff write on a customer's card, and finding customers."""

from typing import Any, Final

import msgspec

from openlines.core.line import Problem
from openlines.services.access import Actor, access_customer, sight
from openlines.services.errors import Conflict, Invalid
from openlines.services.mail import withdraw
from openlines.store import conversations, pages, threads
from openlines.store.threads import CustomerRow
from openlines.store.tx import Reader, Tx

TEXT_LIMIT: Final = 255
FIELDS_LIMIT: Final = 50
_CHANGEABLE: Final = ("name", "email", "phone", "fields")


def change(tx: Tx, actor: Actor, customer_id: int, version: int, **changes: Any) -> CustomerRow:
    """Change name, email, phone or fields ({name: text}; an empty text removes one).

    Refuses with `NotFound`, `Invalid`, and `Conflict` "changed_meanwhile" when `version` is old.
    """
    row = access_customer(tx, actor, customer_id)
    problems = _problems(changes)
    if problems:
        raise Invalid(problems)
    if row.version != version:
        raise _overtaken(row)
    values = {name: value.strip() for name, value in changes.items() if name != "fields"}
    if "fields" in changes:
        present = {**msgspec.json.decode(row.fields), **changes["fields"]}
        kept = {name: text for name, text in present.items() if text}
        if len(kept) > FIELDS_LIMIT:
            raise Invalid.field("fields", "too_many", {"most": FIELDS_LIMIT})
        values["fields"] = msgspec.json.encode(kept).decode()
    if not values:
        return row
    if not threads.put_customer_seen(tx, customer_id, version, **values):
        raise _overtaken(row)
    if row.email and values.get("email", row.email) != row.email:
        withdraw(tx, customer_id, row.email)
    for thread in threads.of_customer(tx, customer_id):
        tx.event(
            "customer.changed",
            thread_id=thread.id,
            conversation_id=conversations.open_of_thread(tx, thread.id),  # its row in the lists shows the name
            data={"customer_id": customer_id, "by": actor.user_id},
        )
    return row._replace(version=version + 1, **values)


def _overtaken(row: CustomerRow) -> Conflict:
    return Conflict("changed_meanwhile", version=row.version)


def _problems(changes: dict[str, Any]) -> list[Problem]:
    found = [Problem(name, "unknown_field") for name in changes if name not in _CHANGEABLE]
    for name in ("name", "email", "phone"):
        value = changes.get(name, "")
        if not isinstance(value, str):
            found.append(Problem(name, "bad_type"))
        elif len(value) > TEXT_LIMIT:
            found.append(Problem(name, "too_long", {"most": TEXT_LIMIT}))
    for name, value in (changes.get("fields") or {}).items():
        if not isinstance(value, str):
            found.append(Problem(f"fields.{name}", "bad_type"))
        elif len(value) > TEXT_LIMIT * 4 or len(name) > 64:
            found.append(Problem(f"fields.{name}", "too_long", {"most": TEXT_LIMIT * 4}))
    return found


def find(reader: Reader, actor: Actor, words: str, before: int | None, limit: int) -> list[CustomerRow]:
    """Customers whose name, e-mail, phone or handle holds `words`, the newest first; only those the actor may see."""
    seen = sight(reader, actor)
    line_ids = None if seen.everything else tuple(sorted(seen.line_ids))
    ids = pages.customers_page(reader, pages.Sight(actor.user_id, line_ids), words, before, limit)
    rows = {each.id: each for each in threads.customers_of(reader, ids)}
    return [rows[each] for each in ids]
