"""What customers agreed to, and what they wrote into forms."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select

from openlines.store.statement import Statement
from openlines.store.tables import consents, conversations, form_answers
from openlines.store.tx import Reader, Tx


class Consent(NamedTuple):
    """`version` is the SHA-256 of text and link; `how`: notice, button, words or form."""

    id: int
    customer_id: int
    thread_id: int
    line_id: int
    version: str
    text: str
    url: str
    how: str
    at: int


class Answers(NamedTuple):
    """`answers` is JSON: [{"key", "label", "value"}, …] as they were shown."""

    conversation_id: int
    thread_id: int
    line_id: int
    answers: str
    at: int


_ADD = Statement(insert(consents))
_OF_CUSTOMER = Statement(
    select(*(consents.c[name] for name in Consent._fields))
    .where(consents.c.customer_id == bindparam("customer_id"))
    .order_by(consents.c.id.desc())
)
_ANSWERS = [form_answers.c[name] for name in Answers._fields]
_ADD_ANSWERS = Statement(insert(form_answers))
_SET_ANSWERS = Statement(form_answers.update().where(form_answers.c.conversation_id == bindparam("of_id")))
_OF_CONVERSATION = Statement(select(*_ANSWERS).where(form_answers.c.conversation_id == bindparam("id")))
_ANSWERS_OF_CUSTOMER = Statement(
    select(*_ANSWERS)
    .select_from(form_answers.join(conversations, conversations.c.id == form_answers.c.conversation_id))
    .where(conversations.c.customer_id == bindparam("customer_id"))
    .order_by(form_answers.c.conversation_id.desc())
)


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, id=tx.new_id(consents), **values)


def of_customer(reader: Reader, customer_id: int) -> list[Consent]:
    """Newest first."""
    return [Consent._make(row) for row in reader.all(_OF_CUSTOMER, customer_id=customer_id)]


def answers_of(reader: Reader, conversation_id: int) -> Answers | None:
    row = reader.one(_OF_CONVERSATION, id=conversation_id)
    return None if row is None else Answers._make(row)


def answers_of_customer(reader: Reader, customer_id: int) -> list[Answers]:
    """Newest first."""
    return [Answers._make(row) for row in reader.all(_ANSWERS_OF_CUSTOMER, customer_id=customer_id)]


def put_answers(tx: Tx, row: Answers) -> None:
    """One row per conversation: the form filled in again replaces what it said."""
    if answers_of(tx, row.conversation_id) is None:
        tx.run(_ADD_ANSWERS, **row._asdict())
    else:
        tx.run(_SET_ANSWERS, of_id=row.conversation_id, answers=row.answers, at=row.at)
