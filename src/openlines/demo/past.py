"""What had happened in the demo's portal before anybody looked: written by the use cases, at a clock set back."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from openlines.core.line import MINUTE
from openlines.demo.people import DemoPortal
from openlines.services import handle, presence
from openlines.services.access import Actor
from openlines.services.react import mark_seen, receive_rating
from openlines.services.receive import Incoming, Person, receive_message
from openlines.services.reply import Reply, reply
from openlines.services.wake import wake_due
from openlines.store import Store
from openlines.store.tx import Tx
from openlines.support.clock import SettableClock

CUSTOMER, FINISH, RATE, SNOOZE, PIN, NOTE = "customer", "finish", "rate", "snooze", "pin", "note"


class Step(NamedTuple):
    ago: float  # minutes before now
    who: str  # CUSTOMER, or an operator's e-mail
    words: str = ""
    does: str = ""  # another thing than writing
    value: int = 0  # stars; minutes of a snooze


class Case(NamedTuple):
    customer: Person
    line: str
    steps: tuple[Step, ...]


ANNA, BORIS, VERA, GLEB = "anna@example.com", "boris@example.com", "vera@example.com", "gleb@example.com"
DAY = 24 * 60.0
AGENTS = {
    "ru": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    "en": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1",
}


def _person(name: str, language: str, email: str = "", phone: str = "") -> Person:
    page = {"page": "https://lamp.example/catalog", "title": "Лампы и пледы", "device": AGENTS[language]}
    return Person(name, "", language, None, email, phone, "Europe/Moscow", msgspec.json.encode(page).decode())


CASES = (
    Case(
        _person("Лариса Седова", "ru", "l.sedova@example.com"),
        "Поддержка",
        (
            Step(1.2 * DAY, CUSTOMER, "Здравствуйте! Можно вернуть торшер, если не подойдёт по цвету?"),
            Step(1.2 * DAY - 2, ANNA, "Здравствуйте, Лариса! Да, в течение 14 дней, упаковку сохраните"),
            Step(1.2 * DAY - 5, CUSTOMER, "Отлично, спасибо!"),
            Step(1.2 * DAY - 6, ANNA, does=FINISH),
            Step(1.2 * DAY - 7, CUSTOMER, does=RATE, value=5),
        ),
    ),
    Case(
        _person("Марина Белых", "ru", "m.belykh@example.com", "+7 900 555-01-23"),
        "Поддержка",
        (
            Step(6.0, CUSTOMER, "Здравствуйте! Торшер приехал, а в коробке нет одного плафона"),
            Step(4.5, ANNA, "Марина, добрый день! Проверяю на складе, минуту"),
            Step(3.5, ANNA, "Склад: плафон остался в ячейке 14, отправят сегодня отдельной посылкой", NOTE),
            Step(3.0, ANNA, "Плафон нашли, отправим сегодня. Привезти домой или в пункт выдачи?"),
            Step(0.6, CUSTOMER, "Лучше домой. Можно завтра с 10 до 14?"),
        ),
    ),
    Case(
        _person("", "ru"),
        "Поддержка",
        (
            Step(42.0, CUSTOMER, "Доставка в субботу бывает?"),
            Step(40.0, ANNA, "Да, доставка в субботу возможна, с 10 до 18"),
        ),
    ),
    Case(
        _person("Daniel Reed", "en", "daniel.reed@example.com"),
        "Поддержка",
        (
            Step(75.0, CUSTOMER, "My lamp flickers on the lowest setting. Is it the bulb?"),
            Step(73.0, ANNA, "Hello Daniel! Most likely, yes. Please try another dimmable bulb and tell me"),
            Step(73.0, ANNA, does=PIN),
            Step(8.0, CUSTOMER, "Changed it. Still flickers, only below 20 %"),
            Step(6.5, ANNA, "Then it is the dimmer. Which wattage does the label on it say?"),
            Step(4.0, ANNA, "Batch 0926 has weak dimmers, the workshop replaces them without asking", NOTE),
            Step(0.7, CUSTOMER, "25 W, and the batch number is 0926. Can you replace it?"),
        ),
    ),
    Case(
        _person("Кафе «Утро»", "ru", "office@utro.example"),
        "Поддержка",
        (
            Step(110.0, CUSTOMER, "Когда придёт закрывающий акт?"),
            Step(107.0, ANNA, "Бухгалтерия подпишет сегодня к вечеру, тогда сразу пришлю"),
            Step(106.0, ANNA, does=SNOOZE, value=180),
        ),
    ),
    Case(
        _person("Павел Громов", "ru"),
        "Поддержка",
        (
            Step(21.0, CUSTOMER, "Как поменять пароль в личном кабинете?"),
            Step(19.0, ANNA, "Павел, ссылка «Забыли пароль?» под полем входа, письмо придёт за минуту"),
            Step(2.0, CUSTOMER, "Получилось, спасибо"),
            Step(1.5, ANNA, does=FINISH),
        ),
    ),
    Case(
        _person("Hannah Moore", "en", "hannah@example.com"),
        "Delivery",
        (
            Step(35.0, CUSTOMER, "Could the courier bring the parcel to the office instead?"),
            Step(33.0, BORIS, "Hi Hannah! Sure, please send me the address of the office"),
            Step(0.8, CUSTOMER, "12 Garden Street, 3rd floor. Thank you!"),
        ),
    ),
    Case(
        _person("Marco Bruni", "en"),
        "Delivery",
        (
            Step(55.0, CUSTOMER, "Is delivery on Saturday possible?"),
            Step(52.0, BORIS, "Hi Marco, yes, between 10 and 18"),
        ),
    ),
    Case(
        _person("Олег Сухов", "ru"),
        "Поддержка",
        (
            Step(5 * 60.0, CUSTOMER, "Алло, есть кто-нибудь?"),
            Step(4 * 60.0, VERA, does=FINISH),
        ),
    ),
    Case(
        _person("Алина Юсупова", "ru", "alina@example.com"),
        "Поддержка",
        (
            Step(0.9 * DAY, CUSTOMER, "Промокод не применяется к пледам"),
            Step(0.9 * DAY - 3, GLEB, "Алина, он действует только на лампы, но для вас открыл скидку вручную"),
            Step(0.9 * DAY - 4, CUSTOMER, "Вот это да, спасибо!"),
            Step(0.9 * DAY - 5, GLEB, does=FINISH),
            Step(0.9 * DAY - 6, CUSTOMER, does=RATE, value=5),
        ),
    ),
    Case(
        _person("Нина Котова", "ru"),
        "Поддержка",
        (
            Step(0.8 * DAY, CUSTOMER, "Курьер опоздал на три часа"),
            Step(0.8 * DAY - 25, VERA, "Нина, простите. Вернули вам стоимость доставки"),
            Step(0.8 * DAY - 27, VERA, does=FINISH),
            Step(0.8 * DAY - 28, CUSTOMER, does=RATE, value=1),
        ),
    ),
)


async def play_past(store: Store, node: str, clock: SettableClock, now: int, portal: DemoPortal) -> None:
    """Everything in the order of its time; timers between two steps fire when they would have."""
    await store.write(presence.arrive, node)
    for operator in portal.operators.values():
        await store.write(presence.connected, operator.user_id, node)
    conversations: dict[int, tuple[int, int]] = {}
    for step, number in _in_order():
        clock.set(max(clock.now(), now - round(step.ago * MINUTE)))
        await store.write(presence.renew, node)
        while (await store.write(wake_due)).more:
            pass
        conversations[number] = await store.write(_play, portal, number, step, conversations.get(number, (0, 0)))
    clock.set(now)


def _in_order() -> Iterator[tuple[Step, int]]:
    steps = [(step, number) for number, case in enumerate(CASES) for step in case.steps]
    return iter(sorted(steps, key=lambda found: -found[0].ago))


def _play(tx: Tx, portal: DemoPortal, number: int, step: Step, known: tuple[int, int]) -> tuple[int, int]:
    """One step; returns (conversation, thread)."""
    conversation_id, thread_id = known
    mark = f"past-{number}-{step.ago}"
    if step.who == CUSTOMER:
        if step.does == RATE:
            receive_rating(tx, thread_id, step.value)
            return known
        case = CASES[number]
        channel_id = portal.channels[list(portal.lines).index(case.line)]
        identity = hashlib.sha256(f"past {number}".encode()).hexdigest()
        received = receive_message(tx, channel_id, Incoming(identity, mark, step.words, person=case.customer))
        return received.conversation_id, received.thread_id
    _operator_does(tx, portal.operators[step.who], conversation_id, step, mark)
    mark_seen(tx, thread_id, read=1_000)
    return known


def _operator_does(tx: Tx, actor: Actor, conversation_id: int, step: Step, mark: str) -> None:
    if step.does == FINISH:
        handle.accept(tx, actor, conversation_id)
        handle.finish(tx, actor, conversation_id)
    elif step.does == SNOOZE:
        handle.snooze(tx, actor, conversation_id, tx.now + step.value * MINUTE)
    elif step.does == PIN:
        handle.pin(tx, actor, conversation_id, True)
    else:
        reply(tx, actor, conversation_id, Reply(mark, step.words, note=step.does == NOTE))
