"""Ports for servers that are told theirs, and may be started again on it."""

import random
import socket

# Below what systems give to outgoing connections (Linux from 32768, others from 49152): a port out of that range is
# anybody's between the moment when it was found and the moment when a server takes it.
_PORTS = range(18_000, 32_000)
# Tests with given seeds in several processes would all draw the same ports.
_DRAW = random.SystemRandom()


def free_port() -> int:
    """A TCP port of 127.0.0.1 where nobody listens; the same one is hardly ever given twice."""
    while True:
        port = _DRAW.choice(_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
