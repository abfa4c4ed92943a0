"""Why something does not open or start, and what to do about it, in the machine's language."""

import errno
import os
from pathlib import Path

from openlines.cli.words import say
from openlines.store import (
    BadAddress,
    NotADatabase,
    SchemaBehind,
    ServerTooOld,
    StoreError,
    StoreFull,
    StoreInUse,
)
from openlines.support.listening import CannotListen
from openlines.support.secrets import BadKey

_UNREACHABLE = "PostgreSQL cannot be reached"


def why(error: Exception) -> str:
    """Sentences for whoever typed the command. What nobody expected is told by its own words."""
    match error:
        case CannotListen():
            return _listening(error)
        case StoreError():
            return _store(error)
        case OSError():
            return _file(error)
        case BadKey():
            return str(error)
        case _:
            return f"{type(error).__name__}: {error}"


def _store(error: StoreError) -> str:
    match error:
        case StoreInUse():
            return _in_use(error)
        case SchemaBehind() if error.found is None:
            return say("The database has no tables yet. Run `openlines migrate`, then start again.")
        case SchemaBehind():
            return say(
                "The database is at version {found}, this program needs {wanted}. Run `openlines migrate`, then "
                "start again.",
                found=error.found,
                wanted=error.wanted,
            )
        case StoreFull():
            return say("There is no room on the disk. Make room, then start again.")
        case NotADatabase():
            return say(
                "{path} is not a database of openlines, or it is damaged. Put back the one from your backup.",
                path=error.path,
            )
        case _:
            return _server(error)


def _server(error: StoreError) -> str:
    match error:
        case BadAddress():
            return say(
                "The address of the database cannot be understood. It is written like "
                "postgresql://user:password@host/name."
            )
        case ServerTooOld():
            return say(
                "PostgreSQL {wanted} or newer is needed, and this is {found}. Bring the server up to date, or take "
                "another one.",
                wanted=error.wanted,
                found=error.found,
            )
        case _ if str(error).startswith(_UNREACHABLE):
            reason = str(error).removeprefix(_UNREACHABLE).strip(": \n")
            return say("PostgreSQL cannot be reached: {reason}", reason=reason)
        case _:
            return str(error)


def _listening(error: CannotListen) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return say(
                "Port {port} on {host} is taken: another program listens there, or openlines itself, started before. "
                "Choose another one with --port.",
                port=error.port,
                host=error.host,
            )
        case errno.EACCES:
            return say(
                "This user may not listen on port {port}: ports below 1024 are for the system. Choose a higher one "
                "with --port and put a reverse proxy before it.",
                port=error.port,
            )
        case _:
            return say(
                "{host}:{port} is no address to listen on here ({reason}). Choose one of this machine with --host.",
                host=error.host,
                port=error.port,
                reason=error.strerror,
            )


def _in_use(error: StoreInUse) -> str:
    if error.pid is None:
        return say(
            "The portal in {folder} is open in another process. One process at a time may use a portal's folder.",
            folder=error.folder,
        )
    return say(
        "The portal in {folder} is open in process {pid}. One process at a time may use a portal's folder.",
        folder=error.folder,
        pid=error.pid,
    )


def _file(error: OSError) -> str:
    path = error.filename or ""
    match error.errno:
        case errno.EACCES | errno.EPERM:
            return say(
                "This user may not open {path}. Run the command as the server's user, like `sudo -u openlines …`, "
                "or give the data folder to this one.",
                path=path,
            )
        case errno.ENOSPC | errno.EDQUOT:
            return say("There is no room on the disk. Make room, then start again.")
        case errno.EROFS:
            return say("{path} cannot be written: the file system is read-only.", path=path)
        case errno.EEXIST | errno.ENOTDIR:
            return say("{path} is no folder. Name another one with --data.", path=path)
        case errno.ENOENT:
            return say("There is no {path}.", path=path)
        case _:
            return f"{path}: {os.strerror(error.errno)}" if error.errno and path else str(error)


def there(path: Path) -> bool:
    """Whether there is such a file. Raises `PermissionError` where this user may not even look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
