"""Carries deliveries to vendors: each thread in its order, many threads side by side, nobody delayed by another.

Claimed in one transaction, sent outside of any, settled in another. Between the two this process alone knows
what happens; when it dies there, the lease runs out and the delivery becomes `unknown`.
"""

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Callable
from typing import Final

from openlines.channels.base import (
    AuthDead,
    Failed,
    OpenFile,
    Outcome,
    Retry,
    Sent,
    Unknown,
)
from openlines.services import channel_state, deliveries
from openlines.services.deliveries import Claimed, Job, Room
from openlines.store import Commit, Store, StoreError
from openlines.store.deliveries import calls as calls_of
from openlines.store.deliveries import joined
from openlines.support import failpoints
from openlines.support.log import logger
from openlines.support.secrets import SecretsUnreadable
from openlines.workers.accounts import Accounts, Connected
from openlines.workers.alarm import SECOND, Alarm
from openlines.workers.claiming import Claiming
from openlines.workers.pace import Pace
from openlines.workers.persist import finish, persist, write_down

log = logger(__name__)

AT_ONCE: Final = 64
AT_ONCE_PER_CHANNEL: Final = 24
LATE: Final = SECOND  # µs overdue at a safety look: nobody had told us
_RENEWED_EVERY: Final = 20.0
_BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_BROKEN: Final = 60.0  # seconds that a channel without valid credentials sends nothing
_STOP: Final = 10.0

Done = tuple[tuple[str, ...], ...]  # the vendor's ids, by call


class _Course:
    """One job under way."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.done: Done = calls_of(job.done)
        self.target: list[str] | None = list(job.outgoing.target) if job.outgoing.what == "edit" else None
        self.leaving = False  # bytes may be out there

    def add(self, sent: Sent) -> None:
        self.done = (*self.done, sent.external_ids)
        if self.target is not None:
            self.target = [each for each in self.target if each not in sent.gone]
            self.target += [each for each in sent.external_ids if each not in self.target]


class Deliverer:
    """One per node that delivers."""

    def __init__(self, store: Store, accounts: Accounts, open_file: OpenFile, node: str) -> None:
        self._store = store
        self._accounts = accounts
        self._open_file = open_file
        self._node = node
        self._alarm = Alarm(store.clock.now)
        self._under_way: dict[int, tuple[_Course, asyncio.Task[None]]] = {}
        self._room = asyncio.Event()
        self._paused: dict[int, int] = {}  # channel → instant
        self._slowed: dict[int, dict[int, int]] = {}  # channel → thread → instant
        self._paces: dict[str, tuple[Pace, Pace]] = {}  # by kind: of threads, of channels
        self._free_at: list[int] = []  # instants at which an unknown end holds its thread up no longer
        self._stopping = False
        self._buried = False  # what a former life of ours left
        self._claiming = Claiming[Claimed]()
        self.counts: Counter[str] = Counter()  # by outcome
        self.found_late = 0  # by safety looks; stays 0 as long as nothing is lost
        self.observe: Callable[[int], None] = lambda waited: None  # µs from being made to being sent
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "deliver" in commit.pokes:
            self._alarm.ring()
        if not commit.pokes.isdisjoint(("channels", "channel_ok")):
            # A channel was changed, or works again: what stood still because of it may go.
            self._paused.clear()
            self._alarm.ring()

    async def run(self) -> None:
        """Works until it is cancelled; call `stop` afterwards."""
        self._alarm.ring()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(persist("delivering", self._turn))
            tasks.create_task(persist("leases of deliveries", self._renew))

    async def stop(self) -> None:
        """Lets what is under way end, for a while; what has not begun to leave is put back."""
        self._stopping = True
        await finish((task for _, task in self._under_way.values()), _STOP)
        await self._put_back()

    async def _put_back(self) -> None:
        """What was claimed while this process was told to stop: nothing of it has begun to leave."""
        claimed = await self._claiming.unread()
        for job in () if claimed is None else claimed.jobs:
            await write_down(self._store, deliveries.again, job, 0.0, "", "", job.done)

    # ---------------------------------------------------------------- claiming

    async def _turn(self) -> None:
        if not self._buried:
            await self._give_up_lost(all_of_them=self._store.dialect == "sqlite")
            self._buried = True
        expected = await self._alarm.wait()
        if self._alarm.look_is_due() or not expected:
            await self._give_up_lost()
        more = True
        while more and not self._stopping:
            room = AT_ONCE - len(self._under_way)
            if room <= 0:
                self._room.clear()
                await self._room.wait()
                continue
            claimed = await self._claiming.claim(self._store.write(deliveries.claim, self._node, self._room_for(room)))
            if not expected and claimed.jobs and claimed.late > LATE:
                self.found_late += 1
            for number, problem in claimed.faults:
                self.counts["fault"] += 1
                log.error("a delivery could not be made out and is tried again later", delivery=number, problem=problem)
            for job in claimed.jobs:
                self._begin(job)
            more = claimed.more
            if claimed.next_at is not None:
                self._alarm.at(claimed.next_at)
            self._wake_for_free_threads()

    def _free_soon(self) -> None:
        heapq.heappush(self._free_at, self._store.clock.now() + deliveries.UNKNOWN_HOLDS_UP + SECOND // 100)

    def _wake_for_free_threads(self) -> None:
        """A thread that an unknown end holds up goes on by itself after a while."""
        while self._free_at and self._free_at[0] <= self._store.clock.now():
            heapq.heappop(self._free_at)
        if self._free_at:
            self._alarm.at(self._free_at[0])

    def _room_for(self, most: int) -> Room:
        now = self._store.clock.now()
        busy = Counter(course.job.channel_id for course, _ in self._under_way.values())
        self._paused = {channel_id: until for channel_id, until in self._paused.items() if until > now}
        channels, threads = dict(self._paused), {}
        for by_thread, by_channel in self._paces.values():
            threads.update(by_thread.not_ready(now))
            for channel_id, until in by_channel.not_ready(now).items():
                channels[channel_id] = max(until, channels.get(channel_id, 0))
        left = {channel_id: AT_ONCE_PER_CHANNEL - count for channel_id, count in busy.items()}
        return Room(most, AT_ONCE_PER_CHANNEL, left, channels, threads)

    def _begin(self, job: Job) -> None:
        course = _Course(job)
        task = asyncio.create_task(self._carry(course), name=f"delivery {job.ref.id}")
        self._under_way[job.ref.id] = (course, task)
        task.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        self._under_way.pop(job.ref.id, None)
        self._room.set()
        # The next of its thread, or of its channel, has room now.
        self._alarm.ring()

    async def _renew(self) -> None:
        await asyncio.sleep(_RENEWED_EVERY)
        if self._under_way:
            await self._store.write(deliveries.renew, self._node, list(self._under_way))

    async def _give_up_lost(self, *, all_of_them: bool = False) -> None:
        """Attempts of those who are gone; at the start also our own of a former life."""
        dead = self._node if not self._under_way else None
        count = 100
        while count >= 100:
            count = await self._store.write(deliveries.give_up_lost, dead, all_of_them=all_of_them)
            if count:
                self._free_soon()

    # ---------------------------------------------------------------- one delivery

    async def _carry(self, course: _Course) -> None:
        job = course.job
        try:
            outcome = await self._send(course)
        except asyncio.CancelledError:
            outcome = Unknown("the server was stopped") if course.leaving else Retry(0.0)
        except StoreError as problem:
            log.warning("a delivery waits for the store", delivery=job.ref.id, problem=repr(problem)[:300])
            outcome = Unknown("internal error") if course.leaving else Retry(0.0)
        except Exception:
            # A fault of ours. If bytes may have left, nobody can say what became of them.
            log.exception("a delivery went wrong", delivery=job.ref.id, kind=job.kind)
            outcome = Unknown("internal error") if course.leaving else Failed("unsendable")
        await self._settle(course, outcome)

    async def _send(self, course: _Course) -> Outcome:
        job = course.job
        try:
            connected = await self._accounts.get(job.channel_id, job.channel_version)
        except SecretsUnreadable as problem:
            return AuthDead("secrets_unreadable", str(problem))
        if connected is None:
            return Failed("channel_gone")
        calls = connected.channel.render(connected.account, job.outgoing)
        if not calls and not course.done:
            return Failed("empty")
        left = calls[len(course.done) :]
        for index, call in enumerate(left):
            await self._pace(connected, job)
            course.leaving = True
            outcome = await connected.channel.send(connected.account, call, connected.http, self._open_file)
            if not isinstance(outcome, Sent):
                return outcome
            if failpoints.ARMED:
                failpoints.passing(failpoints.AFTER_BYTES_LEFT)
            course.add(outcome)
            if index + 1 < len(left):
                course.leaving = False
                if not await self._store.write(deliveries.progress, job.ref, joined(course.done)):
                    return Unknown("taken away meanwhile")
        return Sent()

    async def _pace(self, connected: Connected, job: Job) -> None:
        """Waits until the vendor's limits allow one more message in this thread and on this channel."""
        limits = connected.channel.limits
        paces = self._paces.get(job.kind)
        if paces is None:
            a_second = 1 / limits.per_channel if limits.per_channel else 1
            paces = (Pace(limits.per_thread, limits.burst), Pace(limits.per_channel, a_second))
            self._paces[job.kind] = paces
        for pace, key in zip(paces, (job.ref.thread_id, job.channel_id), strict=True):
            now = self._store.clock.now()
            await asyncio.sleep((pace.reserve(key, now) - now) / SECOND)

    # ---------------------------------------------------------------- what came of it

    async def _settle(self, course: _Course, outcome: Outcome) -> None:
        job, done = course.job, joined(course.done)
        self.counts[type(outcome).__name__.lower()] += 1
        match outcome:
            case Sent():
                target = None if course.target is None else joined(tuple((each,) for each in course.target))
                await write_down(self._store, deliveries.sent, job, done, target=target)
                self.observe(self._store.clock.now() - job.created_at)
            case Retry():
                after = self._pause(job, outcome)
                await write_down(self._store, deliveries.again, job, after, outcome.code, outcome.detail, done)
            case Failed(code, detail, unreachable):
                await write_down(self._store, deliveries.failed, job.ref, code, detail, done, unreachable=unreachable)
            case Unknown(detail):
                await write_down(self._store, deliveries.unknown, job.ref, detail, done)
                self._free_soon()
            case AuthDead(code, detail):
                self._paused[job.channel_id] = self._store.clock.now() + round(_BROKEN * SECOND)
                await write_down(self._store, channel_state.found, job.channel_id, "broken", code, detail)
                await write_down(self._store, deliveries.again, job, _BROKEN, code, detail, done)

    def _pause(self, job: Job, retry: Retry) -> float:
        """Seconds until the next try; a vendor that slows us down slows the right ones."""
        after = retry.after or _BACKOFF[min(job.ref.attempts, len(_BACKOFF)) - 1]
        until = self._store.clock.now() + round(after * SECOND)
        if retry.scope == "channel" or (retry.scope == "thread" and self._second_slowed(job, until)):
            self._paused[job.channel_id] = max(until, self._paused.get(job.channel_id, 0))
        return after + random.uniform(0, min(1.0, after / 10))

    def _second_slowed(self, job: Job, until: int) -> bool:
        """Whether another thread of this channel is being slowed down too: then it is the channel that is too fast."""
        now = self._store.clock.now()
        slowed = {thread: then for thread, then in self._slowed.get(job.channel_id, {}).items() if then > now} | {
            job.ref.thread_id: until
        }
        self._slowed[job.channel_id] = slowed
        return len(slowed) > 1
