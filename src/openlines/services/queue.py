"""A line's queue: members as the administrator put them, and the seats that follow from them.

Members are users and departments (with those below them), a department without those who lead it unless its
member says `with_head`. A person counts once, at his first place; people who are switched off, and bots, never.
Seats follow at once whenever members, departments or people change.
"""

from collections.abc import Iterable, Sequence

from openlines.core.capacity import limit_for_offers
from openlines.core.line import Problem
from openlines.services import line_trouble, presence
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Invalid, NotFound
from openlines.services.line_versions import complete, keep, overtaken
from openlines.services.tree import with_children
from openlines.store import conversations, departments, lines, seats, users
from openlines.store.departments import Department
from openlines.store.lines import LineRow, Member
from openlines.store.seats import Seat
from openlines.store.tx import Reader, Tx
from openlines.store.users import User

Given = tuple[int | None, int | None] | Member  # (user, department): exactly one of them


def expand(members: Iterable[Given], tree: Sequence[Department]) -> list[int]:
    """The people of a queue in order, each at his first place."""
    by_id = {each.id: each for each in tree}
    people: dict[int, None] = {}
    for user_id, department_id, *with_head in members:
        if user_id is not None:
            people.setdefault(user_id)
        elif department_id in by_id:
            for each in with_children(tree, department_id):
                for member in _people_of(by_id[each], with_head=any(with_head)):
                    people.setdefault(member)
    return list(people)


def _people_of(department: Department, *, with_head: bool) -> list[int]:
    """Who stands for a department by itself. Its head is nobody's colleague in the queue unless that is wished."""
    head = department.head_id
    if head is None:
        return list(department.member_ids)
    others = [each for each in department.member_ids if each != head]
    return [head, *others] if with_head else others


def put_queue(tx: Tx, actor: Actor, line_id: int, version: int, members: Sequence[Given]) -> None:
    """Replaces the queue by another one.

    Refuses with `Invalid` (unknown or repeated members), `Conflict` (an old version).
    """
    require_administrator(actor)
    line = lines.one(tx, line_id)
    if line is None:
        raise NotFound("line", id=line_id)
    chosen = [Member(*each) for each in members]
    if not is_other_queue(tx, line_id, chosen) and line.version == version:
        return
    complete(tx, line)
    if not lines.put_seen(tx, line_id, version):
        raise overtaken(tx, line)
    seat_members(tx, actor, line_id, chosen)
    keep(tx, actor, line_id)


def is_other_queue(reader: Reader, line_id: int, members: Sequence[Member]) -> bool:
    """Whether this is another queue than the line has. Raises `Invalid` for members that are unknown or stand twice."""
    problems = _problems(reader, members)
    if problems:
        raise Invalid(problems)
    return list(members) != queue_of(reader, line_id)


def queue_of(reader: Reader, line_id: int) -> list[Member]:
    return [Member(*row[2:]) for row in lines.members(reader, [line_id])]


def seat_members(tx: Tx, actor: Actor, line_id: int, members: Sequence[Member]) -> None:
    """Replaces the queue by checked members; the caller has counted the line's version."""
    lines.put_members(tx, line_id, list(members))
    tx.event("queue.changed", line_id=line_id, user_id=actor.user_id)
    rebuild_seats(tx, [line_id])


def _problems(reader: Reader, members: Sequence[Member]) -> list[Problem]:
    people = {user.id for user in users.all_users(reader) if user.active}
    tree = {each.id for each in departments.all_departments(reader)}
    found = []
    named = [each[:2] for each in members]
    for place, (user_id, department_id) in enumerate(named):
        if (user_id is None) == (department_id is None):
            found.append(Problem(f"members.{place}", "one_target"))
        elif user_id is not None and user_id not in people:
            found.append(Problem(f"members.{place}.user_id", "unknown_user"))
        elif department_id is not None and department_id not in tree:
            found.append(Problem(f"members.{place}.department_id", "unknown_department"))
        elif named.index((user_id, department_id)) != place:
            found.append(Problem(f"members.{place}", "repeated"))
    return found


def rebuild_seats(tx: Tx, line_ids: Iterable[int] | None) -> None:
    """Brings seats in line with members, departments and people; None means every line, and that people have come
    into departments or out of them: what waits for a department is looked at again."""
    rows = lines.every(tx) if line_ids is None else lines.some(tx, list(line_ids))
    ids = [row.id for row in rows]
    if not ids:
        return
    tree, people = departments.all_departments(tx), {user.id: user for user in users.all_users(tx)}
    members: dict[int, list[Member]] = {line_id: [] for line_id in ids}
    for line_id, _, *member in lines.members(tx, ids):
        members[line_id].append(Member(*member))
    present: dict[int, dict[int, Seat]] = {line_id: {} for line_id in ids}
    for seat in seats.of_lines(tx, ids):
        present[seat.line_id][seat.user_id] = seat
    room = presence.TAKEN_AT_ONCE
    for row in rows:
        order = [each for each in expand(members[row.id], tree) if each in people and people[each].active]
        if _seat_people(tx, row, order, people, present[row.id]):
            taken, more = take_back_left(tx, row.id, room)
            room -= taken
            if more:
                _go_on(tx, row.id)
        line_trouble.look(tx, row.id)
    if line_ids is None:
        conversations.kick_departments(tx)


def _seat_people(tx: Tx, line: LineRow, order: list[int], people: dict[int, User], known: dict[int, Seat]) -> bool:
    """True when somebody has left whose conversations of this line are to go back."""
    line_id, limit, check = line.id, limit_for_offers(line.rules), line.rules.check_availability
    free = False
    for position, user_id in enumerate(order):
        user, seat = people[user_id], known.pop(user_id, None)
        here = int(bool(user.available) or not check)
        values = {"member": 1, "position": position, "present": here}
        if seat is None:
            seats.add(tx, line_id, user_id, **values, eligible=here)
            free = free or bool(here)
            continue
        eligible = int(here and (not limit or seat.counted < limit))
        if any(getattr(seat, name) != value for name, value in {**values, "eligible": eligible}.items()):
            seats.put_eligible(tx, line_id, user_id, limit, **values)
            free = free or bool(here)
    left = [_leave(tx, line_id, user_id, seat, people.get(user_id)) for user_id, seat in known.items()]
    if free:
        conversations.kick(tx, line_id)
    return any(left)


def _leave(tx: Tx, line_id: int, user_id: int, seat: Seat, user: User | None) -> bool:
    """Out of the queue; True when what he holds or is offered in this line is to go back. Who was switched off has
    lost everything already (`presence.refresh_user`)."""
    gone = user is None or not user.active
    if seat.member or (gone and seat.eligible):
        place = {"position": seat.position if gone else seats.LEFT}
        seats.put(tx, line_id, user_id, member=0, eligible=0, present=0, **place)
    return bool(seat.member) and not gone


def _go_on(tx: Tx, line_id: int) -> None:
    """Leaves the rest to who carries changes of rules to all of a line, without such a change."""
    if lines.rearming(tx, line_id) is None:
        lines.put(tx, line_id, rearm_after=lines.NOTHING_TO_REARM)
    tx.poke("rearm")


def take_back_left(tx: Tx, line_id: int, most: int) -> tuple[int, bool]:
    """Gives back up to `most` conversations of people who left the line's queue; how many, and whether there are more.

    Who has come back to the queue meanwhile keeps what is still his: his place there is no longer `seats.LEFT`.
    """
    taken = 0
    for user_id in seats.left(tx, line_id):
        ids = sorted(each for each, at in conversations.in_hand(tx, user_id).items() if at == line_id)
        presence.take_back(tx, user_id, ids[: most - taken])
        if len(ids) > most - taken:
            return most, True
        taken += len(ids)
        seats.put(tx, line_id, user_id, position=0)
    return taken, False


def members_of(reader: Reader, line_id: int) -> list[tuple[Member, list[int]]]:
    """Members in order, each with the people that it stands for (each person at his first place only)."""
    tree = departments.all_departments(reader)
    active = {user.id for user in users.all_users(reader) if user.active}
    seen: set[int] = set()
    found = []
    for _, _, *values in lines.members(reader, [line_id]):
        member = Member(*values)
        people = [each for each in expand([member], tree) if each in active and each not in seen]
        seen.update(people)
        found.append((member, people))
    return found
