"""What can be wrong with an installation, looked at one by one, and what to do about it."""

import os
import shutil
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import openlines
from openlines.cli.reach import NO_PORTAL, exists
from openlines.cli.troubles import there, why
from openlines.cli.words import STATES, say
from openlines.config import Config
from openlines.support.clock import SECOND, HostClock, from_datetime

_ROOM: Final = 1_000_000_000  # bytes: less than this left is worth a word
_SKEW: Final = 5  # seconds between two clocks that are worth a word
_WEB: Final = Path(openlines.__file__).parent / "web"


class Finding(NamedTuple):
    state: Literal["ok", "warning", "bad"]
    what: str
    advice: str = ""


async def examine(config: Config, ask: Callable[[str], Awaitable[dict[str, Any]]]) -> list[Finding]:
    """Every finding, in the order in which to mend them. `ask` carries out a command by name."""
    findings = [*_folder(config), *_web(), *_address(config)]
    try:
        exists(config)
    except OSError as error:
        return [*findings, Finding("bad", why(error))]
    try:
        running = there(config.control_socket)
    except OSError:
        running = False
    # A server on PostgreSQL is asked through its folder, although no portal lies in there.
    answered = await ask("status")
    if answered.get("code") == NO_PORTAL:
        # Looking changes nothing: no portal is made for the sake of looking at it.
        advice = say("`openlines serve` makes one, or `openlines admin create`; or name its folder with --data.")
        return [
            *findings,
            Finding("warning", say("There is no portal in {folder} yet.", folder=config.data), advice),
            *_port(config),
        ]
    if not answered["ok"]:
        advice = say("Is the address right, is the database running, may this user read the folder?")
        what = say("The portal does not open: {why}", why=answered["message"])
        findings.append(Finding("bad", what, advice))
        return findings
    inside = answered["result"]
    by = say("through the running server") if running else say("no server runs in this folder")
    findings.append(Finding("ok", say("The database ({database}) opens, {by}.", database=inside["database"], by=by)))
    findings += [*_clock(inside["now"], inside["database"]), *_inside(inside)]
    if not running:
        findings += _port(config)
    return findings


def _folder(config: Config) -> Iterator[Finding]:
    data = config.data
    if not data.is_dir():
        advice = say("`openlines serve` makes it; or name another one with --data.")
        yield Finding("warning", say("There is no folder {folder}.", folder=data), advice)
        return
    if os.access(data, os.W_OK | os.X_OK):
        yield Finding("ok", say("The data folder {folder} can be written.", folder=data.resolve()))
    else:
        what = say("The data folder {folder} cannot be written.", folder=data.resolve())
        yield Finding("bad", what, say("Give it to the server's user."))
    room = shutil.disk_usage(data).free
    if room < _ROOM:
        what = say("Only {megabytes} MB are left.", megabytes=room // 1_000_000)
        yield Finding("bad" if room < _ROOM // 10 else "warning", what, say("Make room."))
    if not config.secret_key:
        yield from _key(data / "secret.key")


def _key(key: Path) -> Iterator[Finding]:
    try:
        if not there(key):
            return
    except OSError:
        return  # the folder itself is closed to this user, which is said already
    if not os.access(key, os.R_OK):
        yield Finding("bad", say("This user may not read {key}.", key=key), say("Give it to the server's user."))
    elif stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("bad", say("Others may read {key}.", key=key), f"chmod 600 {key}")
    else:
        yield Finding("ok", say("The secret key is readable by its owner only. Is it in your backup?"))


def _web() -> Iterator[Finding]:
    missing = [name for name in ("workspace/index.html", "widget/widget.js") if not (_WEB / name).exists()]
    if missing:
        what = say("The web parts are not built: {missing}.", missing=", ".join(missing))
        yield Finding("bad", what, say("Run `make web`."))
    else:
        yield Finding("ok", say("The web parts are there."))


def _address(config: Config) -> Iterator[Finding]:
    if not config.public_url:
        advice = say("Set --public-url to the https address, so that vendors can reach the portal and links are right.")
        yield Finding("warning", say("No public address is set."), advice)
    elif config.public_url.startswith("http://"):
        advice = say("Put a reverse proxy with https before it: passwords and words can be read on the way.")
        yield Finding("warning", say("{address} is not https.", address=config.public_url), advice)
    else:
        yield Finding("ok", say("The public address is {address}.", address=config.public_url))
    if config.host not in {"127.0.0.1", "::1", "localhost"} and not config.public_url.startswith("https://"):
        advice = say("Listen on 127.0.0.1 and let a reverse proxy with https pass requests on.")
        what = say("The server listens on {host}, reachable from other machines.", host=config.host)
        yield Finding("warning", what, advice)


def _clock(told: str, database: str) -> Iterator[Finding]:
    """The portal's time against this machine's: the database server's on PostgreSQL; on SQLite the machine's own,
    which a running server never lets go backwards."""
    ahead = round((from_datetime(datetime.fromisoformat(told)) - HostClock().now()) / SECOND)
    if abs(ahead) < _SKEW:
        yield Finding("ok", say("The clock agrees with the database's."))
        return
    if database == "sqlite":
        advice = say("The machine's clock was set while the server ran. Keep it right by NTP; a restart takes it over.")
    else:
        advice = say("Keep both machines' clocks right by NTP: proofs of identity and codes are valid for minutes.")
    yield Finding("warning", say("The portal's time and this machine's differ by {seconds} s.", seconds=ahead), advice)


def _inside(inside: dict[str, Any]) -> Iterator[Finding]:
    if not inside["set_up"]:
        advice = say("Open the link that `openlines serve` prints, or run `openlines admin create`.")
        yield Finding("warning", say("The portal is not set up yet."), advice)
    elif not inside["administrators"]:
        yield Finding("bad", say("There is no active administrator."), say("Run `openlines admin create`."))
    else:
        what = say("The portal “{portal}” has users: {users}, administrators among them: {administrators}.", **inside)
        yield Finding("ok", what)
    for channel in inside["channels"]:
        named = say("Channel #{id} “{name}” ({kind})", **channel)
        if channel["state"] == "broken":
            what = say("{channel} does not work: {reason}.", channel=named, reason=channel["reason"])
            yield Finding("bad", what, say("Its page in the settings says what to do."))
        else:
            state = say(STATES.get(channel["state"], channel["state"]))
            yield Finding("ok", say("{channel}: {state}.", channel=named, state=state))
    if inside.get("aside"):
        advice = say("`openlines inbox list` shows them; `openlines inbox replay --all` tries them again.")
        yield Finding("warning", say("Events of vendors were put aside: {number}.", number=inside["aside"]), advice)


def _port(config: Config) -> Iterator[Finding]:
    if not config.port:
        return
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            advice = say("Another program listens there; choose another --port.")
            what = say("Port {port} is not free: {why}.", port=config.port, why=error.strerror)
            yield Finding("bad", what, advice)
        else:
            yield Finding("ok", say("Port {port} is free.", port=config.port))
