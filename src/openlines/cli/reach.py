"""How a command reaches its portal: through the server that runs in the folder, or by itself; and how it ends."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import typer

from openlines import __version__
from openlines.cli.words import language, say
from openlines.config import BadSetting, Config, load

if TYPE_CHECKING:
    from openlines.store import Store

FAILED: Final = 1
USAGE: Final = 2
IN_USE: Final = 3

NO_PORTAL: Final = "no_portal"  # the code of an answer
MARK: Final = "\ufeff"  # that some editors and shells put before a text in UTF-8


def config_of(**given: Any) -> Config:
    """The settings; ends the program in words when one cannot be meant."""
    try:
        return load(os.environ, **given)
    except BadSetting as problem:
        raise stop(_setting(problem), USAGE) from None


def _setting(problem: BadSetting) -> str:
    """`{setting} must be …`: what was typed, and the sentence about it."""
    start = "{setting} " if "setting" in problem.params else ""
    return start.format(**problem.params) + say(problem.sentence.removeprefix(start), **problem.params)


def serving(serve_until_told: Callable[[], None]) -> None:
    """Run a server; ends the program with words when it does not start."""
    try:
        serve_until_told()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told and logged
        from openlines.cli.troubles import why
        from openlines.store import StoreError, StoreInUse
        from openlines.support.log import logger
        from openlines.support.secrets import BadKey

        if not isinstance(error, (StoreError, BadKey, OSError)):
            logger(__name__).exception("openlines did not start")
        reason, code = why(error), FAILED
        if isinstance(error, StoreInUse):
            reason, code = f"{reason} {say('Stop that one first, or name another folder with --data.')}", IN_USE
        raise stop(say("openlines did not start: {reason}", reason=reason), code) from None


def exists(config: Config) -> bool:
    """Raises `PermissionError` where this user may not look."""
    from openlines.cli.troubles import there

    return bool(config.database) or there(config.data / "portal.db")


def kinds_alone() -> dict[str, Any]:
    from openlines.api.commands import kinds

    return {"kinds": kinds(), "channels": []}


def password_of(from_stdin: bool) -> str:
    """The first line of standard input, or typed twice without being shown."""
    if from_stdin:
        return sys.stdin.readline().removeprefix(MARK).rstrip("\r\n")
    if not sys.stdin.isatty():
        raise stop(say("Give the password on standard input with --password-stdin."), USAGE) from None
    return str(typer.prompt(say("Password"), hide_input=True, confirmation_prompt=True))


def do(
    config: Config, name: str, values: Mapping[str, Any], *, without_portal: Callable[[], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Carry out a command, by the running server or by ourselves; ends the program in words when it is refused.

    `without_portal` answers where there is none.
    """
    answered = asyncio.run(ask_portal(config, name, values))
    if without_portal is not None and answered.get("code") == NO_PORTAL:
        return without_portal()
    if answered["ok"]:
        result: dict[str, Any] = answered["result"]
        return result
    lines = [answered["message"], *(f"  {path}: {words}" for path, words in (answered.get("fields") or {}).items())]
    raise stop("\n".join(lines), IN_USE if answered.get("code") == "in_use" else FAILED)


async def ask_portal(config: Config, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    from openlines.api.control import ask
    from openlines.cli.troubles import why

    try:
        answered = await ask(config.control_socket, name, values, language(), database=_whole(config.database))
    except PermissionError as error:
        # A socket that is closed to this user does not say its name.
        named = PermissionError(error.errno, error.strerror, str(config.control_socket))
        return {"ok": False, "code": "no_answer", "message": why(named)}
    except (OSError, TimeoutError) as error:
        message = say("The running server does not answer: {error}", error=error)
        return {"ok": False, "code": "no_answer", "message": message}
    return answered if answered is not None else await _by_ourselves(config, name, values)


def _whole(database: str) -> str:
    """The address of a database, as it is understood in another folder too."""
    kind, slashes, path = database.partition(":///")
    return f"{kind}{slashes}{Path(path).absolute()}" if kind == "sqlite" else database


def named(database: str) -> str:
    """The address of a database as it may be shown: without user and password."""
    if database.startswith("sqlite:///"):
        return database.removeprefix("sqlite:///")
    parts = urlsplit(database)
    return f"{parts.path.lstrip('/')} ({parts.netloc.rpartition('@')[2]})"


_OPENS_NEW: Final = frozenset({"admin.create"})
_NO_PORTAL: Final = (
    "There is no portal in {folder} yet. Start it with `openlines serve` or `openlines admin create`, "
    "or name its folder with --data."
)


async def _by_ourselves(config: Config, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    from openlines.cli.troubles import why
    from openlines.store import StoreError, StoreInUse, open_store
    from openlines.support.secrets import BadKey

    try:
        if name not in _OPENS_NEW and not exists(config):
            # A name typed wrong must not silently become a second, empty portal.
            return {"ok": False, "code": NO_PORTAL, "message": say(_NO_PORTAL, folder=config.data)}
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = await open_store(config.database_url, node=f"command line {os.getpid()}")
        try:
            return await _carried_out(store, config, name, values)
        finally:
            await store.close()
    except StoreInUse as error:
        return {"ok": False, "code": "in_use", "message": why(error)}
    except (StoreError, BadKey, OSError) as error:
        return {"ok": False, "code": "not_opened", "message": why(error)}


async def _carried_out(store: "Store", config: Config, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    from openlines.api.commands import Hands, open_portal
    from openlines.api.control import answered
    from openlines.files.disk import DiskFiles
    from openlines.support.passwords import Passwords
    from openlines.support.secrets import load_seal

    passwords, files = Passwords(), DiskFiles(config.data / "files")
    try:
        await open_portal(store)
        files.open()
        seal = load_seal(config.data, config.secret_key)
        hands = Hands(store, passwords, seal, __version__, files, config.max_lines)
        return await answered(hands, name, values, language())
    finally:
        passwords.close()
        files.close()


def tell(done: dict[str, Any], words: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(done, ensure_ascii=False) if as_json else words)


def stop(words: str, code: int = FAILED) -> typer.Exit:
    """The end of the program, with words for whoever started it."""
    typer.echo(words, err=True)
    return typer.Exit(code)
