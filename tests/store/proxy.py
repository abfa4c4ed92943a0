"""A proxy before PostgreSQL that loses connections at chosen moments."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit, urlunsplit


class Proxy:
    """Passes bytes on until told otherwise. Each connection has two threads, which end with it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = urlunsplit(parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}"))
        self.cut_at: bytes | None = None  # in what the server says: instead of passing it on, cut, once
        self.then_cut_at: bytes | None = None  # after that cut, the next one
        self.then_refuse = False  # after that cut, take no more connections
        self.refusing = False
        self.swallowing = False  # take connections and never say a word
        self.cuts = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Loses all connections."""
        for pair in self._pairs:
            _end(*pair)
        self._pairs.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            if self.swallowing:
                self._pairs.append((client, client))
                continue
            server = socket.create_connection(self._target)
            self._pairs.append((client, server))
            threading.Thread(target=self._pass_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(server, client, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers and self.cut_at is not None and self.cut_at in data:
                    self.cut_at, self.then_cut_at = self.then_cut_at, None
                    self.cuts += 1
                    self.refusing = self.then_refuse
                    break
                target.sendall(data)
        _end(source, target)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
