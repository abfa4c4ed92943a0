"""Where a run takes place: folders, port, sizes, the PostgreSQL of the run, and who is told how far it is."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.world import Size, World, postgres_world, sqlite_world
from openlines.store import migrate


class Setting:
    def __init__(self, cache: Path, scratch: Path, port: int, size: Size, say: Callable[[str], None]) -> None:
        self.scratch = scratch
        self.port = port
        self.size = size
        self.say = say
        self._cache = cache
        self._server: Any = None
        self._template = ""
        self._key = ""

    def sqlite(self, name: str) -> World:
        """A fresh copy of the filled portal."""
        return sqlite_world(self._cache, self.scratch / name, self.port, self.size)

    @contextlib.contextmanager
    def postgres(self) -> Iterator[World]:
        """A fresh copy of the filled portal on the run's own PostgreSQL, its care for the data on."""
        from tests.support_servers.postgres import PostgresServer, find_postgres

        folder = self.scratch / "postgres"
        if self._server is None:
            binaries = find_postgres()
            if binaries is None:
                raise RuntimeError("there is no PostgreSQL here")
            self._server = PostgresServer(binaries, durable=True, settings={"shared_buffers": "256MB"})
            self._template = self._server.create()
            migrate(self._template)
            self.say("filling PostgreSQL")
            self._key = postgres_world(self._template, folder, self.port, self.size).key
        url = self._server.create(template=self._template)
        _freshen(url)
        try:
            yield World(folder, url, self._key, self.size)
        finally:
            self._server.drop(url)

    def close(self) -> None:
        if self._server is not None:
            self._server.stop()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _freshen(url: str) -> None:
    import psycopg

    from benchmarks.world import freshen

    with psycopg.connect(url) as connection:
        freshen(lambda sql, values: connection.execute(sql.replace("?", "%s").encode(), values))
