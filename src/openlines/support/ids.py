"""Unguessable values and what is kept of them."""

import hashlib
import hmac
import secrets


def new_token(prefix: str = "") -> str:
    """`prefix` and 256 random bits, safe in an address and in a header."""
    return prefix + secrets.token_urlsafe(32)


def new_key() -> str:
    """128 random bits for a public key or a file's id: unguessable, but no secret that opens anything alone."""
    return secrets.token_urlsafe(16)


def fingerprint(token: str) -> str:
    """SHA-256 of a token, the only thing that is stored: tokens carry enough entropy to need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
