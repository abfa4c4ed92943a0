"""Who is asking: from a cookie or a key to an actor, remembered for a minute and forgotten at once when it ends.

Only hashes are remembered. What ends a sign-in (sign-out, a new password, a changed role, a revoked key) is an
event of the log, so every node forgets within the time an event takes, not when the minute is over.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

from openlines.services import sessions, tokens
from openlines.services.access import Actor
from openlines.store import Store
from openlines.support.ids import fingerprint

KEY_PREFIX: Final = "olt_"
SESSION_PREFIX: Final = "ols_"
_REMEMBERED: Final = 60.0  # seconds
_MOST: Final = 20_000
_LONGEST: Final = 200


class Speaker(NamedTuple):
    """An actor and how he is known. Exactly one of `session_id` and `token_id` is set.

    What a key may be used for (`scopes`; None: everything) is asked at the door and nowhere behind it; what is
    seen and refused there depends on the user for whom the key speaks.
    """

    actor: Actor
    session_id: int = 0
    token_id: int = 0
    scopes: tuple[str, ...] | None = None

    def may(self, scope: str) -> bool:
        return self.scopes is None or scope in self.scopes


class Speakers:
    """Finds and remembers speakers."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: OrderedDict[str, tuple[Speaker, float]] = OrderedDict()
        self._forgotten = 0  # how often

    async def by_cookie(self, cookie: str) -> Speaker | None:
        """The user whose session this cookie is; None when it is none (any more)."""
        if not cookie.startswith(SESSION_PREFIX) or len(cookie) > _LONGEST:
            return None
        token_hash = fingerprint(cookie)
        known = self._remembered(token_hash)
        if known is not None:
            return known
        asked = self._forgotten
        found = await self._store.read(sessions.find_session, token_hash)
        if found is None:
            return None
        if self._store.clock.now() - found.seen_at >= sessions.TOUCH:
            await self._store.write(sessions.touch_session, token_hash)
        speaker = Speaker(Actor(found.user_id, found.role), session_id=found.session_id)
        self._remember(token_hash, speaker, asked)
        return speaker

    async def by_key(self, key: str) -> Speaker | None:
        """The user whom this program speaks for, with the key's scopes; None when it is no key (any more)."""
        if not key.startswith(KEY_PREFIX) or len(key) > _LONGEST:
            return None
        token_hash = fingerprint(key)
        known = self._remembered(token_hash)
        if known is not None:
            return known
        asked = self._forgotten
        found = await self._store.read(tokens.find_bearer, token_hash)
        if found is None:
            return None
        if found.used_at is None or self._store.clock.now() - found.used_at >= sessions.TOUCH:
            await self._store.write(tokens.token_used, found.token_id)
        speaker = Speaker(Actor(found.user_id, found.role), token_id=found.token_id, scopes=found.scopes)
        self._remember(token_hash, speaker, asked)
        return speaker

    def forget_user(self, user_id: int) -> None:
        """Something about this user's sign-ins or rights has changed."""
        self._forgotten += 1
        gone = [key for key, (speaker, _) in self._known.items() if speaker.actor.user_id == user_id]
        for key in gone:
            del self._known[key]

    def forget_all(self) -> None:
        """Nobody can say what has changed meanwhile."""
        self._forgotten += 1
        self._known.clear()

    def _remembered(self, token_hash: str) -> Speaker | None:
        entry = self._known.get(token_hash)
        if entry is None or self._clock() > entry[1]:
            return None
        return entry[0]

    def _remember(self, token_hash: str, speaker: Speaker, asked: int) -> None:
        if asked != self._forgotten:
            return  # somebody's rights have changed since this was read; perhaps these
        self._known[token_hash] = (speaker, self._clock() + _REMEMBERED)
        self._known.move_to_end(token_hash)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
