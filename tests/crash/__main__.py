"""`make crash`: the whole campaign on both stores. Exit code 1 when anything does not add up."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.crash.campaign import campaign
from tests.support_servers import postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="make crash ARGS=…", description=__doc__)
    parser.add_argument("--each-place", type=int, default=4, help="kills at each named place")
    parser.add_argument("--random", type=int, default=20, help="kills at random moments")
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory(prefix="openlines-crash-") as folder:
        for store in ("sqlite", "postgresql"):
            if options.store in (store, "both"):
                faults += _one(Path(folder) / store, store, options)
    print("nothing was lost, nothing doubled" if not faults else f"{faults} faults", flush=True)
    return 1 if faults else 0


def _one(folder: Path, store: str, options: argparse.Namespace) -> int:
    server = None
    database = ""
    if store == "postgresql":
        from openlines.store import migrate

        binaries = postgres.find_postgres()
        if binaries is None:
            print(postgres.MISSING)
            return 1
        server = postgres.PostgresServer(binaries)
        database = server.create()
        migrate(database)
    try:
        report = asyncio.run(
            campaign(
                folder,
                database,
                each_place=options.each_place,
                random_kills=options.random,
                progress=lambda words: print(words, flush=True),
                seed=options.seed,
            )
        )
    finally:
        if server is not None:
            server.stop()
    return len(report.faults)


if __name__ == "__main__":
    sys.exit(main())
