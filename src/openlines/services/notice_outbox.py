"""Words to staff on their way out of the house: claimed before the first byte, settled by what came back.

    queued → sending → sent
                     → queued again (nothing was taken over: growing pauses, until it is too late to matter)
                     → failed (for good, or given up)
                     → unknown (bytes left, no answer): mail and push are not repeated, webhooks are, under their id

An attempt carries its number: what an attempt reports that was taken from it meanwhile is dropped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from openlines.core.line import DAY, HOUR, MINUTE, SECOND
from openlines.notify.base import Again, Failed, MailServer, Outcome, Sent, Unknown
from openlines.services import notices
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import NotFound
from openlines.services.mail import KIND as LETTER
from openlines.services.mail import read_meanwhile
from openlines.services.notify_settings import mail_server
from openlines.store import notice_outbox as rows
from openlines.store import notify_settings, portal, push, users
from openlines.store.messages import text_of
from openlines.store.notice_outbox import Candidate, Failure, Ref
from openlines.store.push import Subscription
from openlines.store.tx import Reader, Tx

LEASE: Final = 60 * SECOND
# So long a try makes sense: a word that somebody waits is stale soon, a letter or a webhook is not.
GIVEN_UP: Final = {"email": DAY, "push": 4 * HOUR, "webhook": DAY}
PAUSES: Final = (5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR)
LANE_ROOM: Final = {"email": 4, "push": 8, "webhook": 4}  # at once to one server
_CROWD: Final = 100
_LOOKS: Final = 10  # at so many crowds in one claim
_DETAIL: Final = 300


class Trouble(msgspec.Struct, omit_defaults=True):
    """What is kept of a try that did not go well. `given_up`: it was tried for as long as it made sense."""

    code: str
    detail: str = ""
    given_up: bool = False


class Job(NamedTuple):
    """One row to carry out. A letter to somebody outside has no person."""

    ref: Ref
    medium: str
    kind: str
    step: int
    params: dict[str, Any]
    created_at: int
    conversation_id: int | None
    line_id: int | None
    line_name: str
    email: str
    name: str
    language: str
    browsers: list[Subscription]
    lanes: tuple[str, ...]


class House(NamedTuple):
    """What sending needs to know of the portal."""

    mail: MailServer
    private_hooks: bool
    epoch: str
    settings_version: int


_NOBODYS: Final = House(MailServer(), False, "", 0)


class Claimed(NamedTuple):
    jobs: list[Job]
    house: House
    more: bool  # others are due as well
    next_at: int | None
    late: int  # µs that the longest waiting one of them was overdue


def claim(tx: Tx, node: str, most: int, busy: Mapping[str, int]) -> Claimed:
    """Takes what is due and has room in its lane; it is `sending` when this is committed.

    A lane is one server on the other side, so that one that hangs delays nobody but itself.
    """
    taking = _Taking(tx, node, most, busy)
    more = True
    for _ in range(_LOOKS):
        more = taking.look()
        if not more or len(taking.jobs) >= most:
            break
    more = more and taking.done > 0  # else there would be the same to see
    return Claimed(taking.jobs, taking.house, more, None if more else rows.next_due(tx), taking.late)


class _Taking:
    """What is taken by one claim. What only finds no room stays as it is and is not looked at before there is."""

    def __init__(self, tx: Tx, node: str, most: int, busy: Mapping[str, int]) -> None:
        self._tx = tx
        self._node = node
        self._most = most
        self._taken = Counter(busy)  # by lane
        self._crowded: set[int] = set()  # people with a browser at a push service without room
        self.house = _NOBODYS
        self.jobs: list[Job] = []
        self.done = 0  # rows that are taken, or have come to their end
        self.late = 0

    def look(self) -> bool:
        """Takes of the first hundred that are due, but for those without room; whether another look shows others."""
        tx, done, full = self._tx, self.done, self._full()
        candidates = rows.due(tx, but_lanes=full[0], but_push_of=full[1])
        if not candidates:
            return False
        if self.house is _NOBODYS:
            self.house = _house(tx)
        stale = read_meanwhile(tx, candidates)
        if stale:
            rows.take_back(tx, sorted(stale))
        browsers = push.of_users(tx, [each.user_id for each in candidates if each.medium == "push"])
        before = len(self.jobs)
        for each in candidates:
            self.done += each.id in stale or self._take(each, browsers.get(each.user_id, []))
        if taken := self.jobs[before:]:
            rows.claim(tx, [job.ref.id for job in taken], lease=self._node, until=tx.now + LEASE)
        return len(candidates) >= _CROWD and (self.done, self._full()) != (done, full)

    def _full(self) -> tuple[list[str], list[int]]:
        """Lanes without room, and people who wait for one of the push services."""
        lanes = [lane for lane, count in self._taken.items() if count >= LANE_ROOM[lane.partition(" ")[0]]]
        return lanes, sorted(self._crowded)

    def _take(self, each: Candidate, browsers: list[Subscription]) -> bool:
        """False when it has to wait for room."""
        job = _job(each, self._node, browsers)
        trouble = _hopeless(each, job, self.house, self._tx.now)
        if trouble is not None:
            rows.end(self._tx, each.id, state="failed", error=text_of(msgspec.to_builtins(trouble)))
            return True
        if len(self.jobs) >= self._most:
            return False
        if any(self._taken[lane] >= LANE_ROOM[each.medium] for lane in job.lanes):
            if each.medium == "push":
                self._crowded.add(each.user_id)
            return False
        self._taken.update(job.lanes)
        self.jobs.append(job)
        self.late = max(self.late, self._tx.now - each.due_at)
        return True


def _house(reader: Reader) -> House:
    row, found = notify_settings.the_row(reader), portal.the_portal(reader)
    return House(
        mail_server(row.mail) if row is not None else MailServer(),
        bool(row.private_hooks) if row is not None else False,
        found.epoch if found is not None else "",
        row.version if row is not None else 0,
    )


def _job(each: Candidate, node: str, browsers: list[Subscription]) -> Job:
    params = notices.filled(each.params, each.customer)
    done = set(params.get("done", ()))
    left = [one for one in browsers if one.id not in done]
    if each.medium == "push":
        lanes = tuple(dict.fromkeys(f"push {notices.server_of(one.endpoint)}" for one in left))
    else:
        lanes = (notices.lane_of(each.medium, str(params.get("url", ""))),)
    return Job(
        Ref(each.id, node, each.attempts + 1),
        each.medium,
        each.kind,
        each.step,
        params,
        each.created_at,
        each.conversation_id,
        each.line_id,
        each.line_name or "",
        (str(params.get("to", "")) if each.kind == LETTER else each.email) or "",
        each.name or "",
        each.language or "",
        left,
        lanes,
    )


def _hopeless(each: Candidate, job: Job, house: House, now: int) -> Trouble | None:
    """Why a row need not be tried. What was tried before and is asked for again by a person is not too old."""
    if each.medium != "webhook" and each.kind != LETTER and not each.active:
        return Trouble("person_left")
    if each.attempts == 0 and now - each.created_at >= GIVEN_UP[each.medium]:
        return Trouble("notice_too_old")
    if each.medium == "email" and not house.mail.is_set:
        return Trouble("mail_not_set")
    if each.medium == "push" and not job.browsers:
        return Trouble("push_no_browser")
    return None


# --- what came of it ------------------------------------------------------------------------------------------------


def settle(
    tx: Tx,
    job: Job,
    outcome: Outcome,
    *,
    done: Sequence[int] = (),
    gone: Sequence[int] = (),
    refused: Sequence[int] = (),
) -> None:
    """Writes down an attempt. Of web push: the browsers that took it, those that are gone, those that refused."""
    if gone:
        push.drop_some(tx, gone)
    if refused:
        push.failed(tx, refused)
    match outcome:
        case Sent():
            # A stranger's letter is his: nothing of it is kept once it has gone.
            forgotten = {"params": "{}"} if job.kind == LETTER else {}
            rows.settle(tx, job.ref, state="sent", error=None, **forgotten)
        case Failed(code, detail):
            rows.settle(tx, job.ref, state="failed", error=_error(Trouble(code, detail)))
        case Unknown(detail):
            rows.settle(tx, job.ref, state="unknown", error=_error(Trouble("notice_unknown", detail)))
        case Again(code, detail, after):
            _again(tx, job, Trouble(code, detail), after, done)


def _again(tx: Tx, job: Job, trouble: Trouble, after: float, done: Sequence[int]) -> None:
    pause = max(round(after * SECOND), PAUSES[min(job.ref.attempts, len(PAUSES)) - 1])
    if tx.now + pause - job.created_at >= GIVEN_UP[job.medium]:
        trouble.given_up = True
        rows.settle(tx, job.ref, state="failed", error=_error(trouble))
        if job.medium == "webhook":
            _alert(tx, "hook_parked", job.line_id or 0, {"line": job.line_name})
        return
    if trouble.code in _SERVER_TROUBLES and job.ref.attempts > 1:
        _alert(tx, "mail_broken", 0, {})
    values: dict[str, Any] = {"state": "queued", "due_at": tx.now + pause, "error": _error(trouble)}
    if done:
        kept = notices.without_customer(job.params)
        values["params"] = text_of({**kept, "done": sorted({*job.params.get("done", ()), *done})})
    if rows.settle(tx, job.ref, **values):
        tx.poke("notices")


# Not one letter is the trouble then but the server, or how it is set.
_SERVER_TROUBLES: Final = frozenset(
    {
        "mail_no_such_host",
        "mail_nobody_listens",
        "mail_timeout",
        "mail_unreachable",
        "mail_hung_up",
        "mail_greeting",
        "mail_no_tls",
        "mail_no_starttls",
        "mail_bad_certificate",
        "mail_no_login",
        "mail_login_refused",
        "mail_sender_refused",
    }
)


def _alert(tx: Tx, kind: str, subject: int, params: Mapping[str, Any]) -> None:
    """Administrators are told in the workspace, once a day."""
    people = [each.id for each in users.all_users(tx) if each.active and each.role == "administrator"]
    notices.add(tx, kind, subject, tx.now // DAY, people, ["workspace"], params, None, subject or None)


def _error(trouble: Trouble) -> str:
    trouble.detail = trouble.detail[:_DETAIL]
    return text_of(msgspec.to_builtins(trouble))


def renew(tx: Tx, node: str, ids: Sequence[int]) -> None:
    """A send that takes long keeps its lease."""
    rows.renew(tx, ids, lease=node, until=tx.now + LEASE)


def give_up_lost(tx: Tx, dead: str | None = None) -> int:
    """Attempts whose sender is gone: webhooks go again under their id, the rest nobody can say. Returns how many."""
    found = rows.lost(tx, before=tx.now, dead=dead)
    for ref, medium in found:
        if medium == "webhook":
            rows.settle(tx, ref, state="queued", due_at=tx.now)
        else:
            rows.settle(tx, ref, state="unknown", error=_error(Trouble("notice_unknown")))
    if found:
        tx.poke("notices")
    return len(found)


# --- what did not arrive --------------------------------------------------------------------------------------------

# Nothing went wrong here, there was only nobody to tell.
_NO_TROUBLE: Final = frozenset({"push_no_browser", "person_left"})


class Undelivered(NamedTuple):
    row: Failure
    trouble: Trouble
    to: str  # an address or a name


class Outbox(NamedTuple):
    """`waiting`: on their way, by medium. `last`: where the next page begins, if there is one."""

    troubles: list[Undelivered]
    waiting: dict[str, int]
    last: int | None


def outbox(reader: Reader, actor: Actor, *, before: int | None = None, limit: int = 50) -> Outbox:
    """What did not arrive, newest first."""
    require_administrator(actor)
    found = []
    page = rows.troubles(reader, before or 2**62, limit)
    for row in page:
        trouble = msgspec.json.decode(row.error or '{"code": "notice_unknown"}', type=Trouble)
        if trouble.code not in _NO_TROUBLE:
            params = msgspec.json.decode(row.params or "{}")
            to = params.get("to") if row.kind == LETTER else params.get("url") if row.medium == "webhook" else None
            found.append(Undelivered(row, trouble, str(to or row.user_name or "")))
    return Outbox(found, rows.waiting(reader), page[-1].id if len(page) >= limit else None)


def again(tx: Tx, actor: Actor, notice_id: int) -> None:
    """A person wants one that did not arrive to be tried once more, now, however old it is."""
    require_administrator(actor)
    if not rows.again(tx, notice_id, due_at=tx.now, attempts=1):
        raise NotFound("notice", id=notice_id)
    tx.poke("notices")


def dismiss(tx: Tx, actor: Actor, ids: Sequence[int]) -> int:
    """A person has seen them; they are shown no more. Returns how many."""
    require_administrator(actor)
    return rows.dismiss(tx, ids)
