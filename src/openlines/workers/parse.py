"""Works through the inbox: lanes in their order, many lanes side by side; what cannot be understood steps aside.

Calls of many lanes meet in the store's groups, so that one commit carries events of many chats. A file of a
message is fetched before the message is shown, for a while; when it cannot be had, the message comes without it
and the file later.
"""

import asyncio
import heapq
import random
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Sequence
from typing import Final

from openlines.channels.base import Edited, FetchFailed, Inbound, RemoteFile, Said
from openlines.channels.words import PRESSED
from openlines.files.base import Files, TooLarge
from openlines.services import inbox
from openlines.services.inbox import Applied, Fetched, Missing, Wanted
from openlines.store import Commit, Store, StoreClosed, StoreError, store_failed
from openlines.store.inbox import InboxRow, newest
from openlines.support.ids import new_key
from openlines.support.log import logger
from openlines.support.outbound import NoAnswer, NotSent
from openlines.support.secrets import SecretsUnreadable
from openlines.workers.accounts import Accounts, Connected
from openlines.workers.alarm import SECOND, Alarm
from openlines.workers.persist import persist

log = logger(__name__)

LANES_AT_ONCE: Final = 64
LANES_PER_CHANNEL: Final = 48  # the rest is for the others, should the files of one not come
FETCHES_AT_ONCE: Final = 8  # of a channel
LATE: Final = SECOND
KEPT_FOR: Final = 7 * 86_400 * SECOND  # vendors repeat for days; Telegram's numbering may be repeated after a week
_TRIES: Final = (0.0, 0.05, 0.2)  # seconds before each try to apply an event
_FETCH_SECONDS: Final = 45.0
_FETCH_AGAIN: Final = (60.0, 600.0, 3600.0)
_ANOTHERS: Final = 60.0  # seconds that another process may take for the slow part of an event
_ELSEWHERE: Final = 0.2  # seconds until a lane is looked at again at which another process is
_TRIM_EVERY: Final = 600.0
_FACES: Final = 10_000

Lane = tuple[int, str]


class Parser:
    """One per node that parses. Several share the work without a lease: an event is applied by whoever is first."""

    def __init__(self, store: Store, accounts: Accounts, files: Files, node: str) -> None:
        self._store = store
        self._accounts = accounts
        self._files = files
        self._node = node
        self._alarm = Alarm(store.clock.now)
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._fetches: defaultdict[int, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(FETCHES_AT_ONCE))
        self._others: dict[int, tuple[int, float]] = {}  # row → attempts, since when we see them (loop time)
        self._later: list[tuple[float, int, int, int, Wanted]] = []  # when, tie, tries, channel, what
        self._asides: set[asyncio.Task[None]] = set()
        self._faces: OrderedDict[tuple[int, str], None] = OrderedDict()  # whose photo was asked for lately
        self.counts: Counter[str] = Counter()
        self.found_late = 0
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "parse" in commit.pokes:
            self._alarm.ring()

    async def run(self) -> None:
        """Works until it is cancelled; call `stop` afterwards."""
        self._alarm.ring()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(persist("parsing", self._turn))
            tasks.create_task(persist("files that come late", self._fetch_later))
            tasks.create_task(persist("trimming the inbox", self._trim))

    async def stop(self) -> None:
        """What is under way is simply left: it is still in the inbox."""
        tasks = [*self._lanes.values(), *self._asides]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def refetch(self, message_id: int) -> int:
        """Tries once more to get the files that a message lacks; how many came."""
        channel_id, wanted = await self._store.read(inbox.lacking, message_id)
        connected = await self._accounts.get(channel_id) if wanted else None
        if connected is None:
            return 0
        return sum([await self._fetch_wanted(connected, each) for each in wanted])

    # ---------------------------------------------------------------- lanes

    async def _turn(self) -> None:
        expected = await self._alarm.wait()
        busy = Counter(channel_id for channel_id, _ in self._lanes)
        full = [channel_id for channel_id, count in busy.items() if count >= LANES_PER_CHANNEL]
        rows = await self._store.read(newest, but_lanes=list(self._lanes), but_channels=full)
        if not expected and any(self._store.clock.now() - row.received_at > LATE for row in rows if self._is_idle(row)):
            self.found_late += 1
        by_lane: defaultdict[Lane, list[InboxRow]] = defaultdict(list)
        for row in rows:
            by_lane[row.channel_id, row.lane].append(row)
        for lane, waiting in by_lane.items():
            channel_id, _ = lane
            if lane in self._lanes or len(self._lanes) >= LANES_AT_ONCE or busy[channel_id] >= LANES_PER_CHANNEL:
                continue
            busy[channel_id] += 1
            task = asyncio.create_task(self._work(waiting), name=f"lane {lane}")
            self._lanes[lane] = task
            task.add_done_callback(lambda _, lane=lane: self._idle(lane))  # type: ignore[misc]

    def _is_idle(self, row: InboxRow) -> bool:
        return (row.channel_id, row.lane) not in self._lanes

    def _idle(self, lane: Lane) -> None:
        self._lanes.pop(lane, None)
        # More may have come for this lane meanwhile, or wait for room.
        self._alarm.ring()

    async def _work(self, rows: Sequence[InboxRow]) -> None:
        """Events of one lane, one after the other. Left off where the store fails: they are still there."""
        try:
            for row in rows:
                if not await self._one(row):
                    await asyncio.sleep(random.uniform(0.5, 1.5) * _ELSEWHERE)
                    return
        except StoreError as problem:
            if not isinstance(problem, StoreClosed):
                log.warning("events wait for the store", problem=repr(problem))
                await asyncio.sleep(random.uniform(0.2, 0.6))

    async def _one(self, row: InboxRow) -> bool:
        """Applies an event or puts it aside; False when another process is at it, and the lane has to wait."""
        try:
            connected = await self._accounts.get(row.channel_id, 0)
            if connected is None:
                raise LookupError("the channel is gone")
            inbound = connected.channel.parse(connected.account, row.body)
            remote = [file for each in inbound if isinstance(each, Said) for file in each.files]
            fetched: dict[str, Fetched | Missing] = {}
            if remote:
                if not await self._mine(row):
                    return False
                fetched = await self._fetch_all(connected, remote)
            return await self._apply(row, connected, inbound, fetched)
        except StoreError:
            raise
        except Exception as problem:  # noqa: BLE001 - a poison event may raise anything
            await self._aside(row, problem)
            return True

    async def _apply(
        self, row: InboxRow, connected: Connected, inbound: Sequence[Inbound], fetched: dict[str, Fetched | Missing]
    ) -> bool:
        photos = any(self._new_face(row.channel_id, each) for each in inbound)
        problem: Exception | None = None
        for pause in _TRIES:
            await asyncio.sleep(pause)
            try:
                applied = await self._store.write(
                    inbox.apply, row.id, row.channel_id, inbound, fetched, photos=photos, lane=row.channel_id
                )
            except Exception as caught:
                if store_failed(caught):
                    raise
                problem = caught  # of this event, which may be poison
            else:
                if applied is None:  # what comes after it may not be applied before it is
                    return False
                self._others.pop(row.id, None)
                self.counts["applied"] += 1
                self._after(row, connected, applied)
                return True
        await self._aside(row, problem or RuntimeError("unknown"))
        return True

    async def _aside(self, row: InboxRow, problem: Exception) -> None:
        self.counts["quarantined"] += 1
        log.error(
            "an event could not be understood and was put aside",
            row=row.id,
            channel=row.channel_id,
            problem=f"{type(problem).__name__}: {problem}"[:300],
        )
        await self._store.write(inbox.quarantine, row.id, f"{type(problem).__name__}: {problem}")

    def _after(self, row: InboxRow, connected: Connected, applied: Applied) -> None:
        """What is left outside of the transaction; nothing here is needed for the truth."""
        for press in applied.pressed:
            text = PRESSED.get(press.code or "", {}).get("ru" if press.language == "ru" else "en", "")
            self._spawn(self._answer(connected, press.answer, text))
        for wanted in applied.wanted:
            self._spawn(self._fetch_or_later(row.channel_id, connected, wanted, 0))

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _answer(self, connected: Connected, answer: str, text: str) -> None:
        try:
            await connected.channel.answer_press(connected.account, answer, text, connected.http)
        except Exception as problem:  # noqa: BLE001 - the customer's spinner ends by itself
            log.info("a press was not confirmed", problem=repr(problem))

    def _new_face(self, channel_id: int, inbound: Inbound) -> bool:
        """Whether it is worth asking if this customer's photo is here. Once per customer and process, closely."""
        if not isinstance(inbound, (Said, Edited)):
            return False
        who = inbound.who if isinstance(inbound, Said) else inbound.said.who
        face = (channel_id, who.external_id)
        new = who.photo is not None and face not in self._faces
        if new:
            self._faces[face] = None
            if len(self._faces) > _FACES:
                self._faces.popitem(last=False)
        return new

    # ---------------------------------------------------------------- files

    async def _mine(self, row: InboxRow) -> bool:
        """Whether the slow part of an event is ours. Another node that has begun it gets a minute for it; what this one
        began and left (a restart, a store that was away) is nobody's: its lane is worked on here and nowhere else.
        """
        now = asyncio.get_running_loop().time()
        if row.attempts and row.taken_by != self._node and self._store.dialect != "sqlite":
            self._others = {each: seen for each, seen in self._others.items() if now - seen[1] < 2 * _ANOTHERS}
            attempts, since = self._others.setdefault(row.id, (row.attempts, now))
            if attempts != row.attempts:
                self._others[row.id] = (row.attempts, now)
                return False
            if now - since < _ANOTHERS:
                return False
        return await self._store.write(inbox.begin, row.id, row.attempts, self._node)

    async def _fetch_all(self, connected: Connected, files: Sequence[RemoteFile]) -> dict[str, Fetched | Missing]:
        found = await asyncio.gather(*(self._fetch(connected, file) for file in files))
        return {file.ref: result for file, result in zip(files, found, strict=True)}

    async def _fetch(self, connected: Connected, file: RemoteFile) -> Fetched | Missing:
        """One file, once; what keeps it away is a result, not an error."""
        limit = connected.channel.manifest.capabilities.incoming_file_limit
        if file.size is not None and file.size > limit:
            return Missing("file_too_big", again=False)
        try:
            async with self._fetches[connected.account.id], asyncio.timeout(_FETCH_SECONDS):
                chunks = connected.channel.fetch(connected.account, file.ref, connected.http)
                kept = await self._files.keep(chunks, name=file.name, declared=file.type, limit=limit)
        except FetchFailed as problem:
            return Missing(problem.code, again=problem.again)
        except TooLarge:
            return Missing("file_too_big", again=False)
        except (TimeoutError, NotSent, NoAnswer, OSError) as problem:
            log.warning("a file could not be fetched", problem=repr(problem)[:300])
            return Missing("vendor_unreachable", again=True)
        except Exception:
            # A fault of ours, or words of the vendor that nobody knows: the message is worth more than its file.
            log.exception("fetching a file went wrong", channel=connected.account.id)
            return Missing("not_fetched", again=True)
        return Fetched(new_key(), kept)

    async def _fetch_wanted(self, connected: Connected, wanted: Wanted) -> bool:
        found = await self._fetch(connected, wanted.file)
        if isinstance(found, Missing):
            return False
        return await self._store.write(inbox.file_arrived, wanted, found)

    async def _fetch_or_later(self, channel_id: int, connected: Connected, wanted: Wanted, tries: int) -> None:
        """Fetches what was wanted beside the lane; what does not come now is tried a few times more."""
        # A message that has just failed to bring its file waits before it is tried again; a photo has not been tried.
        again = tries == 0 and wanted.message_id is not None
        if not again:
            try:
                found = await self._fetch(connected, wanted.file)
                again = isinstance(found, Missing) and found.again
                if isinstance(found, Fetched):
                    await self._store.write(inbox.file_arrived, wanted, found)
            except StoreError:
                again = True
        if again and tries < len(_FETCH_AGAIN):
            at = asyncio.get_running_loop().time() + _FETCH_AGAIN[tries]
            heapq.heappush(self._later, (at, id(wanted), tries + 1, channel_id, wanted))

    async def _fetch_later(self) -> None:
        await asyncio.sleep(5.0)
        while self._later and self._later[0][0] <= asyncio.get_running_loop().time():
            channel_id = self._later[0][3]
            try:
                connected = await self._accounts.get(channel_id)  # raises while the store is away: then it stays
            except SecretsUnreadable:
                connected = None
            _, _, tries, channel_id, wanted = heapq.heappop(self._later)
            if connected is not None:
                self._spawn(self._fetch_or_later(channel_id, connected, wanted, tries))

    async def _trim(self) -> None:
        await asyncio.sleep(_TRIM_EVERY)
        while await self._store.write(inbox.trim, before=self._store.clock.now() - KEPT_FOR):
            pass
