"""What customers and operators of the demo say: short scenes, customer first, turn by turn."""

import random
from collections.abc import Iterator
from typing import NamedTuple


class Scene(NamedTuple):
    """`{name}` in the words is what the customer is called by."""

    line: str
    language: str
    customer: str
    turns: tuple[str, ...]  # customer, operator, customer, …
    rating: int | None = None  # like 5, dislike 1; stars 1–5

    def said(self) -> list[str]:
        return [words.format(name=self.customer.split()[0]) for words in self.turns]


SCENES = (
    Scene(
        "Поддержка",
        "ru",
        "Игорь Панов",
        (
            "Здравствуйте! Заказ 48213 не пришёл в пункт выдачи, хотя срок был вчера",
            "{name}, добрый день! Смотрю ваш заказ, минуту",
            "Жду",
            "Склад задержал отгрузку. Привезут сегодня до 18:00, СМС придёт за час",
            "Спасибо, тогда подожду",
        ),
        5,
    ),
    Scene(
        "Поддержка",
        "ru",
        "Салон «Дельта»",
        (
            "Добрый день. Нужен акт сверки за октябрь",
            "Здравствуйте! Пришлю на почту в течение часа. Адрес тот же?",
            "Да, тот же. И ещё счёт № 1178 дублем, пожалуйста",
            "Хорошо, отправлю оба документа вместе",
        ),
        5,
    ),
    Scene(
        "Поддержка",
        "ru",
        "Анна Вольская",
        (
            "Лампа пришла с трещиной на абажуре :( Что делать?",
            "{name}, нам очень жаль. Пришлите, пожалуйста, фото — и мы сразу отправим новый абажур",
            "Сейчас сфотографирую",
            "Спасибо! Если удобнее, можем вернуть деньги за абажур",
            "Лучше замену",
        ),
        5,
    ),
    Scene(
        "Поддержка",
        "en",
        "Olivia Kerr",
        (
            "Hi! My discount code LAMP10 says it has expired, but your letter says till Sunday",
            "Hello {name}! You are right, the code was closed too early. I have opened it again, please try now",
            "Works now, thank you so much!",
        ),
        5,
    ),
    Scene(
        "Поддержка",
        "ru",
        "Ринат Тагиров",
        ("Когда уже ответите? Второй день жду возврат денег", "{name}, проверяю платёж у бухгалтерии. Одну минуту"),
        1,
    ),
    Scene(
        "Продажи",
        "ru",
        "Егор Сомов",
        (
            "Сколько стоит плед 200×220 с доставкой в Казань?",
            "Здравствуйте! Плед — 4 900 ₽, доставка в Казань бесплатная от 3 000 ₽",
            "А серый есть?",
            "Есть светло-серый и графит. Отложить один на сегодня?",
            "Графит, пожалуйста",
        ),
        5,
    ),
    Scene(
        "Продажи",
        "ru",
        "ООО «Уют»",
        (
            "Нужны 40 торшеров в гостиницу. Есть оптовая цена?",
            "Да, от 20 штук — минус 18 %. Посчитать с доставкой и сборкой?",
            "Да, и скажите срок",
            "Срок — 12 рабочих дней. Отправлю расчёт сегодня",
        ),
        4,
    ),
    Scene(
        "Продажи",
        "en",
        "Tom Becker",
        (
            "Do you ship the brass floor lamp to Germany?",
            "We do: 5 days by courier, duties included. Shall I prepare an offer?",
            "Yes please, two of them",
        ),
        5,
    ),
    Scene(
        "Delivery",
        "en",
        "Grace Holm",
        (
            "Hello, can the courier come after 7 pm today?",
            "Hi {name}! I have moved it to 19:00–21:00. The courier will call half an hour before",
            "Perfect, thanks",
        ),
        5,
    ),
    Scene(
        "Delivery",
        "en",
        "Peter Lang",
        (
            "The parcel is marked as delivered but nobody rang the bell",
            "Sorry about that, {name}. Let me ask the courier where he left it",
            "It was with the neighbour, found it. All good",
        ),
        5,
    ),
    Scene(
        "Delivery",
        "ru",
        "Светлана Юн",
        (
            "Можно поменять адрес доставки? Переехали",
            "{name}, конечно. Напишите новый адрес — успеем, машина выезжает завтра",
            "Лесная, 12, кв. 48",
            "Записал, курьер приедет завтра с 10 до 14",
        ),
        5,
    ),
)

_MEN = ("Артём", "Вадим", "Денис", "Илья", "Кирилл", "Максим", "Никита", "Роман", "Степан", "Тимур", "Фёдор", "Юрий")
_WOMEN = ("Алла", "Валерия", "Дина", "Елена", "Зоя", "Инна", "Ксения", "Лидия", "Майя", "Нина", "Полина", "Тамара")
_SURNAMES = ("Абрамов", "Белов", "Воронин", "Гусев", "Данилин", "Зимин", "Котов", "Лапин", "Маслов", "Рогов", "Сухарев")
_FIRST = ("Alice", "Ben", "Clara", "Dylan", "Emma", "Felix", "Harriet", "Jack", "Louise", "Martin", "Nora", "Simon")
_LAST = ("Adams", "Brook", "Carter", "Dale", "Ellis", "Fischer", "Grant", "Hayes", "Keller", "Moss", "Price", "Young")


def again(chance: random.Random) -> Iterator[Scene]:
    """The scenes over and over, each time with somebody else."""
    names = {"ru": _shuffled(_russian(), chance), "en": _shuffled([f"{a} {b}" for a in _FIRST for b in _LAST], chance)}
    while True:
        scene = chance.choice(SCENES)
        yield scene._replace(customer=next(names[scene.language]))


def _russian() -> list[str]:
    return [f"{name} {last}" for name in _MEN for last in _SURNAMES] + [
        f"{name} {last}а" for name in _WOMEN for last in _SURNAMES
    ]


def _shuffled(names: list[str], chance: random.Random) -> Iterator[str]:
    while True:
        yield from chance.sample(names, len(names))
