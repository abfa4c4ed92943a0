"""Wiring: which parts make a running server, in which order they come and go.

Reads the configuration and hands values to the parts; nothing below reads it. A test makes the same server with
`create_app(config, clock=…)` and drives it in its own loop.
"""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any, Final

import uvicorn

from openlines import __version__
from openlines.api.asgi import Receive, Scope, Send
from openlines.api.build import build
from openlines.api.commands import Hands, open_portal
from openlines.api.control import Control
from openlines.api.door import Door, Traffic
from openlines.api.edge import Edge
from openlines.api.ingress.hooks import Opened
from openlines.api.one_write import OneWrite
from openlines.api.ops.health import Gauge
from openlines.api.speakers import Speakers
from openlines.api.words import word
from openlines.channels.base import Health
from openlines.config import Config
from openlines.files.disk import DiskFiles
from openlines.realtime.hub import Hub
from openlines.services.line_limits import hold_to_limit, out_of_place
from openlines.store import Store, StoreError, open_store
from openlines.store.channels import ChannelRow
from openlines.store.events import Event
from openlines.support.clock import Clock
from openlines.support.late_http import LateClient
from openlines.support.listening import listen
from openlines.support.log import logger, set_up
from openlines.support.passwords import Passwords
from openlines.support.secrets import Seal, SecretsUnreadable, load_seal
from openlines.workers.accounts import Accounts
from openlines.workers.attachments import Attachments
from openlines.workers.deliver import Deliverer
from openlines.workers.letters import Letters
from openlines.workers.notices import Notices
from openlines.workers.parse import Parser
from openlines.workers.poll import Keeper
from openlines.workers.router import Router
from openlines.workers.tidy import Tidy
from openlines.workers.timers import Timers
from openlines.workers.typist import Typist
from openlines.workers.upkeep import Upkeep

log = logger(__name__)

# Objects made and not yet gone before their cycles are looked for, in three generations. A portal under load makes
# few cycles and many objects; at Python's own 700 the looking took a fifth of all time, and once frozen objects are
# left out, every look at the oldest generation is a look through all sockets and caches: pauses of up to 160 ms.
_COLLECT_AFTER: Final = (50_000, 20, 50)


def create_app(config: Config, *, clock: Clock | None = None) -> "Application":
    """A server that is not started yet. `clock` replaces the store's own (tests, replays)."""
    return Application(config, clock)


class Application:
    """One process of the portal: an ASGI application that starts and stops its parts with the web server."""

    edge: Edge
    hands: Hands
    timers: Timers | None = None
    router: Router | None = None
    deliverer: Deliverer | None = None
    parser: Parser | None = None
    keeper: Keeper | None = None
    notices: Notices | None = None
    letters: Letters | None = None

    def __init__(self, config: Config, clock: Clock | None) -> None:
        self.config = config
        self.setup_token = ""  # of the one-time link, while nobody has set the portal up
        self._clock = clock
        self._door: Door | None = None
        self._closing = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._door is not None:
            await self._door(scope, receive, send)

    # --- coming and going -----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open everything; when a part fails, close what is open and raise what it raised."""
        try:
            await self._start()
        except BaseException:
            await self._closing.aclose()
            raise
        # What is alive now lives as long as the process: looking through it again and again costs pauses.
        gc.collect()
        gc.freeze()
        self._closing.callback(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(*_COLLECT_AFTER)

    async def stop(self) -> None:
        """Tell the sockets, let the workers finish what they hold, close the store."""
        self.leaving()
        try:
            await self._closing.aclose()
        finally:
            gc.unfreeze()

    def leaving(self) -> None:
        """From now on this process is not ready, and a closing socket says nothing about its user."""
        if self._door is not None:
            self.edge.stopping = True

    async def _start(self) -> None:
        config = self.config
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = await self._open_store()
        self.setup_token = await open_portal(store)
        seal = load_seal(config.data, config.secret_key)
        files, passwords = DiskFiles(config.data / "files"), Passwords()
        files.open()
        self._closing.callback(files.close)
        self._closing.callback(passwords.close)
        client = LateClient(f"openlines/{__version__}")
        self._closing.push_async_callback(client.close)
        accounts = Accounts(store, seal, client, config.public_url)
        await self._join_the_house(store)
        if await store.read(out_of_place, config.max_lines or None):
            await store.write(hold_to_limit, config.max_lines or None)
        if "workers" in config.roles:
            self._start_workers(store, accounts, files)
            self._start_notices(store, seal, client)
        self.edge = Edge(
            store=store,
            hub=await self._start_hub(store, accounts),
            files=files,
            passwords=passwords,
            speakers=Speakers(store),
            seal=seal,
            traffic=Traffic(),
            version=__version__,
            node=config.node_name,
            public_url=config.public_url,
            file_limit=config.file_limit,
            max_lines=config.max_lines,
            check_channel=_Check(accounts),
            client=client,
        )
        self.edge.hub.watch(self._forget)
        self.hands = Hands(store, passwords, seal, __version__, files, config.max_lines)
        control = Control(config.control_socket, self.hands, config.database_url)
        await control.start()
        self._closing.push_async_callback(control.stop)
        self._door = build(
            self.edge,
            open_channel=lambda row: _open_channel(accounts, row),
            figures=self._figures,
            trusted=config.trusted_proxies,
        )

    async def _join_the_house(self, store: Store) -> None:
        """This node's lease, before the first connection is counted under its name."""
        upkeep = Upkeep(store, self.config.node_name)
        await upkeep.join()
        self._closing.push_async_callback(upkeep.leave)
        self._run(upkeep.run(), "upkeep")

    async def _start_hub(self, store: Store, accounts: Accounts) -> Hub:
        hub, typist = Hub(store, word), Typist(store, accounts)
        self._closing.push_async_callback(typist.stop)
        hub.on_typed = typist.typed
        await hub.start()
        self._closing.push_async_callback(hub.stop)
        return hub

    async def _open_store(self) -> Store:
        config = self.config
        store = await open_store(
            config.database_url,
            node=config.node_name,
            clock=self._clock,
            readers=config.readers,
            writers=config.writers,
        )
        self._closing.push_async_callback(store.close)
        return store

    def _start_workers(self, store: Store, accounts: Accounts, files: DiskFiles) -> None:
        node = self.config.node_name
        self.router = Router(store)
        self.timers = Timers(store, self.router.poke)
        self.deliverer = Deliverer(store, accounts, Attachments(store, files), node)
        self.parser = Parser(store, accounts, files, node)
        self.keeper = Keeper(store, accounts, node)
        self._run(self.router.run(), "routing")
        self._run(self.timers.run(), "timers")
        self._run(Tidy(store).run(), "tidying")
        for part in (self.deliverer, self.parser, self.keeper):
            self._closing.push_async_callback(part.stop)
            self._run(part.run(), type(part).__name__)

    def _start_notices(self, store: Store, seal: Seal, client: LateClient) -> None:
        self.notices = Notices(store, seal, client, self.config.node_name, self.config.public_url)
        self._closing.push_async_callback(self.notices.stop)
        self._run(self.notices.run(), "notices")
        self.letters = Letters(store, self.config.public_url)
        self._run(self.letters.run(), "letters")

    def _run(self, work: Any, name: str) -> None:
        """Run a part until this process stops; it ends before anything that was opened earlier."""
        task = asyncio.create_task(work, name=name)
        self._closing.push_async_callback(_ended, task)

    def _forget(self, events: list[Event]) -> None:
        """Sign-ins that have ended are ended on every node."""
        if not events:
            self.edge.speakers.forget_all()
        for event in events:
            if event.kind == "user.changed" and event.user_id is not None:
                self.edge.speakers.forget_user(event.user_id)

    # --- the web server's side ------------------------------------------------------------------------------

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:  # noqa: BLE001 - `run_server` raises it
            self.failure = error
            await send({"type": "lifespan.startup.failed", "message": ""})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        try:
            await self.stop()
        except StoreError as error:
            # Everything was closed all the same; what was under way is still due in the database.
            log.warning("stopped while the database was away", problem=str(error).partition("\n")[0])
        await send({"type": "lifespan.shutdown.complete"})

    failure: Exception | None = None

    def _figures(self) -> Iterable[Gauge]:
        """What the workers count."""
        if self.timers is None or self.router is None or self.deliverer is None or self.parser is None:
            return
        yield Gauge("openlines_timers_played", "Timers that were due and played", "counter", self.timers.played)
        help_ = "Conversations whose timers could not be played, for a fault of ours; stays 0"
        yield Gauge("openlines_timers_failed", help_, "counter", self.timers.faults)
        yield Gauge("openlines_offers", "Offers made by routing", "counter", self.router.offers)
        for part, found in (("timers", self.timers), ("deliveries", self.deliverer), ("inbox", self.parser)):
            help_ = "What a lost poke left behind; stays 0"
            yield Gauge("openlines_found_by_safety_look", help_, "counter", found.found_late, {"part": part})
        for outcome, count in self.deliverer.counts.items():
            yield Gauge("openlines_deliveries", "Deliveries by outcome", "counter", count, {"outcome": str(outcome)})
        for outcome, count in self.parser.counts.items():
            yield Gauge("openlines_inbox", "Events of vendors by outcome", "counter", count, {"outcome": str(outcome)})
        for (medium, outcome), count in () if self.notices is None else self.notices.counts.items():
            labels = {"medium": medium, "outcome": outcome}
            yield Gauge("openlines_notices", "Words to staff by medium and outcome", "counter", count, labels)
        if self.letters is not None:
            help_ = "Letters with operators' words to visitors who had left"
            yield Gauge("openlines_reply_letters", help_, "counter", self.letters.sent)


def run_server(config: Config, *, started: Callable[[Application, str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. `started` is told the address once it answers.

    Raises what kept the server from starting: `CannotListen`, `StoreError`, `BadKey`, `OSError`, or what nobody
    expected.
    """
    set_up(config.log_format, config.log_level)
    application = create_app(config)
    with suppress(KeyboardInterrupt), listen(config.host, config.port) as listening:
        try:
            Server(application, started).run(sockets=[listening])
        except SystemExit:  # uvicorn's way of saying that the application did not start
            if application.failure is None:
                raise
    if application.failure is not None:
        raise application.failure


class Server(uvicorn.Server):
    """uvicorn with our settings, which says when it answers and tells the application before it stops."""

    def __init__(self, application: Application, started: Callable[[Application, str], None]) -> None:
        self._application = application
        self._told = started
        super().__init__(
            uvicorn.Config(
                application,
                http=OneWrite,
                ws="websockets-sansio",
                ws_max_size=128 * 1024,
                ws_per_message_deflate=False,
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # Longer than a proxy keeps a connection (60 s is usual): who closes first while the other is just
                # asking makes a request fail, and a proxy knows when it asks.
                timeout_keep_alive=75,
                timeout_graceful_shutdown=10,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A stop that was asked for is a success: uvicorn would raise the signal again and end with its number."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: "list[socket.socket] | None" = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
            self._told(self._application, f"http://{f'[{shown}]' if ':' in shown else shown}:{port}")

    async def shutdown(self, sockets: "list[socket.socket] | None" = None) -> None:
        self._application.leaving()
        await super().shutdown(sockets)


class _Check:
    """Asks a channel's vendor how it is, now."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def __call__(self, channel_id: int) -> Health | None:
        try:
            connected = await self._accounts.get(channel_id)
        except SecretsUnreadable as problem:
            return Health(False, "secrets_unreadable", str(problem))
        if connected is None:
            return None
        return await connected.channel.check(connected.account, connected.http)


def _open_channel(accounts: Accounts, row: ChannelRow) -> Opened | None:
    connected = accounts.of(row)
    return None if connected is None else Opened(connected.channel, connected.account)


async def _ended(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    result = await asyncio.gather(task, return_exceptions=True)
    if isinstance(result[0], Exception):
        log.error("a part of the server had failed", part=task.get_name(), error=repr(result[0]))
