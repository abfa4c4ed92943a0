"""Who a visitor is: a token of his own making nobody else has, or a name that the site has signed."""

import base64
import hashlib
import hmac
from typing import Any, Final, NamedTuple

import jwt

from openlines.api.refusals import HttpRefused
from openlines.services.receive import Person
from openlines.support.ids import fingerprint, new_token, same

ANONYMOUS: Final = "olv_"
SIGNED: Final = "ols1_"
_LONGEST_AGE: Final = 3600  # seconds between a signature's making and its end
_LONGEST: Final = 400


class Visitor(NamedTuple):
    """`external_id` is the thread's identity on the channel."""

    token: str
    external_id: str


class Signed(NamedTuple):
    visitor: Visitor
    person: Person


def newcomer() -> Visitor:
    token = new_token(ANONYMOUS)
    return Visitor(token, fingerprint(token))


def known(token: str, signing_key: str) -> Visitor | None:
    """The visitor of a token; None for what cannot be one of ours."""
    if len(token) > _LONGEST:
        return None
    if token.startswith(ANONYMOUS) and len(token) >= 40:
        return Visitor(token, fingerprint(token))
    if token.startswith(SIGNED) and signing_key:
        encoded, _, proof = token[len(SIGNED) :].partition(".")
        try:
            subject = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            return None
        if same(proof, _proof(subject, signing_key)):
            return Visitor(token, f"id:{subject}")
    return None


def vouched(identity: str, signing_key: str, key: str, now: int) -> Signed:
    """Checks a signed identity (JWT, HS256, `sub`, `exp` within the hour of `now`, seconds). Raises `HttpRefused`."""
    try:
        claims: dict[str, Any] = jwt.decode(
            identity,
            signing_key,
            algorithms=["HS256"],
            options={"require": ["exp", "sub"], "verify_aud": False},
        )
    except jwt.PyJWTError as error:
        raise HttpRefused(403, _why(error)) from None
    except (ValueError, TypeError, ArithmeticError, RecursionError):  # claims of other types than the library expects
        raise HttpRefused(403, "identity_malformed") from None
    subject, audience = claims["sub"], claims.get("aud")
    if not isinstance(subject, str) or not 0 < len(subject) <= 120:
        raise HttpRefused(403, "identity_sub")
    if audience is not None and audience != key:
        raise HttpRefused(403, "identity_aud")
    until, since = claims["exp"], claims.get("iat", now)
    if not all(isinstance(each, (int, float)) for each in (until, since)):
        raise HttpRefused(403, "identity_malformed")
    # Without the moment of signing, now stands for it: a signature that leaked must not be good for years.
    if until - since > _LONGEST_AGE:
        raise HttpRefused(403, "identity_exp")
    encoded = base64.urlsafe_b64encode(subject.encode()).decode().rstrip("=")
    token = f"{SIGNED}{encoded}.{_proof(subject, signing_key)}"
    person = Person(**{name: _text(claims.get(name)) for name in ("name", "email", "phone")})
    return Signed(Visitor(token, f"id:{subject}"), person)


def _why(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "identity_expired"
        case jwt.InvalidSignatureError():
            return "identity_signature"
        case jwt.MissingRequiredClaimError():
            return "identity_lacks"
        case jwt.ImmatureSignatureError():
            return "identity_early"
        case jwt.InvalidAlgorithmError():
            return "identity_algorithm"
        case _:
            return "identity_malformed"


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _proof(subject: str, signing_key: str) -> str:
    return hmac.new(signing_key.encode(), f"visitor\n{subject}".encode(), hashlib.sha256).hexdigest()
