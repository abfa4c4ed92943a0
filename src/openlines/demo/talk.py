"""What customers and operators of the demo say: short scenes, customer first, turn by turn."""

from typing import NamedTuple


class Scene(NamedTuple):
    line: str
    language: str
    customer: str
    turns: tuple[str, ...]  # customer, operator, customer, …
    rating: int | None = None  # like 5, dislike 1; stars 1–5


SCENES = (
    Scene(
        "Поддержка",
        "ru",
        "Игорь Панов",
        (
            "Здравствуйте! Заказ 48213 не пришёл в пункт выдачи, хотя срок был вчера",
            "Игорь, добрый день! Смотрю ваш заказ, минуту",
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
            "Анна, нам очень жаль. Пришлите, пожалуйста, фото — и мы сразу отправим новый абажур",
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
            "Hello Olivia! You are right, the code was closed too early. I have opened it again, please try now",
            "Works now, thank you so much!",
        ),
        5,
    ),
    Scene(
        "Поддержка",
        "ru",
        "Ринат Тагиров",
        ("Когда уже ответите? Второй день жду возврат денег", "Ринат, проверяю платёж у бухгалтерии. Одну минуту"),
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
            "Hi Grace! I have moved it to 19:00–21:00. The courier will call half an hour before",
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
            "Sorry about that, Peter. Let me ask the courier where he left it",
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
            "Светлана, конечно. Напишите новый адрес — успеем, машина выезжает завтра",
            "Лесная, 12, кв. 48",
            "Записал, курьер приедет завтра с 10 до 14",
        ),
        5,
    ),
)
