"""Why a message did not reach the customer, in words. The codes are those of `Failed` and of the deliver worker.

A kind may use other codes; the edge then shows the vendor's own sentence.
"""

from collections.abc import Mapping
from typing import Final

from openlines.channels.base import Words

FAILURES: Final[Mapping[str, Words]] = {
    "blocked": {
        "ru": "Клиент заблокировал канал. Написать можно будет, когда он напишет сам.",
        "en": "The customer has blocked the channel. You can write once the customer writes again.",
    },
    "deactivated": {
        "ru": "Учётная запись клиента удалена.",
        "en": "The customer's account is gone.",
    },
    "not_started": {
        "ru": "Клиент ещё не писал в этот канал, а первым написать нельзя.",
        "en": "The customer has not written to this channel yet, and one may not write first.",
    },
    "chat_gone": {
        "ru": "Переписки с клиентом в канале больше нет.",
        "en": "The chat with the customer no longer exists on the channel.",
    },
    "too_long": {"ru": "Слишком длинно для этого канала.", "en": "Too long for this channel."},
    "empty": {"ru": "Канал не может показать это сообщение.", "en": "The channel cannot show this message."},
    "file_too_big": {"ru": "Файл слишком большой для этого канала.", "en": "The file is too big for this channel."},
    "file_refused": {"ru": "Канал не принял файл.", "en": "The channel did not take the file."},
    "file_missing": {"ru": "Файла больше нет на сервере.", "en": "The file is no longer on the server."},
    "edit_gone": {
        "ru": "Сообщение у клиента уже нельзя изменить.",
        "en": "The message can no longer be changed at the customer's side.",
    },
    "delete_refused": {
        "ru": "Сообщение у клиента уже нельзя удалить.",
        "en": "The message can no longer be deleted at the customer's side.",
    },
    "refused": {"ru": "Канал не принял сообщение.", "en": "The channel did not take the message."},
    "expired": {
        "ru": "Не удалось отправить за сутки.",
        "en": "It could not be sent within a day.",
    },
    "channel_gone": {"ru": "Канал удалён.", "en": "The channel was removed."},
    "deleted": {"ru": "Удалено до отправки.", "en": "Deleted before it was sent."},
    "unsendable": {
        "ru": "Сообщение не удалось подготовить к отправке.",
        "en": "The message could not be made ready to be sent.",
    },
}
UNKNOWN: Final[Words] = {
    "ru": "Связь оборвалась после отправки: дошло ли сообщение, неизвестно. Отправить ещё раз?",
    "en": "The connection broke after sending: nobody can say whether it arrived. Send it again?",
}

# What a customer reads who has pressed a button; by the code that the use case gave.
PRESSED: Final[Mapping[str, Words]] = {
    "consented": {"ru": "Спасибо, согласие принято.", "en": "Thank you, your consent is noted."},
    "rated": {"ru": "Спасибо за оценку!", "en": "Thank you for the rating!"},
    "choice_over": {
        "ru": "Разговор уже пошёл дальше: просто напишите сюда.",
        "en": "The conversation has moved on: just write here.",
    },
    "too_late": {"ru": "Оценить уже нельзя: прошло слишком много времени.", "en": "It is too late to rate this."},
}
