"""What the chat on a website can do, and what can be set about it."""

from typing import Any, Final

from openlines.channels.base import Capabilities, Field, Manifest
from openlines.channels.invitations import MASK, PAGES
from openlines.channels.website.phrases import PHRASES

# Scheme, host and port, or every subdomain of a host. No path: a browser tells only the origin.
ORIGIN: Final = (
    r"https?://(\*\.)?[A-Za-z0-9\u00a1-\uffff]([A-Za-z0-9\u00a1-\uffff.-]*[A-Za-z0-9\u00a1-\uffff])?(:[0-9]{1,5})?"
)

_PHRASES: Final = tuple(PHRASES.items())
_WORKDAY: Final[list[dict[str, str]]] = [{"from": "09:00", "to": "18:00"}]
_OFFICE_HOURS: Final[dict[str, Any]] = {
    "time_zone": "",  # the portal's
    "week": [_WORKDAY, _WORKDAY, _WORKDAY, _WORKDAY, _WORKDAY, [], []],
    "exceptions": [],
}

MANIFEST: Final = Manifest(
    kind="website",
    name={"ru": "Чат на сайте", "en": "Website chat"},
    color="#2563eb",
    order=10,
    capabilities=Capabilities(
        text_limit=4000,
        text_unit="chars",
        rating="widget",
        text_set=1,
        pushes=False,
        buttons=True,
        edits=True,
        deletes=True,
        typing_in=True,
        typing_out=True,
        delivered=True,
        read=True,
    ),
    guide=(
        {
            "ru": "Скопируйте строку кода и вставьте её перед </body> на каждой странице сайта.",
            "en": "Copy the line of code and paste it before </body> on every page of the site.",
        },
        {
            "ru": "Если сайт собирается из шаблона, хватит одного места: подвала.",
            "en": "Where pages share a template, its footer is the only place.",
        },
        {
            "ru": "Нет сайта? У чата есть своя страница: дайте её адрес клиентам.",
            "en": "No site? The chat has a page of its own: give customers its address.",
        },
    ),
    fields=(
        Field(
            name="accent",
            label={"ru": "Цвет", "en": "Colour"},
            help={"ru": "Кнопка, заголовок и слова клиента.", "en": "The button, the header and the customer's words."},
            type="color",
            default="#2563eb",
            group="look",
        ),
        Field(
            name="position",
            label={"ru": "Место на странице", "en": "Place on the page"},
            help={"ru": "Нижний угол, в котором стоит кнопка.", "en": "The lower corner in which the button stands."},
            type="choice",
            default="right",
            choices=(("right", {"ru": "Справа", "en": "Right"}), ("left", {"ru": "Слева", "en": "Left"})),
            group="look",
        ),
        Field(
            name="radius",
            label={"ru": "Углы", "en": "Corners"},
            help={"ru": "Насколько скруглено окно чата.", "en": "How round the window of the chat is."},
            type="choice",
            default="16",
            choices=(
                ("0", {"ru": "Прямые", "en": "Square"}),
                ("8", {"ru": "Немного", "en": "Slightly round"}),
                ("16", {"ru": "Круглые", "en": "Round"}),
                ("24", {"ru": "Очень круглые", "en": "Very round"}),
            ),
            group="look",
        ),
        Field(
            name="bubble",
            label={"ru": "Кнопка на странице", "en": "Button on the page"},
            help={
                "ru": "Без неё чат открывает ваша кнопка: openlines('open').",
                "en": "Without it a button of your own opens the chat: openlines('open').",
            },
            type="flag",
            default=True,
            group="look",
        ),
        Field(
            name="bubble_ru",
            label={"ru": "Слова на кнопке, по-русски", "en": "Words on the button, in Russian"},
            help={"ru": "Рядом со значком. Пусто: один значок.", "en": "Beside the icon. Empty: the icon alone."},
            limit=40,
            group="look",
        ),
        Field(
            name="bubble_en",
            label={"ru": "Слова на кнопке, по-английски", "en": "Words on the button, in English"},
            help={"ru": "Рядом со значком. Пусто: один значок.", "en": "Beside the icon. Empty: the icon alone."},
            limit=40,
            group="look",
        ),
        Field(
            name="greeting_ru",
            label={"ru": "Слова над кнопкой, по-русски", "en": "Words above the button, in Russian"},
            help={
                "ru": "Появляются через несколько секунд. Пусто: ничего не появляется.",
                "en": "They appear after a few seconds. Empty: nothing appears.",
            },
            limit=140,
            group="look",
        ),
        Field(
            name="greeting_en",
            label={"ru": "Слова над кнопкой, по-английски", "en": "Words above the button, in English"},
            help={
                "ru": "Посетителям, у которых браузер не на русском.",
                "en": "For visitors whose browser is not in Russian.",
            },
            limit=140,
            group="look",
        ),
        Field(
            name="faces",
            label={"ru": "Лица операторов", "en": "Faces of operators"},
            help={
                "ru": "В заголовке чата; какие имя и фото видны, решает вкладка «Очередь».",
                "en": "In the header of the chat; the tab Queue decides which name and photo are shown.",
            },
            type="flag",
            default=True,
            group="look",
        ),
        Field(
            name="sound",
            label={"ru": "Звук", "en": "Sound"},
            help={
                "ru": "При новом сообщении. Посетитель может переключить его сам.",
                "en": "With a new message. The visitor can switch it for himself.",
            },
            type="flag",
            default=True,
            group="look",
        ),
        Field(
            name="hidden_on",
            label={"ru": "Где кнопки нет", "en": "Where there is no button"},
            help={
                "ru": "Адреса страниц: /checkout* или https://shop.example.com/*. * — что угодно. Пусто: кнопка везде.",
                "en": "Addresses of pages: /checkout* or https://shop.example.com/*. * is anything. Empty: everywhere.",
            },
            type="list",
            default=[],
            pattern=MASK,
            example=PAGES,
            limit=50,
            group="pages",
        ),
        Field(
            name="invitations",
            label={"ru": "Приглашения", "en": "Invitations"},
            help={
                "ru": "Слова у кнопки на выбранных страницах, раз за визит; показывается первое подходящее. "
                "Тем, кто уже писал, не показываются. На телефоне — только отметка на кнопке.",
                "en": "Words beside the button on pages of your choice, once in a visit; the first that fits is shown. "
                "Not to those who have written before. On a phone only a mark on the button.",
            },
            type="invitations",
            default=[],
            group="pages",
        ),
        Field(
            name="alias",
            label={"ru": "Адрес страницы чата", "en": "Address of the chat's own page"},
            help={
                "ru": "Последняя часть адреса: латинские буквы, цифры, дефис, от 3 до 40. Пусто: ключ канала, "
                "он действует всегда.",
                "en": "Its last part: small Latin letters, digits, hyphens, 3 to 40. Empty: the key of the channel, "
                "which always works.",
            },
            pattern=r"(?=.{3,40}$)[a-z0-9]+(-[a-z0-9]+)*",
            example="my-shop",
            limit=40,
            unique=True,
            group="pages",
        ),
        Field(
            name="ask_contact",
            label={"ru": "Имя и почта", "en": "Name and e-mail"},
            help={
                "ru": "Спросить после первых слов; отвечать не обязательно, написать можно и так.",
                "en": "Ask after the first words; the visitor may skip it and write all the same.",
            },
            type="choice",
            default="optional",
            choices=(
                ("none", {"ru": "Не спрашивать", "en": "Do not ask"}),
                ("optional", {"ru": "Спросить", "en": "Ask"}),
            ),
        ),
        Field(
            name="letters",
            label={"ru": "Ответ на почту тому, кто ушёл", "en": "Replies by e-mail to visitors who have left"},
            help={
                "ru": "Слова оператора, которых посетитель не прочитал за минуту, уходят ему письмом, если он оставил "
                "почту. Нужен почтовый сервер портала.",
                "en": "An operator's words that the visitor has not read within a minute go to him as a letter, if he "
                "left an e-mail. Needs the portal's mail server.",
            },
            type="flag",
            default=True,
            group="letters",
        ),
        Field(
            name="transcript",
            label={"ru": "Переписка на почту", "en": "Conversation by e-mail"},
            help={
                "ru": "После ответа оператора посетитель может попросить в меню чата прислать ему переписку. "
                "Нужен почтовый сервер портала.",
                "en": "Once an operator has answered, the visitor can ask in the chat's menu to be sent the "
                "conversation. Needs the portal's mail server.",
            },
            type="flag",
            default=True,
            group="letters",
        ),
        Field(
            name="only_in_hours",
            label={"ru": "Показывать только в рабочие часы", "en": "Show only in working hours"},
            help={
                "ru": "В остальное время чата на сайте нет.",
                "en": "At other times there is no chat on the site.",
            },
            type="flag",
            default=False,
            group="hours",
        ),
        Field(
            name="hours_of",
            label={"ru": "Какие часы", "en": "Which hours"},
            help={
                "ru": "У линии без рабочего времени чат виден всегда.",
                "en": "With a line that has no working time the chat is always there.",
            },
            type="choice",
            default="own",
            choices=(
                ("own", {"ru": "Свои, ниже", "en": "Its own, below"}),
                ("line", {"ru": "Как у линии", "en": "Those of the line"}),
            ),
            group="hours",
        ),
        Field(
            name="hours",
            label={"ru": "Свои рабочие часы чата", "en": "Working hours of the chat's own"},
            help={
                "ru": "Часовой пояс не выбран: пояс портала.",
                "en": "Without a time zone of its own, the portal's is used.",
            },
            type="schedule",
            default=_OFFICE_HOURS,
            group="hours",
        ),
        Field(
            name="texts_ru",
            label={"ru": "Свои слова в чате, по-русски", "en": "Words of your own in the chat, in Russian"},
            help={
                "ru": "Вместо того, что чат говорит сам. Пустое остаётся как есть.",
                "en": "In place of what the chat says by itself. What is empty stays as it is.",
            },
            type="words",
            default={},
            choices=_PHRASES,
            limit=200,
            group="words",
        ),
        Field(
            name="texts_en",
            label={"ru": "Свои слова в чате, по-английски", "en": "Words of your own in the chat, in English"},
            help={
                "ru": "Вместо того, что чат говорит сам. Пустое остаётся как есть.",
                "en": "In place of what the chat says by itself. What is empty stays as it is.",
            },
            type="words",
            default={},
            choices=_PHRASES,
            limit=200,
            group="words",
        ),
        Field(
            name="allowed_origins",
            label={"ru": "Адреса сайтов", "en": "Addresses of sites"},
            help={
                "ru": "Где чат может стоять: https://example.com или https://*.example.com. Пусто: где угодно.",
                "en": "Where the chat may stand: https://example.com or https://*.example.com. Empty: anywhere.",
            },
            type="list",
            default=[],
            pattern=ORIGIN,
            example="https://example.com",
            limit=100,
            group="safety",
        ),
        Field(
            name="identity_key",
            label={"ru": "Ключ подписи клиентов", "en": "Key that signs customers"},
            help={
                "ru": "Им ваш сайт подписывает, кто пишет (JWT, HS256). Держите его на сервере.",
                "en": "Your site signs with it who is writing (JWT, HS256). Keep it on the server.",
            },
            type="secret",
            generated=True,
            group="safety",
        ),
    ),
)
