"""For each row a few small changes to its rule: the row's tests must turn red, or they prove nothing.

A change is said as text: in this file of the package, this old text (which stands there exactly once; test_proofs.py
sees to that in every run) becomes the new one. `python -m tests.seed` tries them.
"""

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "openlines"


class Mutation(NamedTuple):
    """`row` is the beginning of the names of the tests that must notice; `old` and `new` are of one place in a file.

    Where two places keep the same rule, each without the other, `also` is the change (file, old, new) of the second.
    """

    row: str
    file: str
    old: str
    new: str
    also: tuple[str, str, str] | None = None

    @property
    def places(self) -> list[tuple[str, str, str]]:
        first = (self.file, self.old, self.new)
        return [first] if self.also is None else [first, self.also]

    def __str__(self) -> str:
        return f"{self.row}  {self.file}: {self.old.strip()}  →  {self.new.strip()}"


MUTATIONS = (
    Mutation(
        "s01",
        "api/guard.py",
        'need.who == "administrator" and actor.role',
        'need.who == "nobody" and actor.role',
        ("services/access.py", "is not None and not actor.administrator:", "is not None and not actor.user_id:"),
    ),
    Mutation("s01", "core/line.py", "    queue_time: int = 60", "    queue_time: int = 61"),
    Mutation(
        "s03",
        "services/channels.py",
        'settings.get("one_channel_of_a_kind", True)',
        'settings.get("one_channel", False)',
    ),
    Mutation("s04", "services/lines.py", "lines.count(tx) >= limit", "lines.count(tx) > limit"),
    Mutation("s04", "services/line_limits.py", "limit is None or place < limit", "limit is None or place <= limit"),
    Mutation("s04", "services/line_limits.py", "or row.off_reason == BY_LIMIT", "or row.off_reason == BY_HAND"),
    Mutation("s06", "services/queue.py", "if each != head]", "if each]"),
    Mutation(
        "s06", "services/queue.py", "people.setdefault(member)", "people.pop(member, None), people.setdefault(member)"
    ),
    Mutation("s06", "services/tree.py", "[department_id]\n", "[department_id][:1]\n    return found\n"),
    Mutation(
        "s07",
        "core/routing.py",
        "return each.first_at if first else each.again_at, each.position, each.user_id",
        "return each.position, each.user_id",
    ),
    Mutation("s07", "store/seats.py", "_asked(_FREE, _NOT_TRIED)", "_asked(_FREE)"),
    Mutation(
        "s08",
        "core/routing.py",
        '    if mode == "strictly":\n        return each.position, each.user_id',
        '    if mode == "strictly":\n        return each.first_at, each.position, each.user_id',
    ),
    Mutation("s08", "core/routing.py", "free = [each for each in candidates if each.eligible]", "free = [*candidates]"),
    Mutation("s09", "core/conversation.py", 'raise Refused("taken", operator=c.operator_id)', "pass"),
    Mutation("s09", "core/conversation.py", 'given.user_id, "declined")', 'given.user_id, "timeout")'),
    Mutation("s10", "core/line_problems.py", "QUEUE_TIME = (60, 12 * 3600)", "QUEUE_TIME = (59, 12 * 3600)"),
    Mutation("s10", "core/line_problems.py", "QUEUE_TIME = (60, 12 * 3600)", "QUEUE_TIME = (60, 12 * 3600 + 1)"),
    Mutation("s10", "core/timers.py", "else s.queue_time", "else s.queue_time + 1"),
    Mutation("s11", "core/schedule.py", "schedule.week[(day - 1) % 7]", "schedule.week[day % 7]"),
    Mutation("s11", "core/schedule.py", "start, end if end > start else end + _DAY_MINUTES", "start, end"),
    Mutation(
        "s11", "core/schedule.py", "if laid is None and day in schedule.holidays:", "if day in schedule.holidays:"
    ),
    Mutation("s11", "core/schedule.py", "        return ZoneInfo(name)", '        return ZoneInfo(name and "UTC")'),
    Mutation(
        "s12",
        "core/conversation.py",
        "    if s.check_availability and not somebody:",
        "    if s.hours_on and not somebody:",
    ),
    Mutation("s12", "core/conversation.py", '        return "closed"\n', "        return None\n"),
    Mutation("s12", "core/conversation.py", "off_hours_said=1", "off_hours_said=0"),
    Mutation("s13", "api/visitor/sites.py", 'not self.settings.get("only_in_hours") or', "True or"),
    Mutation(
        "s13",
        "api/visitor/sites.py",
        "schedule.is_open(self.chat_plan, now)\n",
        "schedule.is_open(self.line_plan, now)\n",
    ),
    Mutation("s14", "core/conversation.py", "(s.greeting_each or not given.greeted_before)", "True"),
    Mutation("s14", "core/conversation.py", "if greets and first and not c.greeted and", "if greets and"),
    Mutation("s15", "core/timers.py", 's.no_answer_time, "no_answer"', 's.no_answer_time + 1, "no_answer"'),
    Mutation("s15", "core/conversation.py", 's.no_answer_action == "text" and', "True and"),
    Mutation("s15", "core/timers.py", 's.no_answer_stops_on == "accept" and c.accepted_at', "c.accepted_at"),
    Mutation("s16", "core/line.py", "check_availability: bool = True", "check_availability: bool = False"),
    Mutation("s16", "core/availability.py", 'return "pause"', "return None"),
    Mutation(
        "s17", "core/conversation.py", 'return s.rating != "off" and c.rating is None', "return c.rating is not None"
    ),
    Mutation("s17", "core/conversation.py", "and not s.rating_before_finish:", "and False:"),
    Mutation("s18", "services/head_rating.py", "if not may_rate_as_head(tx, actor, case.c):", "if not case.c:"),
    Mutation("s18", "services/head_rating.py", "if not 1 <= value <= 5:", "if not 1 <= value <= 6:"),
    Mutation("s18", "services/head_rating.py", "c.operator_id != actor.user_id:", "c.operator_id == actor.user_id:"),
    Mutation("s19", "services/wording.py", '"_2" if rating', '"" if rating'),
    Mutation("s20", "core/conversation.py", 'c.state == "closing" and s.close_after_rating', 'c.state == "closing"'),
    Mutation("s20", "core/conversation.py", 'c.state == "closing" and s.close_after_rating', "False"),
    Mutation("s25", "core/kpi.py", "elif stop > due:", "elif stop > due + due:"),
    Mutation("s25", "core/kpi.py", '"closed", marks[-1][0]', '"met", marks[-1][0]'),
    Mutation("s25", "core/kpi.py", "max(c.responsible_at, c.opened_at)", "max(c.responsible_at, c.accepted_at or 0)"),
    Mutation("s26", "core/kpi.py", 'Clock("further", c.customer_since,', 'Clock("further", c.customer_at or 0,'),
    Mutation("s26", "core/kpi.py", '"breached", held_by(marks, due)', '"breached", answered_by'),
    Mutation("s27", "core/kpi.py", "notice_of(running.kind, rules.settings).on else None", "True else None"),
    Mutation("s27", "core/kpi.py", "SECOND * percent // 100", "SECOND"),
    Mutation("s27", "services/kpi.py", "    if notice.head:\n", "    if notice.head and not notice.operator:\n"),
)


def change(package: Path, mutation: Mutation) -> dict[Path, str]:
    """The changed files. Raises `ValueError` when a place is not there, or not the only one."""
    found = {}
    for name, old, new in mutation.places:
        source = (package / name).read_text()
        if source.count(old) != 1:
            raise ValueError(f"{source.count(old)} times in {name}: {old}")
        found[package / name] = source.replace(old, new)
    return found
