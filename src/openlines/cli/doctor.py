"""What can be wrong with an installation, looked at one by one, and what to do about it."""

import os
import shutil
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import openlines
from openlines.config import Config

_ROOM: Final = 1_000_000_000  # bytes: less than this left is worth a word
_WEB: Final = Path(openlines.__file__).parent / "web"


class Finding(NamedTuple):
    state: Literal["ok", "warning", "bad"]
    what: str
    advice: str = ""


async def examine(config: Config, ask: Callable[[str], Awaitable[dict[str, Any]]]) -> list[Finding]:
    """Every finding, in the order in which to mend them. `ask` carries out a command by name."""
    findings = [*_folder(config), *_web(), *_address(config)]
    if not config.database and not (config.data / "portal.db").exists():
        # Looking changes nothing: no portal is made for the sake of looking at it.
        advice = "`openlines serve` makes one, or `openlines admin create`; or name its folder with --data."
        return [*findings, Finding("warning", f"There is no portal in {config.data} yet.", advice), *_port(config)]
    running = config.control_socket.exists()
    answered = await ask("status")
    if not answered["ok"]:
        advice = "Is the address right, is the database running, may this user read the folder?"
        findings.append(Finding("bad", f"The portal does not open: {answered['message']}", advice))
        return findings
    inside = answered["result"]
    by = "through the running server" if running else "no server runs in this folder"
    findings.append(Finding("ok", f"The database ({inside['database']}) opens, {by}."))
    findings += _inside(inside)
    if not running:
        findings += _port(config)
    return findings


def _folder(config: Config) -> Iterator[Finding]:
    data = config.data
    if not data.is_dir():
        advice = "`openlines serve` makes it; or name another one with --data."
        yield Finding("warning", f"There is no folder {data}.", advice)
        return
    if os.access(data, os.W_OK | os.X_OK):
        yield Finding("ok", f"The data folder {data.resolve()} can be written.")
    else:
        yield Finding("bad", f"The data folder {data.resolve()} cannot be written.", "Give it to the server's user.")
    room = shutil.disk_usage(data).free
    if room < _ROOM:
        yield Finding(
            "bad" if room < _ROOM // 10 else "warning", f"Only {room // 1_000_000} MB are left.", "Make room."
        )
    key = data / "secret.key"
    if key.exists() and not config.secret_key:
        if stat.S_IMODE(key.stat().st_mode) & 0o077:
            yield Finding("bad", f"Others may read {key}.", f"chmod 600 {key}")
        else:
            yield Finding("ok", "The secret key is readable by its owner only. Is it in your backup?")


def _web() -> Iterator[Finding]:
    missing = [name for name in ("workspace/index.html", "widget/widget.js") if not (_WEB / name).exists()]
    if missing:
        yield Finding("bad", f"The web parts are not built: {', '.join(missing)}.", "Run `make web`.")
    else:
        yield Finding("ok", "The web parts are there.")


def _address(config: Config) -> Iterator[Finding]:
    if not config.public_url:
        advice = "Set --public-url to the https address, so that vendors can reach the portal and links are right."
        yield Finding("warning", "No public address is set.", advice)
    elif config.public_url.startswith("http://"):
        advice = "Put a reverse proxy with https before it: passwords and words can be read on the way."
        yield Finding("warning", f"{config.public_url} is not https.", advice)
    else:
        yield Finding("ok", f"The public address is {config.public_url}.")
    if config.host not in {"127.0.0.1", "::1", "localhost"} and not config.public_url.startswith("https://"):
        advice = "Listen on 127.0.0.1 and let a reverse proxy with https pass requests on."
        yield Finding("warning", f"The server listens on {config.host}, reachable from other machines.", advice)


def _inside(inside: dict[str, Any]) -> Iterator[Finding]:
    if not inside["set_up"]:
        advice = "Open the link that `openlines serve` prints, or run `openlines admin create`."
        yield Finding("warning", "The portal is not set up yet.", advice)
    elif not inside["administrators"]:
        yield Finding("bad", "There is no active administrator.", "Run `openlines admin create`.")
    else:
        people, heads = inside["users"], inside["administrators"]
        yield Finding("ok", f"The portal “{inside['portal']}” has {people} users, {heads} of them administrators.")
    for channel in inside["channels"]:
        named = f"Channel #{channel['id']} “{channel['name']}” ({channel['kind']})"
        if channel["state"] == "broken":
            yield Finding(
                "bad", f"{named} does not work: {channel['reason']}.", "Its page in the settings says what to do."
            )
        else:
            yield Finding("ok", f"{named}: {channel['state']}.")


def _port(config: Config) -> Iterator[Finding]:
    if not config.port:
        return
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            advice = "Another program listens there; choose another --port."
            yield Finding("bad", f"Port {config.port} is not free: {error.strerror}.", advice)
        else:
            yield Finding("ok", f"Port {config.port} is free.")
