"""The form before the chat: what is asked, what a visitor answers, and where it goes.

Name, e-mail and phone go to the customer's card as such, the rest as fields under their labels; the conversation
gets all of it as a fact. What the card knows already is not asked again. The server judges every answer; what the
page checks before is only kinder. Answers that come before there is a conversation wait with the thread.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from openlines.core.line import FormField, LineSettings, Problem, worded
from openlines.core.state import Refused
from openlines.services import consent
from openlines.services.errors import Invalid
from openlines.services.turn import Turn, load
from openlines.store import consents, conversations, threads
from openlines.store.consents import Answers
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader, Tx

SHORT, LONG = 200, 1000  # characters of a name or a contact; of a free answer
_CARD = ("name", "email", "phone")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+?[\d\s().\-]{5,30}")
_DIGITS = re.compile(r"\d")


class Answer(NamedTuple):
    """`label` as it was shown to the visitor."""

    key: str
    label: str
    value: str


def unknown(settings: LineSettings, customer: CustomerRow | None) -> list[FormField]:
    """The questions whose answer is not on the card yet."""
    if settings.form == "off":
        return []
    if customer is None:
        return list(settings.form_fields)
    fields: Mapping[str, Any] = msgspec.json.decode(customer.fields)
    return [each for each in settings.form_fields if not _known(each, customer, fields)]


def _known(field: FormField, customer: CustomerRow, fields: Mapping[str, Any]) -> bool:
    if field.kind in _CARD:
        return bool(getattr(customer, field.kind))
    return any(fields.get(label) for label in field.label.values() if label)


def asked(settings: LineSettings, thread: ThreadRow | None, customer: CustomerRow | None) -> list[FormField]:
    """What this visitor is to be asked now: once, and again only when something that is required became unknown."""
    found = unknown(settings, customer)
    answered = thread is not None and thread.form_at is not None
    return [] if answered and not any(each.required for each in found) else found


def needed(reader: Reader, settings: LineSettings, thread: ThreadRow | None) -> bool:
    """Must the form be filled in before this visitor may write? Only at the start of a conversation."""
    if settings.form != "before":
        return False
    if thread is not None and conversations.open_of_thread(reader, thread.id) is not None:
        return False
    customer = threads.customer(reader, thread.customer_id) if thread is not None else None
    return any(each.required for each in unknown(settings, customer))


def check(fields: Sequence[FormField], given: Mapping[str, str], language: str) -> list[Answer]:
    """The answers in the order of the form. Raises `Invalid` with the path of each wrong one ("answers.email")."""
    by_key = {each.key: each for each in fields}
    problems = [Problem(f"answers.{key}", "unknown_field") for key in given if key not in by_key]
    answers = []
    for field in fields:
        value = given.get(field.key, "").strip()
        problem = _wrong(field, value)
        if problem is not None:
            problems.append(problem)
        elif value:
            answers.append(Answer(field.key, worded(field.label, language), value))
    if problems:
        raise Invalid(problems)
    return answers


def _wrong(field: FormField, value: str) -> Problem | None:
    path = f"answers.{field.key}"
    if not value:
        return Problem(path, "answer_needed") if field.required else None
    most = LONG if field.kind == "text" else SHORT
    if len(value) > most:
        return Problem(path, "too_long", {"most": most})
    if field.kind == "email" and not _EMAIL.fullmatch(value):
        return Problem(path, "not_an_email")
    if field.kind == "phone" and not (_PHONE.fullmatch(value) and 5 <= len(_DIGITS.findall(value)) <= 15):
        return Problem(path, "not_a_phone")
    if field.kind == "choice" and not any(value in words.values() for words in field.choices):
        return Problem(path, "choice_needed")
    return None


def judged(
    settings: LineSettings, customer: CustomerRow | None, given: Mapping[str, str], language: str
) -> tuple[list[FormField], list[Answer]]:
    """What was still to be asked, and the answers. Refuses with `Invalid`, and "no_form" where there is none."""
    if settings.form == "off":
        raise Refused("no_form")
    wanted = unknown(settings, customer)
    return wanted, check(wanted, {key: given[key] for key in given if not _old(key, wanted, settings)}, language)


def fill(tx: Tx, thread: ThreadRow, given: Mapping[str, str], language: str) -> None:
    """The visitor has answered. Refuses as `judged` does."""
    open_id = conversations.open_of_thread(tx, thread.id)
    case = load(tx, open_id) if open_id is not None else None
    settings = case.rules.settings if case is not None else consent.line_of(tx, thread.channel_id)[1]
    customer = threads.customer(tx, thread.customer_id)
    wanted, answers = judged(settings, customer, given, language)
    if customer is not None:
        _to_card(tx, customer, wanted, answers)
    if case is not None:
        turn = Turn(tx, case)
        write_down(turn, answers)
        turn.thread["form_at"] = tx.now
        turn.done()
    else:
        waiting = _kept(answers) if answers else ""
        threads.put(tx, thread.id, form_at=tx.now, form_waiting=waiting)
    tx.event("customer.changed", thread_id=thread.id, conversation_id=open_id, data={"customer_id": thread.customer_id})


def _old(key: str, wanted: Sequence[FormField], settings: LineSettings) -> bool:
    """A question of this form that has its answer: another tab was faster."""
    return all(each.key != key for each in wanted) and any(each.key == key for each in settings.form_fields)


def _to_card(tx: Tx, customer: CustomerRow, fields: Sequence[FormField], answers: Sequence[Answer]) -> None:
    kinds = {each.key: each.kind for each in fields}
    changes: dict[str, Any] = {kinds[each.key]: each.value for each in answers if kinds[each.key] in _CARD}
    more = {each.label: each.value for each in answers if kinds[each.key] not in _CARD}
    if more:
        changes["fields"] = msgspec.json.encode({**msgspec.json.decode(customer.fields), **more}).decode()
    if changes:
        threads.put_customer(tx, customer.id, **changes)


def _kept(answers: Sequence[Answer]) -> str:
    return msgspec.json.encode([each._asdict() for each in answers]).decode()


def write_down(turn: Turn, answers: Sequence[Answer]) -> None:
    """Into the conversation: a fact for staff, and the answers as they were given."""
    if not answers:
        return
    c, now = turn.c, turn.tx.now
    consents.put_answers(turn.tx, Answers(c.id, c.thread_id, c.line_id, _kept(answers), now))
    turn.noted("form_filled", "\n".join(map(_line, answers)))


def _line(answer: Answer) -> str:
    """ "E-mail: eve@example.org"; a label that ends a sentence needs no colon."""
    colon = "" if answer.label.endswith(("?", "!", ":", ".", "…")) else ":"
    return f"{answer.label}{colon} {answer.value}"


def from_before(turn: Turn) -> None:
    """The answers that were given before there was a conversation, if any."""
    waiting = turn.around.form_waiting
    if waiting:
        write_down(turn, [Answer(**each) for each in msgspec.json.decode(waiting)])
        turn.thread["form_waiting"] = ""
