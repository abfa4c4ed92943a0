"""Web push to one browser: the payload encrypted for it (RFC 8291), the request signed with our key (RFC 8292).

The service in between (of the browser's maker) sees neither words nor names. Keys and points are base64url without
padding, as browsers give them.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from openlines.notify.base import Again, Failed, Outcome, Sent, Unknown, retry_after
from openlines.support.outbound import Http, NoAnswer, NotSent, TooLarge, Unfit
from openlines.support.secrets import Secret

RECORD: Final = 4096  # of the encrypted body; services need not take more
LONGEST: Final = RECORD - 86 - 17  # bytes of a message: header, padding mark and tag taken off
KEPT_SECONDS: Final = 4 * 3600  # that the service keeps it for a browser that is away
_VALID_SECONDS: Final = 12 * 3600  # of a signature; 24 hours are allowed
_WITHIN: Final = 15.0
_POINT: Final = 65
_AUTH: Final = 16


class Browser(NamedTuple):
    """Where to, and the keys that only this browser has the other half of."""

    endpoint: str
    p256dh: str
    auth: str


class Keys(NamedTuple):
    """The portal's own (VAPID): browsers accept messages only from who they subscribed with."""

    public: str
    private: Secret


class BadSubscription(ValueError):
    """What a browser is said to have given is not what browsers give."""


class Gone(NamedTuple):
    """The browser has ended its subscription: forget it."""


def make_keys() -> Keys:
    """A new pair, made once per portal."""
    private = ec.generate_private_key(ec.SECP256R1())
    number = private.private_numbers().private_value.to_bytes(32, "big")
    return Keys(encoded(_point_of(private.public_key())), Secret(encoded(number)))


def check(browser: Browser) -> None:
    """Raises `BadSubscription` for an address that is not https, or keys that are none."""
    parts = urlsplit(browser.endpoint)
    if parts.scheme != "https" or not parts.hostname or parts.username or len(browser.endpoint) > 1000:
        raise BadSubscription("endpoint")
    try:
        if len(_decoded(browser.auth)) != _AUTH:
            raise BadSubscription("auth")
        _public(_decoded(browser.p256dh))
    except BadSubscription:
        raise
    except ValueError:
        raise BadSubscription("keys") from None


def encrypted(
    message: bytes, browser: Browser, *, salt: bytes = b"", own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The body of the request: one record of aes128gcm. `salt` and `own` are new for every message."""
    salt = salt or os.urandom(16)
    own = own or ec.generate_private_key(ec.SECP256R1())
    theirs = _decoded(browser.p256dh)
    ours = _point_of(own.public_key())
    shared = own.exchange(ec.ECDH(), _public(theirs))
    ikm = _expand(_extract(_decoded(browser.auth), shared), b"WebPush: info\0" + theirs + ours, 32)
    secret = _extract(salt, ikm)
    key = _expand(secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(secret, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", RECORD, len(ours)) + ours
    return header + AESGCM(key).encrypt(nonce, message + b"\x02", None)


def signature(endpoint: str, keys: Keys, contact: str, now: int) -> str:
    """The Authorization header; `contact` is an address (mailto: or https:), `now` in microseconds."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": now // 1_000_000 + _VALID_SECONDS,
        "sub": contact,
    }
    number = int.from_bytes(_decoded(keys.private.reveal()), "big")
    private = ec.derive_private_key(number, ec.SECP256R1())
    return f"vapid t={jwt.encode(claims, private, algorithm='ES256')}, k={keys.public}"


def fitting(message: dict[str, Any]) -> bytes:
    """The message as JSON that fits into one record; a text that is too long is cut."""
    body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    while len(body) > LONGEST and len(message["text"]) > 1:
        over = len(body) - LONGEST  # bytes, of which no letter has more than six
        message = {**message, "text": message["text"][: -(over // 6 + 2)].rstrip() + "…"}
        body = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    return body


async def send(
    http: Http, browser: Browser, message: dict[str, Any], keys: Keys, *, contact: str, now: int, topic: str = ""
) -> Outcome | Gone:
    """Hands one message to the browser's service. Messages of one `topic` replace each other while undelivered."""
    try:
        body = encrypted(fitting(message), browser)
        headers = {
            "Authorization": signature(browser.endpoint, keys, contact, now),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high",
            **({"Topic": topic} if topic else {}),
        }
    except ValueError:
        return Gone()
    try:
        answer = await http.request("POST", browser.endpoint, headers=headers, body=body, within=_WITHIN, limit=65_536)
    except Unfit:
        return Failed("push_bad_address")
    except NotSent as problem:
        return Again("push_unreachable", str(problem))
    except (NoAnswer, TooLarge) as problem:
        return Unknown(str(problem))
    if 200 <= answer.status <= 299:
        return Sent()
    if answer.status in {404, 410}:
        return Gone()
    if answer.status == 429 or answer.status >= 500:
        return Again("push_busy", f"HTTP {answer.status}", retry_after(answer.headers.get("retry-after", "")))
    return Failed("push_refused", f"HTTP {answer.status} {answer.body[:200].decode('utf-8', 'replace')}".strip())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    if not text.isascii() or len(text) > 200:
        raise ValueError("not base64url")
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def _point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    if len(point) != _POINT:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _extract(salt: bytes, key: bytes) -> bytes:
    return hmac.digest(salt, key, hashlib.sha256)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return hmac.digest(key, info + b"\x01", hashlib.sha256)[:length]
