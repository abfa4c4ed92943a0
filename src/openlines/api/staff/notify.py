"""How words to staff leave: the mail server, webhooks, what did not arrive; and which of my browsers are told."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from openlines.api.acting import act
from openlines.api.edge import Edge
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS, READS, WORKS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, given, harmless
from openlines.api.staff.inbox import Limit, page_after
from openlines.api.words import word
from openlines.core.notice_words import notice_words
from openlines.notify.base import Again, Failed, Outcome, Sent, Unknown
from openlines.services import notice_outbox, notices, notify_settings
from openlines.services.access import Actor
from openlines.services.errors import Invalid
from openlines.services.mail import KIND as LETTER
from openlines.services.notice_outbox import Undelivered
from openlines.services.notify_settings import Made, NotifySettings
from openlines.store.push import Subscription
from openlines.store.tx import Reader, Tx
from openlines.support.ids import new_key
from openlines.support.secrets import Secret
from openlines.support.stamps import stamp

TAGS = ["notices"]
Short = Annotated[str, msgspec.Meta(max_length=2000)]
Key = Annotated[str, msgspec.Meta(max_length=200)]


# --- settings ---------------------------------------------------------------------------------------------------


class MailShown(msgspec.Struct):
    """Without a host no letters are sent. `security`: starttls | tls | none. The password is never shown."""

    host: str
    port: int
    security: str
    verify: bool
    user: str
    from_address: str
    from_name: str
    has_password: bool


class NotifyShown(msgspec.Struct, omit_defaults=True):
    """`unreadable`: the portal's key was changed, so passwords must be entered anew."""

    mail: MailShown
    private_hooks: bool
    version: int
    unreadable: bool = False


class MailInput(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; a password of "" is taken away."""

    host: Short | msgspec.UnsetType = msgspec.UNSET
    port: Number | msgspec.UnsetType = msgspec.UNSET
    security: Short | msgspec.UnsetType = msgspec.UNSET
    verify: bool | msgspec.UnsetType = msgspec.UNSET
    user: Short | msgspec.UnsetType = msgspec.UNSET
    from_address: Short | msgspec.UnsetType = msgspec.UNSET
    from_name: Short | msgspec.UnsetType = msgspec.UNSET
    password: Short | msgspec.UnsetType = msgspec.UNSET


class NotifyInput(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    mail: MailInput | msgspec.UnsetType = msgspec.UNSET
    private_hooks: bool | msgspec.UnsetType = msgspec.UNSET


def _shown(found: NotifySettings) -> NotifyShown:
    mail = MailShown(**found.mail._asdict(), has_password=found.has_password)
    return NotifyShown(mail, found.private_hooks, found.version, not found.readable)


def _look(edge: Edge, reader: Reader, actor: Actor) -> NotifyShown:
    return _shown(notify_settings.shown(reader, actor, edge.seal))


def _split(data: MailInput | msgspec.UnsetType) -> tuple[dict[str, Any] | None, str | None]:
    """The settings without the password, and the password; None for what was not sent."""
    if isinstance(data, msgspec.UnsetType):
        return None, None
    values = {name: harmless(value) if isinstance(value, str) else value for name, value in given(data).items()}
    password = values.pop("password", None)
    return values, password


def _made() -> Made:
    """Keys for a portal that has none; loaded here, since most starts never need them."""
    from openlines.notify import hooks, push

    keys = push.make_keys()
    return Made(keys.public, keys.private, hooks.make_secret())


@get("/notify", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="How words to staff leave: mail server and webhooks")
async def read_notify(edge: TheEdge, actor: TheActor) -> NotifyShown:
    return await edge.store.read(lambda reader: _look(edge, reader, actor))


@patch("/notify", opt=CONFIGURES, tags=TAGS, summary="Change it")
async def change_notify(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[NotifyInput]
) -> Response[NotifyShown]:
    """A stored password is used only with the server and the user that it was entered for."""
    mail, password = _split(data.mail)
    private = None if isinstance(data.private_hooks, msgspec.UnsetType) else data.private_hooks
    made = _made()

    def change(tx: Tx) -> None:
        notify_settings.change(
            tx,
            actor,
            data.version,
            seal=edge.seal,
            made=made,
            mail=mail,
            password=password,
            private_hooks=private,
        )

    return await act(edge, request, change, lambda reader, _: _look(edge, reader, actor))


# --- trying -----------------------------------------------------------------------------------------------------


class MailTest(msgspec.Struct, forbid_unknown_fields=True):
    """`to`: who gets the test letter, else oneself. `mail`: settings that are not saved yet."""

    to: Short = ""
    mail: MailInput | msgspec.UnsetType = msgspec.UNSET


class HookTest(msgspec.Struct, forbid_unknown_fields=True):
    url: Short


class Tried(msgspec.Struct, omit_defaults=True):
    """What came of a try, in words; `said` is the other side's own sentence."""

    ok: bool
    text: str
    code: str = ""
    what_to_do: str = ""
    said: str = ""


def _tried(outcome: Outcome, language: str, sent: str, **params: Any) -> Tried:
    match outcome:
        case Sent():
            return Tried(True, word(sent, params, language))
        case Unknown(detail):
            return Tried(False, word("notice_unknown", params, language), "notice_unknown", said=detail)
        case Again(code, detail) | Failed(code, detail):
            advice = word(f"advice.{code}", params, language)
            return Tried(False, word(code, params, language), code, "" if advice == code else advice, detail)


@post("/notify/mail/test", opt=CONFIGURES, tags=TAGS, summary="Send a test letter now", status_code=200)
async def test_mail(edge: TheEdge, actor: TheActor, language: TheLanguage, data: JSONBody[MailTest]) -> Tried:
    """Says which step did not go well: the name, the connection, TLS, signing in, the sender, the recipient."""
    from openlines.notify import mail

    values, password = _split(data.mail)

    def look(reader: Reader) -> tuple[Any, Secret, str]:
        server, secret = notify_settings.trial(reader, actor, edge.seal, values, password)
        return server, secret, notify_settings.address_of(reader, actor)

    server, secret, own = await edge.store.read(look)
    to = harmless(data.to.strip()) or own
    title, text = word("mail_test.subject", None, language), word("mail_test.text", None, language)
    letter = mail.Letter(to, title, text, f"test.{new_key()}", edge.store.clock.now())
    # Shorter patience than in the outbox: somebody looks at the page.
    outcome = await asyncio.to_thread(mail.send, server, secret, letter, seconds=8.0)
    return _tried(outcome, language, "mail_test.sent", to=to, host=server.host, port=server.port)


@post("/notify/hooks/test", opt=CONFIGURES, tags=TAGS, summary="Send a test webhook now", status_code=200)
async def test_hook(edge: TheEdge, actor: TheActor, language: TheLanguage, data: JSONBody[HookTest]) -> Tried:
    """Signed as every other; its kind is `test`."""
    from openlines.notify import hooks
    from openlines.support.outbound import Unfit

    made = _made()
    private, secret = await edge.store.write(notify_settings.hook_key, actor, edge.seal, made)
    now = edge.store.clock.now()
    id_ = f"test-{new_key()}"
    value = {"id": id_, "kind": "test", "at": stamp(now)}
    url = data.url.strip()
    try:
        http = edge.client.allowing(*([url] if private else ()))
        outcome: Outcome = await hooks.send(http, url, id_, value, secret, now=now)
    except Unfit:
        outcome = Failed("hook_bad_address")
    return _tried(outcome, language, "hook_test.sent")


class HookSecret(msgspec.Struct, omit_defaults=True):
    """Shown this once."""

    secret: str = ""


@post("/notify/hook-secret", opt=CONFIGURES, tags=TAGS, summary="A new key that webhooks are signed with")
async def new_hook_secret(edge: TheEdge, request: Req, actor: TheActor) -> Response[HookSecret]:
    """The old one is no more."""
    made = _made()

    def change(tx: Tx) -> None:
        notify_settings.new_hook_secret(tx, actor, made.hook_secret, seal=edge.seal, made=made)

    secret = {"secret": made.hook_secret.reveal()}
    return await act(edge, request, change, lambda *_: HookSecret(), status=201, secret=secret)


# --- what did not arrive ------------------------------------------------------------------------------------------


class UndeliveredShown(msgspec.Struct, omit_defaults=True):
    """`state`: failed | unknown. `problem` is ours, `said` the other side's own sentence."""

    id: int
    kind: str
    medium: str
    state: str
    title: str
    at: str
    problem: str
    to: str = ""
    said: str = ""
    given_up: bool = False


class OutboxPage(msgspec.Struct):
    """`waiting`: how many are on their way, by medium."""

    items: list[UndeliveredShown]
    next: str | None
    waiting: dict[str, int]


class IdsInput(msgspec.Struct, forbid_unknown_fields=True):
    ids: Annotated[list[Number], msgspec.Meta(min_length=1, max_length=500)]


class Counted(msgspec.Struct):
    count: int


def _undelivered(each: Undelivered, language: str) -> UndeliveredShown:
    row, trouble = each.row, each.trouble
    params = msgspec.json.decode(row.params)
    title = str(params.get("subject", "")) if row.kind == LETTER else notice_words(row.kind, params, language)[0]
    return UndeliveredShown(
        row.id,
        row.kind,
        row.medium,
        row.state,
        title,
        stamp(row.created_at),
        word(trouble.code, None, language),
        each.to,
        trouble.detail,
        trouble.given_up,
    )


@get("/notify/outbox", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Letters, pushes and webhooks that did not arrive")
async def list_outbox(
    edge: TheEdge, actor: TheActor, language: TheLanguage, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> OutboxPage:
    found = await edge.store.read(notice_outbox.outbox, actor, before=page_after(cursor), limit=limit)
    following = str(found.last) if found.last is not None else None
    return OutboxPage([_undelivered(each, language) for each in found.troubles], following, found.waiting)


@post("/notify/outbox/{notice_id:int}/retry", opt=CONFIGURES, tags=TAGS, summary="Try one once more", status_code=204)
async def retry_notice(edge: TheEdge, request: Req, actor: TheActor, notice_id: FromPath[int]) -> Response[None]:
    """A letter of which nobody can say whether it arrived may then arrive twice."""
    return await act(edge, request, lambda tx: notice_outbox.again(tx, actor, notice_id))


@post("/notify/outbox/dismiss", opt=CONFIGURES, tags=TAGS, summary="They need not be shown any more", status_code=200)
async def dismiss_notices(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[IdsInput]) -> Response[Counted]:
    return await act(
        edge, request, lambda tx: notice_outbox.dismiss(tx, actor, data.ids), lambda _, count: Counted(count)
    )


# --- my browsers ----------------------------------------------------------------------------------------------------


class BrowserShown(msgspec.Struct, omit_defaults=True):
    """`failed_at`: since when its service refuses what we send."""

    id: int
    endpoint: str
    agent: str
    created_at: str
    failed_at: str | None = None


class PushShown(msgspec.Struct):
    """`public_key` is what a browser subscribes with."""

    public_key: str
    items: list[BrowserShown]


class BrowserInput(msgspec.Struct, forbid_unknown_fields=True):
    """As `PushSubscription.toJSON` of the browser gives them."""

    endpoint: Short
    p256dh: Key
    auth: Key


def _browser(row: Subscription) -> BrowserShown:
    failed = None if row.failed_at is None else stamp(row.failed_at)
    return BrowserShown(row.id, row.endpoint, row.agent, stamp(row.created_at), failed)


@get("/me/push", opt=READS, tags=TAGS, summary="My browsers that show notices while no page is open")
async def my_push(edge: TheEdge, actor: TheActor) -> PushShown:
    key, mine = await edge.store.read(
        lambda reader: (notify_settings.push_key(reader), notify_settings.my_browsers(reader, actor))
    )
    if not key:
        made = _made()
        key = await edge.store.write(notify_settings.ensure, edge.seal, made)
    return PushShown(key, [_browser(each) for each in mine])


@post("/me/push", opt=WORKS, tags=TAGS, summary="This browser shows my notices from now on")
async def add_browser(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[BrowserInput]
) -> Response[BrowserShown]:
    from openlines.notify import push

    browser = push.Browser(data.endpoint, data.p256dh, data.auth)
    try:
        push.check(browser)
    except push.BadSubscription:
        raise Invalid.field("endpoint", "bad_subscription") from None
    agent = harmless(request.headers.get("user-agent", ""))[:300]
    return await act(
        edge,
        request,
        lambda tx: notify_settings.add_browser(tx, actor, *browser, agent),
        lambda _, row: _browser(row),
        status=201,
    )


@delete("/me/push/{browser_id:int}", opt=WORKS, tags=TAGS, summary="One of my browsers shows them no more")
async def drop_browser(edge: TheEdge, request: Req, actor: TheActor, browser_id: FromPath[int]) -> Response[None]:
    return await act(edge, request, lambda tx: notify_settings.drop_browser(tx, actor, browser_id))


@post("/me/push/test", opt=WORKS, tags=TAGS, summary="Show a test notice in my browsers", status_code=200)
async def test_push(edge: TheEdge, request: Req, actor: TheActor) -> Response[Counted]:
    """How many browsers are told."""

    def tell(tx: Tx) -> int:
        notices.add(tx, "push_test", tx.now, 0, [actor.user_id], ["push"], {})
        return len(notify_settings.my_browsers(tx, actor))

    return await act(edge, request, tell, lambda _, count: Counted(count))


HANDLERS = [
    read_notify,
    change_notify,
    test_mail,
    test_hook,
    new_hook_secret,
    list_outbox,
    retry_notice,
    dismiss_notices,
    my_push,
    add_browser,
    drop_browser,
    test_push,
]
