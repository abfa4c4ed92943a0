"""Measures the promises of the house, each beside its limit, and writes them to benchmarks/latest.json
and into the tables of docs/performance.*.md.

    python -m benchmarks [NAME…] [--small] [--cache DIR] [--port N] [--no-record]

Without names everything is measured. `--small` takes little stores and short times: to see that it works, not
how fast it is. The filled portal is kept in the cache (default: a folder of the system's temporary one).
"""

import argparse
import gc
import os
import platform
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import figures as book
from benchmarks import idle, ingest, pages, push, routing, slots, timers, widget
from benchmarks.figures import Figure
from benchmarks.setting import Setting
from benchmarks.world import FULL, SMALL

MEASURES: dict[str, Callable[[Setting], list[Figure]]] = {
    "widget": widget.widget,
    "idle": idle.idle,
    "socket_kb": idle.socket_kb,
    "push_p99_50": push.push_p99_50,
    "push_p99_500": push.push_p99_500,
    "ingest_sqlite": ingest.ingest_sqlite,
    "route_new": ingest.route_new,
    "route_growth": routing.route_growth,
    "slot_to_offer_p99": slots.slot_to_offer_p99,
    "timer_lateness": timers.timer_lateness,
    "ingest_postgres": ingest.ingest_postgres,
    "route_new_postgres": ingest.route_new_postgres,
}
LATEST = Path(__file__).parent / "latest.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASURES)}; default: all")
    parser.add_argument("--small", action="store_true", help="little stores, short times; writes no record")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "openlines-bench")
    parser.add_argument("--port", type=int, default=18600, help="where the product listens (default 18600)")
    parser.add_argument("--no-record", action="store_true", help="leave benchmarks/latest.json as it is")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in MEASURES]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known are {', '.join(MEASURES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped
    _many_files()
    size = SMALL if options.small else FULL
    print(
        f"{platform.python_implementation()} {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {size.conversations} conversations, "
        f"{size.messages} messages, {size.sockets} sockets",
        flush=True,
    )
    scratch = Path(tempfile.mkdtemp(prefix="openlines-bench-"))
    setting = Setting(options.cache, scratch, options.port, size, lambda words: print(f"    {words} …", flush=True))
    record = None if options.small or options.no_record else LATEST
    found, failed = _measure(setting, options.names or list(MEASURES), record)
    print()
    for figure in found:
        print(figure.line())
    return 1 if failed else 0


def _measure(setting: Setting, names: list[str], record: Path | None) -> tuple[list[Figure], bool]:
    """What was found, and whether something could not be measured. Written as it comes: a run may be broken off."""
    found: list[Figure] = []
    failed = False
    try:
        for name in names:
            print(f"{name} …", flush=True)
            # What the figure before has left (thousands of sockets) is not cleared away in the middle of this one: the
            # pause would be counted as the product's.
            gc.collect()
            gc.freeze()
            began = time.perf_counter()
            try:
                figures = MEASURES[name](setting)
            except (RuntimeError, OSError) as error:
                print(f"  {name} could not be measured: {error}", file=sys.stderr, flush=True)
                failed = True
                continue
            found += figures
            if record is not None:
                pages.put(book.write(record, figures))
            for figure in figures:
                print(f"  {figure.line()}", flush=True)
            print(f"    ({time.perf_counter() - began:.0f} s)", flush=True)
    finally:
        setting.close()
    return found, failed


def _many_files() -> None:
    """Thousands of sockets need as many descriptors, here and in the product, which inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(20_000, hard) if hard != resource.RLIM_INFINITY else 20_000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    sys.exit(main())
