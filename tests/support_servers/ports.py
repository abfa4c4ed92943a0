"""Ports for servers that are told theirs, and may be started again on it.

A port that is free is taken by its server only a moment later. Nobody else gets it meanwhile: it lies below what
systems give to outgoing connections (Linux from 32768, others from 49152), each process of a run of tests draws from
ports of its own, and none is drawn twice before all were.
"""

import itertools
import os
import random
import socket

_PROCESSES = 16
_OURS = range(18_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _PROCESSES, 32_000, _PROCESSES)
# In an order of its own: beside another run on this machine, and where tests set the seed of everybody's draws.
_NEXT = itertools.cycle(random.SystemRandom().sample(_OURS, len(_OURS)))


def free_port() -> int:
    """A TCP port of 127.0.0.1 where nobody listens."""
    for port in _NEXT:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("there is always a next one")
