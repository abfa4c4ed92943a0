"""Settings: from flags, environment and defaults to one frozen value.

Every setting is one field of `Config`; its environment variable is `OPENLINES_` and its name in capitals. A
flag wins over the environment, the environment over the default. A variable of ours that nobody knows is
an error that names the nearest known one: a typing error must not silently mean "default".
"""

import difflib
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "OPENLINES_"
# Read by the command line before anything else: in which language it speaks.
LANGUAGE = "OPENLINES_LANGUAGE"
# Read by the test and measuring tools of the repository, not by the server.
FOREIGN = ("OPENLINES_TEST_", "OPENLINES_BENCH_", "OPENLINES_CRASH_")

ROLES = frozenset({"api", "workers"})


class BadSetting(ValueError):
    """A setting is unknown or has a value that cannot be meant; told to the person who typed it.

    `sentence` has holes for `params`, so that the command line can say it in another language.
    """

    def __init__(self, sentence: str, **params: Any) -> None:
        super().__init__(sentence.format(**params))
        self.sentence = sentence
        self.params = params


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = most + 1
        if not least <= value <= most:
            raise BadSetting("must be a whole number from {least} to {most}", least=least, most=most)
        return value

    return parse


def _one_of(*known: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in known:
            raise BadSetting("must be one of {known}", known=", ".join(known))
        return text

    return parse


def _folder(text: str) -> Path:
    if not text.strip():
        raise BadSetting("must be the name of a folder")  # an empty variable would mean wherever one stands
    return Path(text)


def _roles(text: str) -> frozenset[str]:
    roles = frozenset(each.strip() for each in text.split(",") if each.strip())
    if not roles or not roles <= ROLES:
        raise BadSetting("must be api, workers or both, separated by a comma")
    return roles


def _public_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadSetting("must be an address without a path, like https://chat.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _database(text: str) -> str:
    if text and not text.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise BadSetting("must be sqlite:///path/to/file.db or postgresql://user@host/name")
    return text


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(each.strip(), strict=False) for each in text.split(",") if each.strip())
    except ValueError:
        raise BadSetting("must be addresses or networks separated by commas, like 10.0.0.0/8") from None


def _told(parse: Callable[[str], Any], help_: str) -> dict[str, Any]:
    return {"parse": parse, "help": help_}


@dataclass(frozen=True, slots=True)
class Config:
    """What one server process is told from outside. Everything else is a setting of the portal."""

    data: Path = field(
        default=Path("data"), metadata=_told(_folder, "folder with the database, the files and the secret key")
    )
    database: str = field(
        default="", metadata=_told(_database, "sqlite:///… or postgresql://…; default: portal.db in the data folder")
    )
    host: str = field(default="127.0.0.1", metadata=_told(str, "address to listen on"))
    port: int = field(default=8080, metadata=_told(_whole(0, 65535), "port to listen on; 0 takes a free one"))
    public_url: str = field(
        default="", metadata=_told(_public_url, "address under which customers and vendors reach this portal")
    )
    roles: frozenset[str] = field(default=ROLES, metadata=_told(_roles, "parts that this process runs: api, workers"))
    node: str = field(
        default="", metadata=_told(str, "name of this process among several; default: host name and port")
    )
    trusted_proxies: tuple[Network, ...] = field(
        default=(ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1")),
        metadata=_told(_networks, "networks whose X-Forwarded-For and X-Forwarded-Proto are believed"),
    )
    secret_key: str = field(
        default="", metadata=_told(str, "key that seals channel secrets; default: secret.key in the data folder")
    )
    max_lines: int = field(
        default=0, metadata=_told(_whole(0, 1000000), "how many lines may be switched on; 0 = no limit")
    )
    file_limit: int = field(
        default=20000000, metadata=_told(_whole(1000, 1000000000), "largest file that may be sent, bytes")
    )
    readers: int = field(default=2, metadata=_told(_whole(1, 64), "read-only connections to the database"))
    writers: int = field(default=1, metadata=_told(_whole(1, 16), "writing connections to PostgreSQL"))
    log_format: str = field(
        default="auto",
        metadata=_told(_one_of("auto", "json", "console"), "how the log is written: auto, json, console"),
    )
    log_level: str = field(
        default="info",
        metadata=_told(
            _one_of("debug", "info", "warning", "error"),
            "least serious line that is written: debug, info, warning, error",
        ),
    )

    @property
    def database_url(self) -> str:
        """The store's address, the default one spelled out."""
        return self.database or f"sqlite:///{self.data / 'portal.db'}"

    @property
    def on_postgresql(self) -> bool:
        return self.database.startswith(("postgresql://", "postgres://"))

    @property
    def node_name(self) -> str:
        """Stable over restarts, different for each process that shares a database."""
        return self.node or f"{socket.gethostname()}:{self.port or os.getpid()}"

    @property
    def control_socket(self) -> Path:
        """Where the command line finds the running server."""
        return self.data / "control.sock"


KNOWN = {each.name: each for each in fields(Config)}


def load(environ: Mapping[str, str], **given: Any) -> Config:
    """The settings of this process: `given` (flags; None = not given) over `environ` over the defaults.

    Raises `BadSetting` with a sentence for the person who started the process.
    """
    values: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable.startswith(FOREIGN) or variable == LANGUAGE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in KNOWN or variable != variable.upper():
            raise unknown(variable)
        values[name] = _parsed(variable, name, text)
    for name, value in given.items():
        if value is not None:
            values[name] = _parsed("--" + name.replace("_", "-"), name, str(value))
    return Config(**values)


def unknown(variable: str) -> BadSetting:
    """About a variable of ours that does not exist."""
    near = difflib.get_close_matches(variable.removeprefix(PREFIX).lower(), KNOWN, n=1, cutoff=0.6)
    if near:
        meant = PREFIX + near[0].upper()
        return BadSetting("{name} is not a setting of openlines. Did you mean {meant}?", name=variable, meant=meant)
    known = ", ".join([*(PREFIX + name.upper() for name in KNOWN), LANGUAGE])
    return BadSetting("{name} is not a setting of openlines. Known are {known}.", name=variable, known=known)


# The password in an address of a database: what was typed wrong is repeated, and may end in a log.
_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")


def _parsed(told_by: str, name: str, text: str) -> Any:
    try:
        return KNOWN[name].metadata["parse"](text)
    except BadSetting as problem:
        shown = f"{told_by}={_PASSWORD.sub('…', text)!r}"
        raise BadSetting(f"{{setting}} {problem.sentence}", setting=shown, **problem.params) from None
