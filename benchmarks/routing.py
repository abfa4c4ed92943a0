"""What one decision of routing takes, among few operators and among many."""

import asyncio
import sqlite3
import statistics
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.setting import Setting
from benchmarks.world import GREETING
from openlines.core.line import LineSettings, Mode
from openlines.services.receive import Incoming, receive_message
from openlines.services.route import route
from openlines.store import migrate
from openlines.store.lines import text_of
from openlines.store.sqlite import SqliteSession
from openlines.support.clock import HostClock

_CROWDS = (10, 100, 1_000, 10_000)
_MODES: tuple[Mode, ...] = ("strictly", "everyone", "evenly")
_ROUNDS = 6
_DECISIONS = 60
_LIMIT = 900  # conversations one operator may have in the line


def route_growth(setting: Setting) -> list[Figure]:
    """The worst of the modes: the median decision among the most, by the median among the fewest."""
    growths, notes = [], []
    for mode in _MODES:
        sessions = [_portal(setting.scratch / f"{mode}-{crowd}", mode, crowd) for crowd in _CROWDS]
        taken: list[list[float]] = [[] for _ in _CROWDS]
        for _ in range(_ROUNDS):  # in turn, so that a disturbance falls on all of them
            for session, times in zip(sessions, taken, strict=True):
                times.extend(_decide(session, _DECISIONS))
        for session in sessions:
            session.close()
        medians = [statistics.median(times) for times in taken]
        growths.append(medians[-1] / medians[0])
        notes.append(f"{mode} {'/'.join(f'{each * 1e6:.0f}' for each in medians)} µs")
    return [Figure("route_growth", max(growths), "×", note=", ".join(notes))]


def _portal(folder: Path, mode: Mode, crowd: int) -> SqliteSession:
    """One line with that many operators, all there; every third has all that he may have."""
    folder.mkdir(parents=True)
    path = folder / "portal.db"
    asyncio.run(asyncio.to_thread(migrate, f"sqlite:///{path}"))
    settings = LineSettings(mode=mode, greeting=GREETING, limit=_LIMIT)
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO lines (id, name, settings, created_at) VALUES (1, 'Line', ?, 1)", (text_of(settings),)
    )
    connection.execute(
        "INSERT INTO channels (id, line_id, kind, name, key, created_at) VALUES (1, 1, 'website', 'Site', 'k', 1)"
    )
    connection.executemany(
        "INSERT INTO users (id, email, name, role, online, available, created_at)"
        " VALUES (?, ?, ?, 'operator', 1, 1, 1)",
        [(number, f"o{number}@example.com", f"Operator {number}") for number in range(1, crowd + 1)],
    )
    connection.executemany(
        "INSERT INTO seats (line_id, user_id, member, position, present, eligible, counted)"
        " VALUES (1, ?, 1, ?, 1, ?, ?)",
        [(n, n, int(n % 3 != 0), _LIMIT if n % 3 == 0 else 0) for n in range(1, crowd + 1)],
    )
    connection.commit()
    connection.close()
    return SqliteSession(path, HostClock())


def _decide(session: SqliteSession, count: int) -> list[float]:
    """Seconds of each of `count` decisions on conversations just come, every one committed."""
    times = []
    for _ in range(count):
        tx = session.begin()
        receive_message(tx, 1, Incoming(f"v{time.perf_counter_ns()}", "1", "Hello, where is my order?"))
        session.commit(tx)
        tx = session.begin()
        began = time.perf_counter()
        routed = route(tx, 1)
        times.append(time.perf_counter() - began)
        session.commit(tx)
        if routed.offered != 1:
            raise RuntimeError(f"{routed.offered} offers instead of one")
    return times
