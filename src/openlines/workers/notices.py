"""Carries words to staff out of the house: letters, web push, webhooks; each server on the other side in its lane.

Claimed in one transaction, sent outside of any, settled in another, as deliveries are. When the process dies in
between, the lease runs out: a letter or a push is then `unknown` and stays so, a webhook goes again under its id.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from openlines.notify.base import Again, Failed, MailServer, Outcome, Sent, Unknown
from openlines.notify.letters import About, hook_value, letter_words, push_message
from openlines.services import notice_outbox, notify_settings
from openlines.services.mail import KIND as LETTER
from openlines.services.notice_outbox import Claimed, House, Job
from openlines.services.notify_settings import Made
from openlines.store import Commit, Store, users
from openlines.store import notice_outbox as outbox_rows
from openlines.store import notify_settings as rows
from openlines.support import failpoints
from openlines.support.log import logger
from openlines.support.outbound import Allowing
from openlines.support.secrets import Seal, Secret, SecretsUnreadable
from openlines.workers.alarm import SECOND, Alarm
from openlines.workers.claiming import Claiming
from openlines.workers.persist import finish, persist, write_down

log = logger(__name__)

AT_ONCE: Final = 64
LATE: Final = SECOND  # what a safety look finds this late was overlooked
_RENEWED_EVERY: Final = 20.0
_STOP: Final = 3.0


class Opened(NamedTuple):
    """The secrets of one version of the settings."""

    version: int
    push_public: str
    secrets: dict[str, Secret]


class Result(NamedTuple):
    """An outcome, and of web push which browsers took it, are gone, refused."""

    outcome: Outcome
    done: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()


class Notices:
    """One per node that works. `push_bases`: origins of push services that may lie in the own network."""

    def __init__(
        self,
        store: Store,
        seal: Seal,
        client: Allowing,
        node: str,
        public_url: str = "",
        push_bases: tuple[str, ...] = (),
    ) -> None:
        self._store = store
        self._seal = seal
        self._client = client
        self._push = client.allowing(*push_bases)
        self._node = node
        self._public_url = public_url
        self._alarm = Alarm(store.clock.now)
        self._alarm.ring()
        self._under_way: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._room = asyncio.Event()
        self._opened: Opened | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._stopping = False
        self._buried = False
        self._claiming = Claiming[Claimed]()
        self.counts: Counter[tuple[str, str]] = Counter()  # (medium, outcome)
        self.found_late = 0
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "notices" in commit.pokes:
            self._alarm.ring()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(persist("notices", self._turn))
            tasks.create_task(persist("leases of notices", self._renew))

    async def stop(self) -> None:
        """Lets what is under way come to its end, for a while."""
        self._stopping = True
        await finish((task for _, task in self._under_way.values()), _STOP)
        await self._put_back()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _put_back(self) -> None:
        """What was claimed while this process was told to stop: nothing of it has begun to leave."""
        claimed = await self._claiming.unread()
        if claimed is not None and claimed.jobs:
            await write_down(self._store, outbox_rows.put_back, [job.ref for job in claimed.jobs])

    # ---------------------------------------------------------------- claiming

    async def _turn(self) -> None:
        if not self._buried:  # what a former life of ours left behind
            await self._give_up_lost(dead=self._node)
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
            busy = Counter(lane for job, _ in self._under_way.values() for lane in job.lanes)
            claimed = await self._claiming.claim(self._store.write(notice_outbox.claim, self._node, room, busy))
            if not expected and claimed.jobs and claimed.late > LATE:
                self.found_late += 1
            for job in claimed.jobs:
                self._begin(job, claimed.house)
            more = claimed.more
            if claimed.next_at is not None:
                self._alarm.at(claimed.next_at)

    def _begin(self, job: Job, house: House) -> None:
        task = asyncio.create_task(self._carry(job, house), name=f"notice {job.ref.id}")
        self._under_way[job.ref.id] = (job, task)
        task.add_done_callback(lambda _: self._ended(job))

    def _ended(self, job: Job) -> None:
        self._under_way.pop(job.ref.id, None)
        self._room.set()
        self._alarm.ring()  # the next of its lane has room now

    async def _renew(self) -> None:
        await asyncio.sleep(_RENEWED_EVERY)
        if self._under_way:
            await self._store.write(notice_outbox.renew, self._node, list(self._under_way))

    async def _give_up_lost(self, dead: str | None = None) -> None:
        count = 100
        while count >= 100:
            count = await self._store.write(notice_outbox.give_up_lost, dead)

    # ---------------------------------------------------------------- one of them

    async def _carry(self, job: Job, house: House) -> None:
        try:
            result = await self._send(job, house)
        except asyncio.CancelledError:
            # A webhook that is repeated is known by its id; of the rest nobody can say what became of it.
            stopped = "the server was stopped"
            result = Result(Again("hook_no_answer", stopped) if job.medium == "webhook" else Unknown(stopped))
        except SecretsUnreadable as problem:
            result = Result(Failed("notify_unreadable", str(problem)))
        except Exception:
            log.exception("a notice went wrong", notice=job.ref.id, medium=job.medium)
            result = Result(Unknown("internal error"))
        if failpoints.ARMED:
            failpoints.passing(failpoints.AFTER_BYTES_LEFT)
        self.counts[job.medium, type(result.outcome).__name__.lower()] += 1
        await self._settle(job, result)

    async def _send(self, job: Job, house: House) -> Result:
        match job.medium:
            case "email":
                return Result(await self._mail(job, house))
            case "webhook":
                return Result(await self._hook(job, house))
            case _:
                return await self._browsers(job)

    async def _mail(self, job: Job, house: House) -> Outcome:
        from openlines.notify import mail

        if job.kind == LETTER:
            words = (str(job.params.get("subject", "")), str(job.params.get("text", "")))
        else:
            words = letter_words(job.kind, job.params, job.language, self._public_url, job.conversation_id)
        letter = mail.Letter(
            job.email,
            *words,
            f"notice.{job.ref.id}.{house.epoch[:16]}",
            job.created_at,
            job.name,
            str(job.params.get("html", "")) if job.kind == LETTER else "",
        )
        opened = await self._secrets(house.settings_version)
        password = opened.secrets.get("mail_password", Secret(""))
        return await self._in_thread(mail.send, house.mail, password, letter)

    async def _in_thread(self, send: Callable[..., Outcome], server: MailServer, *rest: Any) -> Outcome:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(notice_outbox.LANE_ROOM["email"], "mail")
        return await asyncio.get_running_loop().run_in_executor(self._threads, send, server, *rest)

    async def _hook(self, job: Job, house: House) -> Outcome:
        from openlines.notify import hooks
        from openlines.support.outbound import Unfit

        url, id_ = str(job.params.get("url", "")), f"notice-{job.ref.id}"
        about = About(id_, job.kind, job.step, job.created_at, job.conversation_id, job.line_id, job.line_name)
        value = hook_value(about, job.params, self._public_url)
        secret = (await self._secrets(house.settings_version)).secrets["hook_secret"]
        try:
            http = self._client.allowing(*([url] if house.private_hooks else ()))
        except Unfit:
            return Failed("hook_bad_address")
        return await hooks.send(http, url, id_, value, secret, now=self._store.clock.now())

    async def _browsers(self, job: Job) -> Result:
        """All browsers of a person, side by side; told is who was told in one of them."""
        from openlines.notify import push

        opened = await self._secrets(0)
        keys = push.Keys(opened.push_public, opened.secrets["push_private"])
        contact, now = await self._contact(), self._store.clock.now()
        message = push_message(job.ref.id, job.kind, job.params, job.language, job.conversation_id)

        async def tell(browser: push.Browser) -> Outcome | push.Gone:
            return await push.send(
                self._push, browser, message, keys, contact=contact, now=now, topic=f"notice-{job.ref.id}"
            )

        found = await asyncio.gather(*(tell(push.Browser(*each[2:5])) for each in job.browsers))
        by: dict[type, list[int]] = {}
        for each, outcome in zip(job.browsers, found, strict=True):
            by.setdefault(type(outcome), []).append(each.id)
        outcomes: list[Outcome] = [each for each in found if not isinstance(each, push.Gone)]
        return Result(
            _worst(outcomes),
            tuple(by.get(Sent, [])) + tuple(by.get(Unknown, [])),
            tuple(by.get(push.Gone, [])),
            tuple(by.get(Failed, [])),
        )

    async def _contact(self) -> str:
        """Whom a push service may turn to: it wants an address that is somebody's."""
        if self._public_url.startswith("https://"):
            return self._public_url
        row = await self._store.read(rows.the_row)
        address = notify_settings.mail_server(row.mail).from_address if row is not None else ""
        if not address:
            people = await self._store.read(users.all_users)
            address = next((each.email for each in people if each.active and each.role == "administrator"), "")
        return f"mailto:{address or 'admin@example.org'}"

    async def _secrets(self, version: int) -> Opened:
        """The keys, made when nobody has needed them before. Raises `SecretsUnreadable`."""
        if self._opened is not None and self._opened.version >= version > 0:
            return self._opened
        row = await self._store.read(rows.the_row)
        if row is None:
            await self._store.write(notify_settings.ensure, self._seal, make_keys())
            row = await self._store.read(rows.the_row)
        if row is None:
            raise SecretsUnreadable("The keys of notices could not be kept.")
        opened = self._seal.open(notify_settings.TABLE, rows.THE_ROW, row.secrets)
        self._opened = Opened(row.version, row.push_public, opened)
        return self._opened

    # ---------------------------------------------------------------- what came of it

    async def _settle(self, job: Job, result: Result) -> None:
        known = {"done": result.done, "gone": result.gone, "refused": result.refused}
        await write_down(self._store, notice_outbox.settle, job, result.outcome, **known)


def make_keys() -> Made:
    """New keys, for a portal that has none."""
    from openlines.notify import hooks, push

    keys = push.make_keys()
    return Made(keys.public, keys.private, hooks.make_secret())


def _worst(outcomes: list[Outcome]) -> Outcome:
    """What to say of several browsers: worth another try if one is, else told if one was."""
    for kind in (Again, Sent, Unknown, Failed):
        for each in outcomes:
            if isinstance(each, kind):
                return each
    return Failed("push_no_browser")
