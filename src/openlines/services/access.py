"""On whose behalf: every object is fetched for an actor, and the check is inside the getter.

Two fixed roles for now. An administrator sees and does everything. An operator sees the conversations he
holds, is offered or listens to, and those of the lines in whose queue he is; he configures nothing. Who heads a
department reaches what its people have had, for which he answers and which he may rate: when he asks for it, by its
address or by the name of one of them; his own lists and his socket stay as they are. Finer rights will come into
this file and nowhere else. What may not be seen does not exist: `NotFound`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from openlines.core.state import Conversation
from openlines.services.errors import Forbidden, NotFound
from openlines.services.tree import led
from openlines.services.turn import Case, load
from openlines.store import conversations, departments, files, line_versions, lines, messages, seats, threads
from openlines.store.files import FileRow
from openlines.store.lines import LineRow
from openlines.store.messages import MessageRow
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader


class Actor(NamedTuple):
    """Who asks. What a program's key may be used for is asked at the door; here it is its user."""

    user_id: int
    role: str

    @property
    def administrator(self) -> bool:
        return self.role == "administrator"


class Sight(NamedTuple):
    """What an actor may see, for lists and for the sockets: everything, or his own and these lines."""

    user_id: int
    everything: bool
    line_ids: frozenset[int]

    def sees(self, *, line_id: int, operator_id: int | None, offered_to: int | None, listeners: Iterable[int]) -> bool:
        if self.everything or line_id in self.line_ids:
            return True
        return self.user_id in (operator_id, offered_to) or self.user_id in listeners


def sight(reader: Reader, actor: Actor) -> Sight:
    lines_of = frozenset() if actor.administrator else frozenset(seats.member_lines(reader, actor.user_id))
    return Sight(actor.user_id, actor.administrator, lines_of)


def sight_of(reader: Reader, actor: Actor, operator_id: int | None) -> Sight:
    """What he may see of a list of one operator's conversations: of his own people all of it."""
    seen = sight(reader, actor)
    return seen._replace(everything=True) if operator_id in led_by(reader, actor) else seen


def require_administrator(actor: Actor | None) -> None:
    """None: the machine's owner at the command line, who may do everything."""
    if actor is not None and not actor.administrator:
        raise Forbidden("only_administrators")


def access_conversation(reader: Reader, actor: Actor, conversation_id: int) -> Case:
    case = load(reader, conversation_id)
    c = case.c
    if actor.administrator or actor.user_id in (c.operator_id, c.offered_to):
        return case
    seat = seats.one(reader, c.line_id, actor.user_id)
    if seat is not None and seat.member:
        return case
    if actor.user_id in conversations.listening(reader, c.id) or may_rate_as_head(reader, actor, c):
        return case
    raise NotFound("conversation", id=conversation_id)


def may_rate_as_head(reader: Reader, actor: Actor, c: Conversation) -> bool:
    """Administrators any; the head of a department what its people and those of the departments below it have had."""
    if actor.administrator:
        return True
    return c.operator_id is not None and c.operator_id in led_by(reader, actor)


def led_by(reader: Reader, actor: Actor) -> frozenset[int]:
    """Whom he leads: the people and heads of his departments and of all below them, without himself."""
    return led(departments.all_departments(reader), actor.user_id)


def access_thread(reader: Reader, actor: Actor, thread_id: int) -> ThreadRow:
    """A thread is seen by whoever sees its latest conversation: after a transfer elsewhere it is gone from sight.

    Not from that of a head whose people have had one of its conversations: he would have nothing to rate it by.
    """
    thread = threads.one(reader, thread_id)
    if thread is None:
        raise NotFound("thread", id=thread_id)
    if not actor.administrator:
        latest = conversations.open_of_thread(reader, thread_id) or thread.last_conversation_id
        if latest is None:
            raise NotFound("thread", id=thread_id)
        try:
            access_conversation(reader, actor, latest)
        except NotFound:
            people = led_by(reader, actor)
            if not people or people.isdisjoint(
                conversations.operators_of_thread(reader, thread.customer_id, thread.id)
            ):
                raise NotFound("thread", id=thread_id) from None
    return thread


def access_message(reader: Reader, actor: Actor, message_id: int) -> MessageRow:
    row = messages.one(reader, message_id)
    if row is None:
        raise NotFound("message", id=message_id)
    try:
        access_thread(reader, actor, row.thread_id)
    except NotFound:
        raise NotFound("message", id=message_id) from None
    return row


def access_customer(reader: Reader, actor: Actor, customer_id: int) -> CustomerRow:
    row = threads.customer(reader, customer_id)
    if row is None:
        raise NotFound("customer", id=customer_id)
    if actor.administrator:
        return row
    for thread in threads.of_customer(reader, customer_id):
        try:
            access_thread(reader, actor, thread.id)
        except NotFound:
            continue
        return row
    raise NotFound("customer", id=customer_id)


def access_line(reader: Reader, actor: Actor, line_id: int) -> LineRow:
    """A line as its people may see it; changing one is for administrators (`require_administrator`)."""
    row = lines.one(reader, line_id)
    if row is None:
        raise NotFound("line", id=line_id)
    if not actor.administrator:
        seat = seats.one(reader, line_id, actor.user_id)
        if seat is None or not seat.member:
            raise NotFound("line", id=line_id)
    return row


def _is_photo(reader: Reader, actor: Actor, file_id: str) -> bool:
    """A photo that customers see, or, for those who look at a line's saved states, saw."""
    return files.is_face(reader, file_id) or (actor.administrator and line_versions.names_file(reader, file_id))


def access_file(reader: Reader, actor: Actor, file_id: str) -> FileRow:
    """A file of a thread follows the thread; one that is not sent yet is its uploader's; photos are everybody's."""
    row = files.one(reader, file_id)
    if row is None:
        raise NotFound("file", id=file_id)
    if row.thread_id is None:
        # Not sent yet: its uploader's alone; a photo of staff is everybody's.
        if row.user_id != actor.user_id and not _is_photo(reader, actor, file_id):
            raise NotFound("file", id=file_id)
        return row
    try:
        access_thread(reader, actor, row.thread_id)
    except NotFound:
        raise NotFound("file", id=file_id) from None
    return row
