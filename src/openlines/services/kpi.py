"""Records of answers that are owed: begun, ended and moved with the conversation, in the transaction of its turn.

What is owed is derived (core.kpi.clock) before and after a turn; where both agree nothing is written, and a line
without targets costs nothing at all. A clock that starts is one insert, one that ends is one look and one update.
"""

from collections.abc import Sequence
from typing import Any

from openlines.core.inputs import TargetStep
from openlines.core.kpi import Clock, Mark, clock, has_targets, holder, measure, moment, notice_of
from openlines.core.state import Conversation, Rules
from openlines.services import heads, notices
from openlines.store import kpi, lines
from openlines.store.conversations import Around
from openlines.store.kpi import Record, text_of
from openlines.store.tables import kpi_records
from openlines.store.tx import Reader, Tx


def follow(
    tx: Tx,
    before: Conversation | None,
    old: Rules,
    after: Conversation,
    rules: Rules,
    *,
    spoke: int | None = None,
) -> None:
    """Brings the records in line with what a turn did. `before`: None for a new conversation; `spoke`: whose words
    went to the customer. `old` are the rules of the line that the conversation was in before."""
    if not (has_targets(rules.settings) or has_targets(old.settings)):
        return
    was = clock(before, old) if before is not None else None
    now = clock(after, rules)
    if before is None or was is None:
        if now is not None:
            _begin(tx, after, now, rules, again=before is not None and before.state == "closed")
        return
    if now is None or (now.kind, now.start) != (was.kind, was.start):
        _end(tx, before, after, was, rules if after.line_id == before.line_id else old, spoke)
        if now is not None:
            _begin(tx, after, now, rules)
    elif after.line_id != before.line_id:
        _move(tx, before, after, now, rules)
    elif holder(after) != holder(before):
        record = kpi.open_of(tx, after.id)
        if record is not None:
            kpi.put(tx, record.id, held=text_of((*record.marks, (holder(after), tx.now))))


def _begin(tx: Tx, c: Conversation, running: Clock, rules: Rules, *, again: bool = False) -> None:
    if again and running.start < tx.now:  # a finish that was undone: the clock never stopped
        record = kpi.started_then(tx, c.id, running.kind, running.start)
        if record is not None:
            values = {"target": running.target, "due_at": moment(running, rules), "held": _as_marks(record, c)}
            kpi.put(tx, record.id, stopped_at=None, outcome=None, elapsed=None, holder_id=None, **values)
            return
    kpi.add(tx, _fresh(tx, c, running, rules, ((holder(c), running.start),)))


def _as_marks(record: Record, c: Conversation) -> str:
    """The spells of an ended record as marks again; what its clock left out (closed hours) belongs to the last."""
    marks: list[Mark] = []
    at = record.started_at
    for who, time in record.marks:
        marks.append((who, at))
        at += time
    return text_of(marks or [(holder(c), record.started_at)])


def _fresh(tx: Tx, c: Conversation, running: Clock, rules: Rules, marks: Sequence[Mark]) -> Record:
    due = moment(running, rules)
    return Record(
        tx.new_id(kpi_records),
        c.id,
        c.line_id,
        running.kind,
        running.start,
        running.target,
        due,
        *(None, None, None, None, None),
        text_of(marks),
    )


def _end(tx: Tx, before: Conversation, after: Conversation, was: Clock, rules: Rules, spoke: int | None) -> None:
    """The answer came, or the conversation ended without one, or the next line has no target for it."""
    record = kpi.open_of(tx, after.id)
    new = record is None
    if record is None:  # targets have just been set, and the line's change has not come so far yet
        record = _fresh(tx, before, was, rules, _likely_marks(before, was))
    answered = after.customer_since is None
    moved = not answered and after.line_id != before.line_id
    if moved and tx.now <= record.due_at:
        if not new:
            kpi.drop(tx, record.id)
        return
    marks = record.marks
    found = measure(
        marks, record.started_at, record.due_at, tx.now, rules, answered_by=spoke, closed=not answered and not moved
    )
    values: dict[str, Any] = {
        "stopped_at": tx.now,
        "outcome": found.outcome,
        "elapsed": found.elapsed,
        "holder_id": found.holder_id,
        "answered_by": spoke if answered else None,
        "held": text_of(found.held),
    }
    if new:
        kpi.add(tx, record._replace(**values))
    else:
        kpi.put(tx, record.id, **values)


def _move(tx: Tx, before: Conversation, after: Conversation, now: Clock, rules: Rules) -> None:
    """To another line: the clock keeps its start, the target is the new line's; a deadline that is over is over."""
    record = kpi.open_of(tx, after.id)
    if record is None:
        kpi.add(tx, _fresh(tx, after, now, rules, _likely_marks(after, now)))
        return
    values: dict[str, Any] = {}
    if holder(after) != holder(before):
        values["held"] = text_of((*record.marks, (holder(after), tx.now)))
    if tx.now <= record.due_at:
        values |= {"line_id": after.line_id, "target": now.target, "due_at": moment(now, rules)}
    if values:
        kpi.put(tx, record.id, **values)


def _likely_marks(c: Conversation, running: Clock) -> tuple[Mark, ...]:
    """Who held it while nothing was recorded, as far as the conversation itself tells: its holder since he has it."""
    who, since = holder(c), max(c.accepted_at or 0, running.start)
    if who is None or since == running.start:
        return ((who, running.start),)
    return ((None, running.start), (who, since))


# --- a change of targets ----------------------------------------------------------------------------------


def realign(tx: Tx, cases: Sequence[tuple[Conversation, Rules]]) -> None:
    """Records of open conversations as if the present rules had always held."""
    found = kpi.open_of_some(tx, [c.id for c, _ in cases])
    for c, rules in cases:
        running, record = clock(c, rules), found.get(c.id)
        if record is None:
            if running is not None:
                kpi.add(tx, _fresh(tx, c, running, rules, _likely_marks(c, running)))
        elif record.line_id != c.line_id:
            continue  # the deadline passed in another line
        elif running is None:
            kpi.drop(tx, record.id)
        else:
            values = {"started_at": running.start, "target": running.target, "due_at": moment(running, rules)}
            if any(getattr(record, name) != value for name, value in values.items()):
                kpi.put(tx, record.id, **values)


def sweep(tx: Tx, line_id: int) -> None:
    """After a change has reached all of a line: what it has no target for any more does not run."""
    row = lines.one(tx, line_id)
    if row is None:
        return
    for kind, target in (("first", row.rules.kpi_first), ("further", row.rules.kpi_further)):
        if not target:
            kpi.sweep(tx, line_id, kind)


# --- telling people -----------------------------------------------------------------------------------------


def tell(tx: Tx, c: Conversation, rules: Rules, around: Around, reached: TargetStep) -> None:
    """A step of the target is reached: whoever the line names is told of it, once."""
    record = kpi.open_of(tx, c.id)
    if record is None:
        realign(tx, [(c, rules)])
        record = kpi.open_of(tx, c.id)
    if record is None:
        return
    notice = notice_of(reached.kind, rules.settings)
    row = lines.one(tx, c.line_id)
    params = {
        "guest": c.thread_id,
        "operator": around.holder_name or "",
        "line": row.name if row is not None else "",
        "number": c.id,
        "waited": reached.waited,
        "target": reached.target * 1_000_000,
        "step": reached.step,
        "words": dict(notice.text),
    }
    notices.add(
        tx,
        f"kpi_{reached.kind}",
        record.id,
        reached.step,
        people_to_tell(tx, c, rules, reached.kind),
        notice.media,
        params,
        c.id,
        c.line_id,
        webhook_url=notice.webhook_url,
    )


def people_to_tell(reader: Reader, c: Conversation, rules: Rules, kind: str) -> list[int]:
    """The chosen people, the operator who holds it, his head (without one, the heads of the line's departments)."""
    notice = notice_of("first" if kind == "first" else "further", rules.settings)
    people = [*notice.people]
    who = holder(c)
    if notice.operator and who is not None:
        people.append(who)
    if notice.head:
        people += heads.heads_of(reader, who, c.line_id)
    return list(dict.fromkeys(people))
