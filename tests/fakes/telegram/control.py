"""Verbs by which another process moves the fake: what customers do, what goes wrong, and what was seen.

Every verb takes and gives JSON: `POST /control/say {"token": …, "person": 7, "text": "hello"}`. A bot is named by
its token, a person by his number; both are made when they are first named.
"""

import base64
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram.people import what_is_seen
from tests.fakes.telegram.world import Bot, Fault, Person, names

if TYPE_CHECKING:
    from tests.fakes.telegram.server import FakeTelegram

VERBS: Final = names(
    "add_bot revoke person say start send send_raw edit press block unblock in_group fault calm duplicate jump "
    "chat ledger calls state"
)


def add_bot(fake: "FakeTelegram", token: str = "", name: str = "Shop", username: str = "shop_bot") -> dict[str, Any]:
    bot = fake.world.bots.get(token) or fake.world.add_bot(token, name, username)
    return {"token": bot.token, "id": bot.id, "username": bot.username, "base_url": fake.base}


def revoke(fake: "FakeTelegram", token: str) -> bool:
    fake.world.bots[token].revoked = True
    return True


def person(fake: "FakeTelegram", person: int, photo: str = "", **values: Any) -> dict[str, Any]:
    """Makes or changes a person; `photo` is base64."""
    found = fake.world.person(person, **values)
    if photo:
        bot = next(iter(fake.world.bots.values()))
        found.photo = fake.world.keep_file(bot, base64.b64decode(photo), "photo.jpg", "image/jpeg", (640, 640))
    return found.described()


def say(fake: "FakeTelegram", token: str, person: int, text: str, reply_to: int | None = None) -> int:
    return fake.people.say(*_pair(fake, token, person), text, reply_to=reply_to)


def start(fake: "FakeTelegram", token: str, person: int, payload: str = "") -> int:
    return fake.people.start(*_pair(fake, token, person), payload)


def send(fake: "FakeTelegram", token: str, person: int, kind: str, content: str, **extra: Any) -> int:
    """`content` is base64; `name`, `type_`, `caption`, `album` as told."""
    return fake.people.send(*_pair(fake, token, person), kind, base64.b64decode(content), **extra)


def send_raw(fake: "FakeTelegram", token: str, person: int, shape: dict[str, Any]) -> int:
    return fake.people.send_raw(*_pair(fake, token, person), shape)


def edit(fake: "FakeTelegram", token: str, person: int, message_id: int, text: str) -> bool:
    fake.people.edit(*_pair(fake, token, person), message_id, text)
    return True


def press(fake: "FakeTelegram", token: str, person: int, message_id: int, key: str) -> str:
    return fake.people.press(*_pair(fake, token, person), message_id, key)


def block(fake: "FakeTelegram", token: str, person: int) -> bool:
    fake.people.block(*_pair(fake, token, person))
    return True


def unblock(fake: "FakeTelegram", token: str, person: int) -> bool:
    fake.people.unblock(*_pair(fake, token, person))
    return True


def in_group(fake: "FakeTelegram", token: str, person: int, text: str) -> bool:
    fake.people.in_group(*_pair(fake, token, person), text)
    return True


def fault(
    fake: "FakeTelegram", method: str, kind: str, count: int = 1, seconds: float = 0.0, chat: int | None = None
) -> bool:
    """The next `count` calls of a method ("*", or "download" for files) meet with 429, 429-bare, 500, 502, redirect,
    cut-before, hang-before, slow (before it is carried out), cut, hang, html, broken-json, bomb, drip (after)."""
    fake.world.faults.append(Fault(method, kind, count, seconds, chat))
    return True


def calm(fake: "FakeTelegram") -> bool:
    fake.world.faults.clear()
    return True


def duplicate(fake: "FakeTelegram", count: int = 1) -> bool:
    """The next so many updates come twice."""
    fake.world.duplicate_updates += count
    return True


def jump(fake: "FakeTelegram", token: str, to: int) -> bool:
    """The numbering of updates goes on elsewhere, as after a week of silence."""
    fake.world.bots[token].next_update_id = to
    return True


def chat(fake: "FakeTelegram", token: str, person: int) -> list[dict[str, Any]]:
    """What the customer's screen shows."""
    bot, found = _pair(fake, token, person)
    return what_is_seen(fake.world.chat(bot, found))


def ledger(fake: "FakeTelegram", after: int = 0) -> list[dict[str, Any]]:
    """Everything that customers said and saw, in order."""
    return [asdict(entry) for entry in fake.world.ledger if entry.n > after]


def calls(fake: "FakeTelegram") -> list[list[Any]]:
    return [[method, args] for method, args in fake.world.calls]


def state(fake: "FakeTelegram", token: str) -> dict[str, Any]:
    bot = fake.world.bots[token]
    return {
        "webhook": bot.webhook.url,
        "webhook_error": bot.webhook.last_error_message,
        "pending": len(bot.updates),
        "unanswered_presses": [query.id for query in fake.people.unanswered(bot)],
        "violations": fake.world.violations,
    }


def _pair(fake: "FakeTelegram", token: str, number: int) -> tuple[Bot, Person]:
    return fake.world.bots[token], fake.world.person(number)
