"""The port that a server listens on."""

import os
import socket


class CannotListen(OSError):
    """The port cannot be had; `errno` says why."""

    def __init__(self, error: OSError, host: str, port: int) -> None:
        # Of a name that nobody knows, the library says its reason and then what it was doing.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        super().__init__(error.errno, os.strerror(error.errno) if error.errno and error.errno > 0 else reason)
        self.host = host
        self.port = port


def listen(host: str, port: int) -> socket.socket:
    """The port, taken before anything is opened. Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048, reuse_port=False)
    except OSError as error:
        raise CannotListen(error, host, port) from error
    listening.setblocking(False)
    return listening
