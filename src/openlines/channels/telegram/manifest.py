"""What a Telegram bot can do, what is needed to connect one, and what can go wrong with it."""

from typing import Final

from openlines.channels.base import Capabilities, Field, Manifest

API: Final = "https://api.telegram.org"
TEXT_LIMIT: Final = 4096  # UTF-16 units
CAPTION_LIMIT: Final = 1024
PHOTO_LIMIT: Final = 10_000_000  # bytes; a larger picture goes as a document

MANIFEST: Final = Manifest(
    kind="telegram",
    name={"ru": "Telegram", "en": "Telegram"},
    color="#229ed9",
    order=20,
    capabilities=Capabilities(
        text_limit=TEXT_LIMIT,
        text_unit="utf16",
        caption_limit=CAPTION_LIMIT,
        rating="buttons",
        text_set=2,
        buttons=True,
        file_limit=50_000_000,
        incoming_file_limit=20 << 20,  # as the Bot API's own server counts (MAX_DOWNLOAD_FILE_SIZE)
        edits=True,
        deletes=True,
        typing_out=True,
        polls=True,
        webhooks=True,
    ),
    guide=(
        {
            "ru": "Откройте в Telegram @BotFather, отправьте /newbot и придумайте имя.",
            "en": "Open @BotFather in Telegram, send /newbot and choose a name.",
        },
        {
            "ru": "Скопируйте токен из его ответа (вида 123456789:AA…) и вставьте сюда.",
            "en": "Copy the token from its answer (like 123456789:AA…) and paste it here.",
        },
        {
            "ru": "Больше ничего: мы подключимся сами, с открытым адресом портала или без него.",
            "en": "That is all: we connect by ourselves, with a public address of the portal or without.",
        },
    ),
    fields=(
        Field(
            name="token",
            label={"ru": "Токен бота", "en": "Bot token"},
            help={
                "ru": "Его выдаёт @BotFather. Один бот подключается к одному каналу.",
                "en": "@BotFather gives it. One bot is connected to one channel.",
            },
            type="secret",
            required=True,
            pattern=r"[1-9][0-9]{4,19}:[A-Za-z0-9_-]{30,59}",
            example="123456789:AAEthisIsHowATokenOfBotFatherLooks",
            account=r"([0-9]+):",  # the bot's id
            limit=80,
        ),
        Field(
            name="base_url",
            label={"ru": "Адрес Bot API", "en": "Address of the Bot API"},
            help={
                "ru": "Менять только для своего сервера Bot API.",
                "en": "Change it only for a Bot API server of your own.",
            },
            type="url",
            default=API,
            limit=200,
            group="advanced",
        ),
        Field(
            name="webhook_secret",
            label={"ru": "Подпись событий", "en": "Signature of events"},
            help={"ru": "Создаётся нами.", "en": "Made by us."},
            type="secret",
            generated=True,
            group="advanced",
        ),
    ),
    troubles={
        "token_refused": {
            "ru": "Telegram не принимает токен: его отозвали или он скопирован не целиком. "
            "Возьмите действующий у @BotFather (/mybots → API Token) и вставьте в настройки канала.",
            "en": "Telegram refuses the token: it was revoked, or not copied whole. "
            "Take the valid one from @BotFather (/mybots → API Token) and paste it into the channel's settings.",
        },
        "token_shared": {
            "ru": "Тем же ботом пользуется другая программа и забирает сообщения. "
            "Отключите её или смените токен у @BotFather (/revoke) и вставьте новый сюда.",
            "en": "Another program uses the same bot and takes its messages. "
            "Switch it off, or have @BotFather change the token (/revoke) and paste the new one here.",
        },
        "webhook_lost": {
            "ru": "Telegram шлёт события по другому адресу: его сменила другая программа. Мы вернём его сами; "
            "если это повторяется, отключите ту программу.",
            "en": "Telegram sends events to another address: another program changed it. We set it right by "
            "ourselves; if it happens again, switch that program off.",
        },
        "webhook_failing": {
            "ru": "Telegram не может доставить события на адрес портала. Проверьте, что адрес открывается из "
            "интернета и сертификат действителен. Пока мы забираем сообщения сами.",
            "en": "Telegram cannot deliver events to the portal's address. Check that it opens from the internet "
            "and that its certificate is valid. Meanwhile we fetch the messages ourselves.",
        },
        "webhook_refused": {
            "ru": "Telegram не принимает адрес портала: нужен https на порту 443, 80, 88 или 8443. "
            "Пока мы забираем сообщения сами.",
            "en": "Telegram refuses the portal's address: it takes https on port 443, 80, 88 or 8443. "
            "Meanwhile we fetch the messages ourselves.",
        },
        "vendor_unreachable": {
            "ru": "Telegram не отвечает. Проверьте, есть ли у сервера выход в интернет. Мы пробуем снова.",
            "en": "Telegram does not answer. Check that the server can reach the internet. We keep trying.",
        },
        "too_many_requests": {
            "ru": "Telegram просит подождать: слишком много запросов. Мы продолжим сами.",
            "en": "Telegram asks to wait: too many requests. We go on by ourselves.",
        },
    },
)
