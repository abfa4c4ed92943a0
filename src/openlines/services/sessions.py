"""Signing in and out. A session is known by the hash of its cookie and lives while it is used, but not for ever."""

from typing import Final

from openlines.core.line import DAY, HOUR, MINUTE
from openlines.services.access import Actor
from openlines.services.errors import NotFound
from openlines.store import push
from openlines.store import sessions as rows
from openlines.store import users as user_rows
from openlines.store.sessions import Session, SignedIn
from openlines.store.tx import Reader, Tx

IDLE: Final = 72 * HOUR  # a weekend between two days of work
ABSOLUTE: Final = 30 * DAY
TOUCH: Final = 5 * MINUTE  # how exactly `seen_at` is kept
TEXT_LIMIT: Final = 300


def sign_in(tx: Tx, user_id: int, token_hash: str, *, agent: str, address: str, new_hash: str | None = None) -> int:
    """Open a session; returns its id. `new_hash`: a password hash made again with today's parameters."""
    if new_hash:
        user_rows.put(tx, user_id, password_hash=new_hash)
    return rows.add_session(
        tx,
        user_id=user_id,
        token_hash=token_hash,
        expires_at=tx.now + IDLE,
        agent=agent[:TEXT_LIMIT],
        address=address[:64],
    )


def find_session(reader: Reader, token_hash: str) -> SignedIn | None:
    """Whom the cookie belongs to; None when it is unknown, has run out, or its user is switched off."""
    found = rows.session_by_token(reader, token_hash)
    if found is None or not found.active or found.expires_at <= reader.now:
        return None
    return found


def touch_session(tx: Tx, token_hash: str) -> bool:
    """The session was just used. False when there is none any more."""
    found = find_session(tx, token_hash)
    if found is None:
        return False
    if tx.now - found.seen_at >= TOUCH:
        opened = next(each.created_at for each in rows.sessions_of(tx, found.user_id) if each.id == found.session_id)
        rows.seen_session(tx, found.session_id, min(tx.now + IDLE, opened + ABSOLUTE))
    return True


def rotate(tx: Tx, session_id: int, token_hash: str) -> None:
    """The same session under a new cookie: whoever knew the old one is out."""
    rows.change_token(tx, session_id, token_hash)


def sign_out(tx: Tx, token_hash: str) -> None:
    """End the session of this cookie, if there is one."""
    found = rows.session_by_token(tx, token_hash)
    if found is not None:
        rows.end_session(tx, found.session_id, found.user_id)
        _ended(tx, found.user_id, found.session_id)


def end_session(tx: Tx, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions. Refuses with `NotFound`."""
    if not any(each.id == session_id for each in rows.sessions_of(tx, actor.user_id)):
        raise NotFound("session")
    rows.end_session(tx, session_id, actor.user_id)
    _ended(tx, actor.user_id, session_id)


def end_all(tx: Tx, user_id: int) -> None:
    """Sign a user out everywhere."""
    end_everywhere(tx, user_id)
    tx.event("user.changed", user_id=user_id, data={"what": ["sessions"], "ended": "sessions"})


def end_everywhere(tx: Tx, user_id: int, *, but: int = 0) -> None:
    """Ends the sessions of a user, all but one where he asks for it himself, and tells his browsers nothing any more.

    A browser is told without a session, so it would go on for whoever has it. The one that may stay says so anew.
    """
    rows.end_sessions_of(tx, user_id, but=but)
    push.drop_of(tx, user_id)


def my_sessions(reader: Reader, actor: Actor) -> list[Session]:
    """One's own sessions that are still good, the one used last first."""
    return [each for each in rows.sessions_of(reader, actor.user_id) if each.expires_at > reader.now]


def _ended(tx: Tx, user_id: int, session_id: int) -> None:
    tx.event("user.changed", user_id=user_id, data={"what": ["sessions"], "session": session_id})
