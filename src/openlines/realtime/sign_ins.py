"""Whether the sign-in that opened a socket is still good, and how it is kept alive."""

from typing import NamedTuple

from openlines.services import tokens
from openlines.services.sessions import ABSOLUTE, IDLE, TOUCH
from openlines.store import sessions as rows
from openlines.store.sessions import Session
from openlines.store.tx import Reader, Tx


class SignIn(NamedTuple):
    """A session by its number, since a new password gives it a new cookie; or the hash of a program's key."""

    user_id: int
    session_id: int = 0
    key_hash: str = ""


def is_good(reader: Reader, sign_in: SignIn) -> bool:
    if sign_in.session_id:
        return _session(reader, sign_in) is not None
    return tokens.find_bearer(reader, sign_in.key_hash) is not None


def keep_alive(tx: Tx, sign_in: SignIn) -> bool:
    """Whether it is good; a session counts as used just now."""
    if not sign_in.session_id:
        return is_good(tx, sign_in)
    found = _session(tx, sign_in)
    if found is not None and tx.now - found.seen_at >= TOUCH:
        rows.seen_session(tx, found.id, min(tx.now + IDLE, found.created_at + ABSOLUTE))
    return found is not None


def _session(reader: Reader, sign_in: SignIn) -> Session | None:
    mine = rows.sessions_of(reader, sign_in.user_id)
    return next((each for each in mine if each.id == sign_in.session_id and each.expires_at > reader.now), None)
