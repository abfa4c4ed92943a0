"""`openlines demo`: the real server on a throw-away database, with a portal full of life.

Everything that happens goes the way it always goes: customers write through the visitors' API, operators are
use cases on somebody's behalf. Two of the operators and the administrator are left to whoever looks.
"""

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from openlines import __version__
from openlines.app import Application, run_server
from openlines.config import Config
from openlines.demo.life import Life
from openlines.demo.people import PASSWORD, make_portal

__all__ = ["run_demo"]


def run_demo(config: Config) -> int:
    """Serves until Ctrl-C; returns the exit code. Nothing is left behind."""
    with tempfile.TemporaryDirectory(prefix="openlines-demo-", ignore_cleanup_errors=True) as folder:
        running: list[asyncio.Task[None]] = []

        def started(application: Application, address: str) -> None:
            running.append(asyncio.get_running_loop().create_task(_live(application, address)))

        return run_server(replace(config, data=Path(folder), database=""), started=started)


async def _live(application: Application, address: str) -> None:
    edge = application.edge
    password_hash = await edge.passwords.hash(PASSWORD)
    portal = await edge.store.write(make_portal, password_hash, seal=edge.seal)
    _announce(address, portal.logins, portal.channels[0])
    with suppress(asyncio.CancelledError):
        await Life(edge.store, edge.node, address, portal).run()


def _announce(address: str, logins: list[tuple[str, str, str]], first_channel: int) -> None:
    lines = [f"openlines {__version__} demo: {address}", "", f"  password of everybody: {PASSWORD}"]
    lines += [f"  {role:<14} {email:<22} {name}" for role, email, name in logins]
    lines += ["", f"  be a customer:  {address}/try/{first_channel}", "", "Ctrl-C ends it and leaves nothing behind."]
    print("\n".join(lines), flush=True)  # noqa: T201
