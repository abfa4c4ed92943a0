"""`openlines demo`: the real server on a throw-away database, with a portal full of life.

Everything that happens goes the way it always goes: customers write through the visitors' API, operators are
use cases on somebody's behalf. Two of the operators and the administrator are left to whoever looks.
"""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from openlines import __version__
from openlines.api.commands import open_portal
from openlines.app import Application, run_server
from openlines.config import Config
from openlines.core.line import DAY
from openlines.demo.life import Life
from openlines.demo.past import play_past
from openlines.demo.people import PASSWORD, DemoPortal, make_portal
from openlines.store import open_store
from openlines.support.clock import HostClock, SettableClock
from openlines.support.passwords import Passwords
from openlines.support.secrets import load_seal

__all__ = ["run_demo"]


Say = Callable[..., str]


def run_demo(config: Config, say: Say) -> None:
    """Serves until Ctrl-C; raises what kept it from starting. Nothing is left behind.

    `say` words a sentence in the language of whoever started it.
    """
    with tempfile.TemporaryDirectory(prefix="openlines-demo-", ignore_cleanup_errors=True) as folder:
        config = replace(config, data=Path(folder), database="")
        portal = asyncio.run(_before(config))
        running: list[asyncio.Task[None]] = []

        def started(application: Application, address: str) -> None:
            running.append(asyncio.get_running_loop().create_task(_live(application, address, portal, say)))

        run_server(config, started=started)


async def _before(config: Config) -> DemoPortal:
    """The portal as it is found: set up two days ago, with a history."""
    now = HostClock().now()
    clock = SettableClock(now - 2 * DAY)
    store = await open_store(config.database_url, node=config.node_name, clock=clock)
    passwords = Passwords()
    try:
        await open_portal(store)
        seal = load_seal(config.data, config.secret_key)
        portal = await store.write(make_portal, passwords.hash_now(PASSWORD), seal=seal)
        await play_past(store, config.node_name, clock, now, portal)
    finally:
        passwords.close()
        await store.close()
    return portal


async def _live(application: Application, address: str, portal: DemoPortal, say: Say) -> None:
    edge = application.edge
    _announce(address, portal.logins, next(iter(portal.keys.values())), say)
    with suppress(asyncio.CancelledError):
        await Life(edge.store, edge.node, address, portal).run()


def _announce(address: str, logins: list[tuple[str, str, str]], first_chat: str, say: Say) -> None:
    roles = {"administrator": say("administrator"), "operator": say("operator")}
    lines = [say("openlines {version} demo: {address}", version=__version__, address=address), ""]
    lines += ["  " + say("password of everybody: {password}", password=PASSWORD)]
    lines += [f"  {roles[role]:<14} {email:<22} {name}" for role, email, name in logins]
    lines += ["", "  " + say("be a customer: {address}", address=f"{address}/try/{first_chat}"), ""]
    lines += [say("Ctrl-C ends it and leaves nothing behind.")]
    print("\n".join(lines), flush=True)  # noqa: T201
