"""Outgoing webhooks: JSON to an address of the administrator's, signed as Standard Webhooks signs.

The receiver knows the sender by `webhook-signature` (HMAC-SHA256 over id, timestamp and body), an old request by
`webhook-timestamp`, and a repeat by `webhook-id`: the same words carry the same id however often they are sent.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, Final

from openlines.notify.base import Again, Failed, Outcome, Sent, retry_after
from openlines.support.outbound import Http, NoAnswer, NotSent, TooLarge, Unfit
from openlines.support.secrets import Secret

PREFIX: Final = "whsec_"
WITHIN: Final = 15.0  # seconds that the receiver has
_ANSWER: Final = 65_536


def make_secret() -> Secret:
    """What the receiver checks signatures with."""
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())


def signature(secret: Secret, id_: str, second: int, body: bytes) -> str:
    """`v1,` and the MAC in base64 over "id.timestamp.body"."""
    key = base64.b64decode(secret.reveal().removeprefix(PREFIX))
    mac = hmac.digest(key, f"{id_}.{second}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac).decode()}"


async def send(http: Http, url: str, id_: str, value: Mapping[str, Any], secret: Secret, *, now: int) -> Outcome:
    """One request; `now` in microseconds. Only 2xx counts as taken. Redirects are not followed."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    second = now // 1_000_000
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(second),
        "webhook-signature": signature(secret, id_, second, body),
    }
    try:
        answer = await http.request("POST", url, headers=headers, body=body, within=WITHIN, limit=_ANSWER)
    except Unfit as problem:
        return Failed("hook_private_address" if "private" in str(problem) else "hook_bad_address")
    except NotSent as problem:
        return Again("hook_unreachable", str(problem))
    except NoAnswer as problem:
        return Again("hook_no_answer", str(problem))  # whoever got it already knows it by its id
    except TooLarge:
        return Sent()  # it answered, and more than anybody wants to read
    if 200 <= answer.status <= 299:
        return Sent()
    if answer.status == 410:
        return Failed("hook_gone")
    return Again("hook_status", f"HTTP {answer.status}", retry_after(answer.headers.get("retry-after", "")))
