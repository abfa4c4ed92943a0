"""Looks after connected channels: webhook or polling, health, and saying within a minute what is wrong.

Each channel is kept by one node at a time (a lease in its row). A webhook is used when there is a public https
address and the vendor can reach it; else the channel is polled. Both ways are changed by themselves.
"""

import asyncio
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openlines.channels import registry
from openlines.channels.base import Account, AuthDead, Channel, Health, Polled, RawEvent, Retry
from openlines.channels.fields import account
from openlines.services import channel_state, deliveries
from openlines.store import Commit, Store, StoreClosed, StoreError
from openlines.store.channels import ChannelRow
from openlines.support.log import logger
from openlines.support.outbound import Http
from openlines.support.secrets import SecretsUnreadable
from openlines.workers.accounts import Accounts, Connected
from openlines.workers.alarm import SECOND
from openlines.workers.pace import Pace
from openlines.workers.persist import finish, persist

log = logger(__name__)

_PASSING: Final = frozenset({"vendor_unreachable", "too_many_requests"})
LOOK_EVERY: Final = 5.0  # seconds: leases, and changes that nobody told of
CHECK_EVERY: Final = 30.0
_CHECK_SOON: Final = 5.0  # after a check that failed
_WEBHOOK_AGAIN: Final = 600.0  # a webhook that did not work is tried again
_TRIES_UNTIL_TOLD: Final = 2  # failures in a row that a channel may have before it is called broken
_LONGEST_PAUSE: Final = 60.0
_EASY: Final = 15  # channels connected at once after a start; vendors limit first calls per address
_SPACED: Final = 3.0
_TAKEN_FOR: Final = 60.0  # seconds for which a conflict with another program is remembered
_LEAVE_SECONDS: Final = 3.0  # that stopping may wait for vendors of channels that were removed
_STOLEN_OFTEN: Final = 3  # times that a webhook was changed by others, before it is called so
_FRESH: Final = 12.0  # a lease that was not renewed for so long is not relied upon


@dataclass
class _Kept:
    """A channel that this node looks after."""

    row: ChannelRow
    task: asyncio.Task[None]


class Keeper:
    """One per node that polls."""

    def __init__(self, store: Store, accounts: Accounts, node: str, *, check_every: float = CHECK_EVERY) -> None:
        self._store = store
        self._accounts = accounts
        self._node = node
        self._check_every = check_every
        self._kept: dict[int, _Kept] = {}
        self._open: dict[int, Connected] = {}
        self._leaving: dict[int, asyncio.Task[None]] = {}  # channels whose vendors are being told that we go
        self._changed = asyncio.Event()
        self._renewed = asyncio.Event()
        self._renewed_at = 0.0  # loop time
        self._spacing = Pace(_SPACED, _EASY)
        self._known: set[int] = set()  # channels whose vendors were called before
        self.counts: Counter[str] = Counter()
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "channels" in commit.pokes:
            self._changed.set()

    async def run(self) -> None:
        """Works until it is cancelled; call `stop` afterwards."""
        await persist("keeping channels", self._turn)

    async def stop(self) -> None:
        """Stops polling and gives the leases back."""
        ids = list(self._kept)
        await self._drop(ids)
        await finish(self._leaving.values(), _LEAVE_SECONDS)
        if ids:
            try:
                await self._store.write(channel_state.leave, self._node, ids)
            except StoreError as problem:
                log.info("leases end by themselves", problem=repr(problem))

    # ---------------------------------------------------------------- whose channel it is

    async def _turn(self) -> None:
        self._changed.clear()
        rows = {row.id: row for row in await self._store.read(channel_state.present) if _talks(row)}
        active = [row.id for row in rows.values() if row.active]
        mine: set[int] = set()
        if active:
            alone = self._store.dialect == "sqlite"
            mine = await self._store.write(channel_state.take, self._node, active, alone=alone)
        self._renewed_at = asyncio.get_running_loop().time()
        self._renewed.set()
        changed = [
            channel_id
            for channel_id, kept in self._kept.items()
            if channel_id not in mine or kept.row.version != rows[channel_id].version or kept.task.done()
        ]
        await self._drop(changed)
        for channel_id in set(changed).difference(active):
            self._leave(channel_id)
        for channel_id in set(changed).difference(mine):
            self._open.pop(channel_id, None)  # another node's now, and so are the words to its vendor
        for channel_id in mine - set(self._kept):
            task = asyncio.create_task(self._keep(rows[channel_id]), name=f"channel {channel_id}")
            self._kept[channel_id] = _Kept(rows[channel_id], task)
        for row in rows.values():
            if not row.active and row.state != "off":
                await self._store.write(channel_state.found, row.id, "off")
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _drop(self, ids: list[int]) -> None:
        tasks = {channel_id: self._kept.pop(channel_id).task for channel_id in ids}
        for task in tasks.values():
            task.cancel()
        ended = await asyncio.gather(*tasks.values(), return_exceptions=True)
        for channel_id, end in zip(tasks, ended, strict=True):
            if isinstance(end, Exception) and not isinstance(end, StoreClosed):
                log.error("keeping a channel failed and is begun anew", channel=channel_id, problem=repr(end)[:500])

    def _leave(self, channel_id: int) -> None:
        """Of a channel that was removed or switched off. Beside the rest: its vendor may hang, and leases run out."""
        connected = self._open.pop(channel_id, None)
        if connected is not None:
            task = asyncio.create_task(self._disconnect(channel_id, connected), name=f"leaving channel {channel_id}")
            self._leaving[channel_id] = task

    async def _disconnect(self, channel_id: int, connected: Connected) -> None:
        """Leaves nothing at the vendor, as well as it can."""
        try:
            await connected.channel.disconnect(connected.account, connected.http)
        except Exception as problem:  # noqa: BLE001 - its credentials may be gone as well
            log.info("a channel was not disconnected", channel=channel_id, problem=repr(problem)[:300])
        finally:
            self._leaving.pop(channel_id, None)

    # ---------------------------------------------------------------- one channel

    async def _keep(self, row: ChannelRow) -> None:
        try:
            connected = self._accounts.of(row)
        except SecretsUnreadable as problem:
            await self._say(row.id, Health(False, "secrets_unreadable", str(problem)))
            return
        before = self._open.get(row.id)
        if before is not None and connected is not None and _account(before) != _account(connected):
            self._leave(row.id)  # what is written to the old one would come to us for ever
        if (leaving := self._leaving.get(row.id)) is not None:  # one after the other, as after switching off and on
            await asyncio.wait([leaving])
        if connected is not None:
            self._open[row.id] = connected
            await _Watch(self, self._store, row, connected).run()

    async def space(self, channel_id: int) -> None:
        """Keeps the first calls after a start apart, when there are many. Who calls again has pauses of his own."""
        if channel_id in self._known:
            return
        now = round(_now() * SECOND)
        await asyncio.sleep((self._spacing.reserve(0, now) - now) / SECOND)
        self._known.add(channel_id)

    @property
    def node(self) -> str:
        return self._node

    @property
    def check_every(self) -> float:
        return self._check_every

    async def lease(self) -> None:
        """Waits while the lease may have gone to another node."""
        while asyncio.get_running_loop().time() - self._renewed_at > _FRESH:
            self._renewed.clear()
            await self._renewed.wait()

    async def _say(self, channel_id: int, health: Health) -> None:
        await self._store.write(channel_state.told, channel_id, health)


class _Again(Exception):
    """Connect anew."""


class _Watch:
    """Keeps one channel in one version of its settings."""

    def __init__(self, keeper: Keeper, store: Store, row: ChannelRow, connected: Connected) -> None:
        self._keeper = keeper
        self._store = store
        self._row = row
        self._wanted = connected
        self._without = connected._replace(account=connected.account._replace(public_url=None))
        self._fallback: Health | None = None  # why it is not done in the way that was wanted
        self._fallback_until = 0.0  # loop time
        self._taken_until = 0.0  # loop time: somebody else has used our credentials
        self._stolen: deque[float] = deque(maxlen=_STOLEN_OFTEN)
        self._failures = 0
        self._state = row.state

    @property
    def _channel(self) -> Channel:
        return self._wanted.channel

    @property
    def _connected(self) -> Connected:
        """As it is to be used at present: without our address while the vendor cannot reach it."""
        return self._wanted if self._fallback is None else self._without

    async def run(self) -> None:
        while True:
            health = await self._connect()
            if not health.ok:
                await self._pause()
                continue
            again = False
            try:
                async with asyncio.TaskGroup() as tasks:
                    if health.by == "poll":
                        tasks.create_task(self._poll())
                    tasks.create_task(self._check())
            except* _Again:
                again = True
            if not again:
                return

    async def _connect(self) -> Health:
        await self._keeper.space(self._row.id)
        await self._keeper.lease()
        health = await self._asked(self._channel.connect)
        self._keeper.counts["connected" if health.ok else "not_connected"] += 1
        if health.ok and health.code and self._fallback is None:
            # Not in the way that was wanted: what is looked at from now on is the way that it took.
            self._fall_back(health)
        await self._tell(health)
        return health

    async def _asked(self, ask: Callable[[Account, Http], Awaitable[Health]]) -> Health:
        """How the channel is, whatever its code makes of the vendor's answers."""
        try:
            return await ask(self._connected.account, self._connected.http)
        except Exception as problem:
            log.exception("asking after a channel went wrong", channel=self._row.id)
            return Health(False, "internal_error", type(problem).__name__)

    async def _pause(self) -> None:
        await asyncio.sleep(min(2.0**self._failures, _LONGEST_PAUSE) * random.uniform(0.8, 1.2))

    async def _tell(self, health: Health, *, patient: bool = False) -> None:
        """Says how the channel is; `patient`: a single failure may be nothing."""
        if health.ok and _now() < self._taken_until:
            return
        self._failures = 0 if health.ok else self._failures + 1
        if not health.ok and patient and self._failures < _TRIES_UNTIL_TOLD and self._state == "ok":
            return
        if health.ok and self._fallback is not None:
            # It works, though not in the way that was wanted.
            health = health._replace(code=self._fallback.code, detail=self._fallback.detail)
        await self._store.write(channel_state.told, self._row.id, health)
        state = "ok" if health.ok else "broken"
        if health.ok and self._state != "ok":
            while await self._store.write(deliveries.release, self._row.id):
                pass
        self._state = state

    # ---------------------------------------------------------------- health

    async def _check(self) -> None:
        """Asks after the channel's health for as long as it is as it should be. Raises `_Again` to connect anew."""
        while True:
            pause = self._keeper.check_every if not self._failures else min(_CHECK_SOON, self._keeper.check_every)
            await asyncio.sleep(pause * random.uniform(0.9, 1.1))
            await self._keeper.lease()
            if self._fallback is not None and _now() > self._fallback_until:
                # Long enough: perhaps the vendor can reach us again.
                self._fallback = None
                raise _Again
            health = await self._asked(self._channel.check)
            self._keeper.counts["checked"] += 1
            await self._checked(health)

    async def _checked(self, health: Health) -> None:
        if health.again:
            await self._lost(health)
            raise _Again
        if not health.ok and health.by == "webhook" and self._channel.manifest.capabilities.polls:
            # Fetch meanwhile, so that nothing waits for a person.
            self._fall_back(health)
            raise _Again
        passing = health.code in _PASSING
        await self._tell(health, patient=passing)
        if not health.ok and not passing:
            await self._pause()
            raise _Again

    def _fall_back(self, why: Health) -> None:
        self._fallback, self._fallback_until = why, _now() + _WEBHOOK_AGAIN

    async def _lost(self, health: Health) -> None:
        """Something at the vendor is not as we left it. Once is mended and not worth a word."""
        self._stolen.append(_now())
        if len(self._stolen) == _STOLEN_OFTEN and _now() - self._stolen[0] < _WEBHOOK_AGAIN:
            await self._tell(health)
            self._taken_until = _now() + _TAKEN_FOR

    # ---------------------------------------------------------------- polling

    async def _poll(self) -> None:
        """Fetches events and keeps them with the place to go on from. Raises `_Again` to connect anew."""
        while True:
            await self._keeper.lease()
            cursor = await self._store.read(channel_state.cursor, self._row.id)
            match await self._channel.poll(self._connected.account, cursor, self._connected.http):
                case Polled(events, now_at):
                    await self._polled(cursor, events, now_at)
                case Retry(after, _, code, detail):
                    await self._not_polled(after, code, detail)
                case AuthDead(code, detail):
                    await self._tell(Health(False, code, detail))
                    await self._pause()
                    raise _Again

    async def _polled(self, cursor: str, events: Sequence[RawEvent], now_at: str) -> None:
        """Until they are kept, nothing further is asked for: the vendor still has them."""
        self._keeper.counts["polled"] += 1
        pause = 0.2
        while events or now_at != cursor:
            try:
                await self._store.write(channel_state.polled, self._row.id, self._keeper.node, cursor, events, now_at)
                break
            except StoreClosed:
                raise
            except StoreError as problem:
                log.warning("what was polled could not be kept", channel=self._row.id, problem=repr(problem))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
        if self._failures or self._state != "ok":
            await self._tell(Health(True, by="poll"))

    async def _not_polled(self, after: float, code: str, detail: str) -> None:
        self._keeper.counts["not_polled"] += 1
        if code == "webhook_lost":
            await self._lost(Health(False, code, detail))
            raise _Again
        await self._tell(Health(False, code, detail), patient=code in _PASSING)
        if code not in _PASSING:
            self._taken_until = _now() + _TAKEN_FOR
        await asyncio.sleep(max(after, min(2.0**self._failures, _LONGEST_PAUSE / 2)) * random.uniform(0.8, 1.2))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _account(connected: Connected) -> str:
    secrets = {name: secret.reveal() for name, secret in connected.account.secrets.items()}
    return account(connected.channel.manifest.fields, secrets)


def _talks(row: ChannelRow) -> bool:
    """Whether a channel has a vendor to look after."""
    return row.kind in registry.manifests() and registry.manifest(row.kind).capabilities.pushes
