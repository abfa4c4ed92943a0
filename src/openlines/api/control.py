"""The way of the command line to a running server: a socket in the data folder that only its owner may open.

One JSON object per line: {"do": "user.add", "with": {…}} is answered by {"ok": true, "result": {…}} or by
{"ok": false, "code": …, "message": …, "fields": {…}}.
"""

import asyncio
import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

from openlines.api import refusals
from openlines.api.commands import Asked, Hands, Unknown, run
from openlines.api.words import word
from openlines.store import same_database
from openlines.support.log import logger

LINE_LIMIT: Final = 8_000_000  # bytes: a line in a file has photos in it
PATIENCE: Final = 60.0  # seconds that a command may take

log = logger(__name__)


class Control:
    """The server's end."""

    def __init__(self, path: Path, hands: Hands, database: str) -> None:
        """`database` is the address of the store: a command that names another one is not carried out here."""
        self._path = path
        self._hands = hands
        self._database = database
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. A socket that a crash left behind is taken over; the folder's lock says whose the folder is."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE_LIMIT)
        except OSError as error:
            # A path can be too long for a socket; the server works without, only scripts must wait for it to stop.
            log.warning("no control socket", path=str(self._path), error=str(error))
        finally:
            os.umask(before)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line), ensure_ascii=False).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            pass  # whoever asked is gone, or sent a line without end
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            name, values, language = asked["do"], asked.get("with") or {}, asked.get("language", "en")
            meant = str(asked.get("database") or self._database)
        except (ValueError, TypeError, KeyError, AttributeError):
            return {"ok": False, "code": "bad_request", "message": "Not a command."}
        if not same_database(meant, self._database):
            return {"ok": False, "code": "other_database", "message": word("other_database", {}, language)}
        return await answered(self._hands, name, values, language)


async def answered(hands: Hands, name: str, values: Asked, language: str) -> dict[str, Any]:
    """Carry out a command; refusals become values."""
    try:
        return {"ok": True, "result": await run(hands, name, values)}
    except Unknown:
        return {"ok": False, "code": "unknown_command", "message": f"This server does not know {name!r}."}
    except TypeError as error:
        return {"ok": False, "code": "bad_request", "message": str(error)}
    except Exception as error:
        reply = refusals.reply(error, language)
        if reply.status == 500:
            log.exception("a command failed", command=name)
        problem = json.loads(reply.body)
        fields = {path: each["message"] for path, each in problem.get("fields", {}).items()}
        return {"ok": False, "code": problem["code"], "message": problem["detail"], "fields": fields}


async def ask(path: Path, name: str, values: Asked, language: str, *, database: str = "") -> dict[str, Any] | None:
    """Ask the server that runs in this folder; None when none does. Raises `TimeoutError`, `OSError`.

    `database`: the address that was named beside the folder, if one was; it must be the server's.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    try:
        asked = {"do": name, "with": dict(values), "language": language, "database": database}
        writer.write(json.dumps(asked).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            line = await reader.readline()
        if not line:
            raise ConnectionResetError("the server went away before it answered")
        found: dict[str, Any] = json.loads(line)
        return found
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
