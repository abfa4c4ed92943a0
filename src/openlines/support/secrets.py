"""Secrets of channels: sealed at rest with AES-256-GCM, and in memory a value that does not print itself.

A sealed text says which key it needs, and is bound to the row it belongs to: copied into another row, or into
another table, it does not open.
"""

import base64
import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_FILE: Final = "secret.key"
_VERSION: Final = "v1"
_HIDDEN: Final = "•••"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Secret:
    """A text that is shown only when asked by name (`reveal`). Not a `str`, so that no join and no JSON leaks it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def matches(self, other: str) -> bool:
        """Whether `other` is the same text, in constant time."""
        return hmac.compare_digest(self._text.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return self.matches(other.reveal()) if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return _HIDDEN

    def __format__(self, spec: str) -> str:
        return _HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


class SecretsUnreadable(Exception):
    """Sealed with another key, for another row, or damaged. The message is for the administrator."""


class BadKey(ValueError):
    """The key given is not 32 bytes. The message is for the person who started the process."""


class Seal:
    """Seals and opens the secrets of rows with one key."""

    __slots__ = ("_cipher", "key_id")

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise BadKey("The secret key must be 32 bytes, written as 64 hexadecimal digits or as base64.")
        self._cipher = AESGCM(key)
        self.key_id = hashlib.sha256(b"openlines key id:" + key).hexdigest()[:8]

    def seal(self, table: str, row: int, values: Mapping[str, Secret]) -> str:
        """One text for the values of a row."""
        plain = json.dumps({name: value.reveal() for name, value in values.items()}).encode()
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, plain, _bound(table, row))
        return f"{_VERSION}.{self.key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, table: str, row: int, sealed: str) -> dict[str, Secret]:
        """The values again; nothing sealed is no values. Raises `SecretsUnreadable`."""
        if not sealed:
            return {}
        version, _, rest = sealed.partition(".")
        key_id, _, body = rest.partition(".")
        if version != _VERSION or key_id != self.key_id:
            raise SecretsUnreadable(
                f"The secrets of {table} {row} were sealed with another key ({key_id or 'unknown'}, this is "
                f"{self.key_id}). Put the old {KEY_FILE} back, or enter them anew."
            )
        try:
            raw = base64.b64decode(body, altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(table, row))
        except (InvalidTag, ValueError):
            raise SecretsUnreadable(f"The secrets of {table} {row} are damaged. Enter them anew.") from None
        return {name: Secret(text) for name, text in json.loads(plain).items()}


def load_seal(folder: Path, given: str = "") -> Seal:
    """The seal of this portal: from the key `given`, else from `secret.key` in `folder`, made when missing.

    Several processes that share a database must share the key. Raises `BadKey`.
    """
    if given:
        return Seal(_key(given, "OPENLINES_SECRET_KEY"))
    path = folder / KEY_FILE
    with suppress(FileExistsError):
        _create(path)
    # A key that others can read is no key; it may have been copied here without its mode.
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return Seal(_key(path.read_text(encoding="ascii", errors="replace"), str(path)))


def _create(path: Path) -> None:
    # Written under another name first: a process that starts at the same moment reads all of it or makes its own.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(os.urandom(_KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    finally:
        fresh.unlink()


def _key(text: str, source: str) -> bytes:
    text = text.strip()
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    with suppress(ValueError):
        key = base64.b64decode(text, altchars=b"-_", validate=True)
        if len(key) == _KEY_BYTES:
            return key
    raise BadKey(f"{source}: a secret key is 32 bytes, written as 64 hexadecimal digits or as base64.")


def _bound(table: str, row: int) -> bytes:
    return f"openlines:{table}:{row}".encode()
