"""Passwords: Argon2id in a small pool of its own, so that a flood of sign-ins cannot take every core or all memory."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

_T = TypeVar("_T")

LEAST = 8  # characters
MOST = 1024  # a longer one is a mistake or an attack
_COMMON_WORDS = """
password passw0rd 12345678 123456789 1234567890 qwertyui qwertyuiop 1q2w3e4r 1qaz2wsx iloveyou 11111111
00000000 88888888 password1 password123 qwerty123 abc12345 admin123 administrator letmein1 йцукенгш йцукенгшщз
пароль12 парольпароль 12341234 87654321 asdfghjk zxcvbnm1 sunshine princess football baseball superman
trustno1 welcome1 monkey123 dragon123 internet computer michelle
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class TooBusy(Exception):
    """More passwords are waiting to be checked than the pool takes; try again in a moment."""


def weakness(password: str, *, personal: tuple[str, ...] = ()) -> str | None:
    """Why this password may not be used: "password_short", "password_long", "password_common"; None when it may."""
    if len(password) < LEAST:
        return "password_short"
    if len(password) > MOST:
        return "password_long"
    plain = password.casefold()
    if plain in _COMMON or len(set(plain)) < 3 or plain in {each.casefold() for each in personal if each}:
        return "password_common"
    return None


class Passwords:
    """Hashes and checks passwords, `workers` at a time; at most `waiting` more may queue."""

    def __init__(self, *, workers: int = 2, waiting: int = 32) -> None:
        # OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="passwords")
        self._room = workers + waiting
        self._dummy = ""

    async def hash(self, password: str) -> str:
        """The encoded hash to store. Raises `TooBusy`."""
        return await self._run(partial(self._hasher.hash, _bytes(password)))

    def hash_now(self, password: str) -> str:
        """The same in the calling thread, for the command line."""
        return self._hasher.hash(_bytes(password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password fits. An unknown account (None) costs the same time as a known one. Raises `TooBusy`."""
        return await self._run(partial(self._verify, encoded, password))

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def close(self) -> None:
        """Let the pool end; a hash under way is finished and dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, encoded: str | None, password: str) -> bool:
        if not self._dummy:
            self._dummy = self._hasher.hash(b"nobody has this password")
        try:
            fits = self._hasher.verify(encoded or self._dummy, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(fits) and encoded is not None

    async def _run(self, work: "partial[_T]") -> _T:
        if self._room <= 0:
            raise TooBusy
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._room += 1


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
