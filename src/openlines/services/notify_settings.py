"""How words to staff leave the portal: the mail server, keys of web push and webhooks, browsers that are told.

One row, made when it is first needed. Its secrets are sealed as a whole: the mail server's password, the private key
of web push, the key that webhooks are signed with. A password is used only with the server it was entered for.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from openlines.core.line import Problem
from openlines.notify.base import MailServer
from openlines.services.access import Actor, require_administrator
from openlines.services.accounts import is_email
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.store import notice_outbox, notify_settings, push, users
from openlines.store.notify_settings import THE_ROW
from openlines.store.push import Subscription
from openlines.store.tx import Reader, Tx
from openlines.support.secrets import Seal, Secret, SecretsUnreadable

TABLE: Final = "notify_settings"
SECURITIES: Final = ("starttls", "tls", "none")
BROWSERS: Final = 20  # of one person
_HOST: Final = re.compile(
    r"[A-Za-z0-9\u0080-\U0010ffff](?:[A-Za-z0-9._-]|[\u0080-\U0010ffff]){0,252}|\[?[0-9A-Fa-f:.]{2,45}\]?"
)
_LIMITS: Final = {"host": 253, "user": 200, "from_address": 254, "from_name": 120}
PASSWORD_LIMIT: Final = 500


class Made(NamedTuple):
    """Keys made outside of the transaction, kept if there are none."""

    push_public: str
    push_private: Secret
    hook_secret: Secret


class NotifySettings(NamedTuple):
    """What there is to see; before anybody needed it, the version is 0. `readable`: the secrets can be opened."""

    mail: MailServer
    has_password: bool
    private_hooks: bool
    push_public: str
    version: int
    readable: bool


def mail_server(text: str) -> MailServer:
    """From the row's JSON."""
    return MailServer(**msgspec.json.decode(text)) if text not in {"", "{}"} else MailServer()


def mail_is_set(reader: Reader) -> bool:
    """Whether letters can be sent at all."""
    row = notify_settings.the_row(reader)
    return row is not None and mail_server(row.mail).is_set


def shown(reader: Reader, actor: Actor, seal: Seal) -> NotifySettings:
    require_administrator(actor)
    row = notify_settings.the_row(reader)
    if row is None:
        return NotifySettings(MailServer(), False, False, "", 0, True)
    try:
        has_password, readable = bool(seal.open(TABLE, THE_ROW, row.secrets).get("mail_password")), True
    except SecretsUnreadable:
        has_password, readable = False, False
    return NotifySettings(
        mail_server(row.mail), has_password, bool(row.private_hooks), row.push_public, row.version, readable
    )


def ensure(tx: Tx, seal: Seal, made: Made) -> str:
    """The portal's public key of web push; the row is made if nobody has needed it yet."""
    row = notify_settings.the_row(tx)
    if row is not None:
        return row.push_public
    secrets = {"push_private": made.push_private, "hook_secret": made.hook_secret}
    notify_settings.add(tx, push_public=made.push_public, secrets=seal.seal(TABLE, THE_ROW, secrets))
    return made.push_public


def change(
    tx: Tx,
    actor: Actor,
    version: int,
    *,
    seal: Seal,
    made: Made,
    mail: Mapping[str, Any] | None = None,
    password: str | None = None,
    private_hooks: bool | None = None,
) -> None:
    """Some of the settings; `password` None leaves it, "" takes it away. Refuses with `Invalid`, `Conflict`.

    Letters that wait for their next try go at once: what held them up may be what has just been mended.
    """
    require_administrator(actor)
    ensure(tx, seal, made)
    row = notify_settings.the_row(tx)
    if row is None:
        raise Conflict("changed_meanwhile")
    before = mail_server(row.mail)
    after = before._replace(**_tidy(mail)) if mail is not None else before
    secrets = _opened(tx, seal, row.secrets, made)
    check_mail(after)
    if password is not None:
        if len(password) > PASSWORD_LIMIT:
            raise Invalid.field("mail.password", "too_long", {"most": PASSWORD_LIMIT})
        secrets["mail_password"] = Secret(password)
    elif _elsewhere(before, after) and secrets.get("mail_password"):
        raise Invalid.field("mail.password", "password_again")
    changes: dict[str, Any] = {"mail": msgspec.json.encode(after._asdict()).decode()}
    if private_hooks is not None:
        changes["private_hooks"] = int(private_hooks)
    if not seal_holds(seal, row.secrets):  # other keys than browsers know: they must subscribe anew
        changes["push_public"] = made.push_public
    changes["secrets"] = seal.seal(TABLE, THE_ROW, {name: value for name, value in secrets.items() if value})
    if not notify_settings.change(tx, version or 1, **changes):
        raise Conflict("changed_meanwhile", version=row.version)
    if after.is_set and notice_outbox.release(tx, "email"):
        tx.poke("notices")
    tx.event("portal.changed", user_id=actor.user_id)


def new_hook_secret(tx: Tx, actor: Actor, secret: Secret, *, seal: Seal, made: Made) -> None:
    """From now on webhooks are signed with this one."""
    require_administrator(actor)
    ensure(tx, seal, made)
    row = notify_settings.the_row(tx)
    if row is None:
        raise Conflict("changed_meanwhile")
    held = seal_holds(seal, row.secrets)
    secrets = {**_opened(tx, seal, row.secrets, made), "hook_secret": secret}
    changes = {"secrets": seal.seal(TABLE, THE_ROW, secrets)} | ({} if held else {"push_public": made.push_public})
    if not notify_settings.change(tx, row.version, **changes):
        raise Conflict("changed_meanwhile", version=row.version)


def trial(
    reader: Reader, actor: Actor, seal: Seal, mail: Mapping[str, Any] | None, password: str | None
) -> tuple[MailServer, Secret]:
    """A mail server to try before it is saved, with the stored password where it was entered for this very server.

    Refuses with `Invalid`, also when there is nothing to try.
    """
    require_administrator(actor)
    row = notify_settings.the_row(reader)
    before = mail_server(row.mail) if row is not None else MailServer()
    server = before._replace(**_tidy(mail)) if mail is not None else before
    check_mail(server)
    if not server.host:
        raise Invalid.field("mail.host", "mail_host_needed")
    if password is not None:
        return server, Secret(password)
    stored = Secret("")
    if row is not None and seal_holds(seal, row.secrets):
        stored = seal.open(TABLE, THE_ROW, row.secrets).get("mail_password", stored)
    if stored and _elsewhere(before, server):
        raise Invalid.field("mail.password", "password_again")
    return server, stored


def address_of(reader: Reader, actor: Actor) -> str:
    """Where a test letter goes when nobody is named."""
    user = users.user_by_id(reader, actor.user_id)
    return user.email if user is not None else ""


def hook_key(tx: Tx, actor: Actor, seal: Seal, made: Made) -> tuple[bool, Secret]:
    """Whether webhooks may go into the own network, and what they are signed with."""
    require_administrator(actor)
    ensure(tx, seal, made)
    row = notify_settings.the_row(tx)
    if row is None or not seal_holds(seal, row.secrets):
        raise Conflict("notify_unreadable")
    return bool(row.private_hooks), seal.open(TABLE, THE_ROW, row.secrets)["hook_secret"]


def push_key(reader: Reader) -> str:
    """What browsers subscribe with; "" while nobody has needed it."""
    row = notify_settings.the_row(reader)
    return row.push_public if row is not None else ""


def check_mail(server: MailServer) -> None:
    """Raises `Invalid` with every field that cannot be meant. Without a host mail is off, and nothing else is asked."""
    found = [
        Problem(f"mail.{name}", "too_long", {"most": most})
        for name, most in _LIMITS.items()
        if len(getattr(server, name)) > most
    ]
    if server.host and not found:
        if not _HOST.fullmatch(server.host):
            found.append(Problem("mail.host", "not_a_host"))
        if not server.from_address:
            found.append(Problem("mail.from_address", "mail_from_needed"))
        elif not is_email(server.from_address):
            found.append(Problem("mail.from_address", "not_an_email"))
    if not 1 <= server.port <= 65535:
        found.append(Problem("mail.port", "out_of_range", {"least": 1, "most": 65535}))
    if server.security not in SECURITIES:
        found.append(Problem.not_among("mail.security", server.security, SECURITIES))
    if found:
        raise Invalid(found)


def seal_holds(seal: Seal, sealed: str) -> bool:
    """Whether the secrets can be opened with the key that this server has."""
    try:
        seal.open(TABLE, THE_ROW, sealed)
    except SecretsUnreadable:
        return False
    return True


def _opened(tx: Tx, seal: Seal, sealed: str, made: Made) -> dict[str, Secret]:
    """The secrets; where the key was lost, new ones, and browsers that knew the old ones are forgotten."""
    if seal_holds(seal, sealed):
        return seal.open(TABLE, THE_ROW, sealed)
    push.drop_all(tx)
    return {"push_private": made.push_private, "hook_secret": made.hook_secret}


def _elsewhere(before: MailServer, after: MailServer) -> bool:
    """Whether a password would go to another server, or open to read, than it was entered for."""
    weaker = before.security != "none" and (after.security == "none" or (before.verify and not after.verify))
    return (before.host, before.user) != (after.host, after.user) or weaker


def _tidy(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}


# --- browsers ---------------------------------------------------------------------------------------------------


def my_browsers(reader: Reader, actor: Actor) -> list[Subscription]:
    """Mine that are told, oldest first."""
    return push.of_users(reader, [actor.user_id]).get(actor.user_id, [])


def add_browser(tx: Tx, actor: Actor, endpoint: str, p256dh: str, auth: str, agent: str) -> Subscription:
    """This browser tells me from now on. Refuses with `Conflict` when there are too many."""
    mine = my_browsers(tx, actor)
    if len(mine) >= BROWSERS and all(each.endpoint != endpoint for each in mine):
        raise Conflict("too_many_browsers", most=BROWSERS)
    push.put(tx, actor.user_id, endpoint, p256dh, auth, agent)
    found = push.by_endpoint(tx, endpoint)
    if found is None:
        raise NotFound("browser")
    return found


def drop_browser(tx: Tx, actor: Actor, subscription_id: int) -> None:
    """One of mine is told no more."""
    if not push.drop(tx, actor.user_id, subscription_id):
        raise NotFound("browser", id=subscription_id)
