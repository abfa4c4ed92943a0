"""Kinds of channel and the channels that are connected, for those who configure."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act, shown
from openlines.api.edge import Edge
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS, READS, makes
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, base_url, harmless
from openlines.api.words import word
from openlines.channels.base import Field
from openlines.channels.fields import of_line
from openlines.channels.registry import manifest, manifests
from openlines.realtime.shapes import capabilities_of
from openlines.realtime.snapshot import whole
from openlines.services import channel_state, channels
from openlines.services.access import Actor
from openlines.services.channels import Wish
from openlines.store import channels as rows
from openlines.store.channels import ChannelRow
from openlines.store.tx import Reader, Tx

TAGS = ["channels"]
Text = Annotated[str, msgspec.Meta(max_length=1000)]


class FieldShown(msgspec.Struct, omit_defaults=True):
    """One control of the form of a kind's settings."""

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    type: str
    required: bool = False
    default: Any = None
    choices: list[tuple[str, Mapping[str, str]]] = []
    pattern: str = ""
    group: str = ""
    generated: bool = False
    limit: int = 0
    of_line: bool = False  # set on the page of the channel's line, and saved with it


class Kind(msgspec.Struct, omit_defaults=True):
    kind: str
    name: Mapping[str, str]
    color: str
    order: int
    capabilities: dict[str, Any]
    fields: list[FieldShown] = []
    guide: list[Mapping[str, str]] = []


class Kinds(msgspec.Struct):
    items: list[Kind]
    next: str | None


class Channel(msgspec.Struct, omit_defaults=True):
    """A connected channel. Secrets are only named; addresses are there for chats on websites."""

    id: int
    version: int
    line_id: int
    kind: str
    name: str
    state: str
    settings: dict[str, Any]
    active: bool = False
    state_text: str = ""
    state_detail: str = ""
    secrets: list[str] = []
    key: str = ""
    snippet: str = ""
    page_url: str = ""
    try_url: str = ""


class Channels(msgspec.Struct):
    items: list[Channel]
    next: str | None


class Checked(msgspec.Struct, omit_defaults=True):
    """How the channel was found to be just now; `text` says also what to do."""

    ok: bool
    text: str
    what_to_do: str = ""
    code: str = ""


def kind_shown(kind: str) -> Kind:
    found = manifest(kind)
    return Kind(
        found.kind,
        found.name,
        found.color,
        found.order,
        capabilities_of(found.capabilities),
        [_field(each) for each in found.fields],
        list(found.guide),
    )


def _field(field: Field) -> FieldShown:
    return FieldShown(
        field.name,
        field.label,
        field.help,
        field.type,
        field.required,
        field.default,
        [(key, words) for key, words in field.choices],
        field.pattern,
        field.group,
        field.generated,
        field.limit,
        of_line(field),
    )


def trouble(kind: str, code: str, language: str) -> str:
    """What is wrong with a channel and what to do, in words: the kind's own, else ours."""
    if not code:
        return ""
    words = manifest(kind).troubles.get(code)
    return words.get(language, words["en"]) if words is not None else word(code, {}, language)


def channel_of(row: ChannelRow, language: str) -> Channel:
    """Without secrets and addresses, which only the channel's own page has."""
    return Channel(
        id=row.id,
        version=row.version,
        line_id=row.line_id,
        kind=row.kind,
        name=row.name,
        state=row.state,
        settings=row.values,
        active=bool(row.active),
        state_text=trouble(row.kind, row.state_reason, language),
        state_detail=row.state_detail,
        key=row.key,
    )


def whole_channel(row: ChannelRow, edge: Edge, language: str, base: str) -> Channel:
    """Everything that may be known of a channel."""
    found = channel_of(row, language)
    found.secrets = channels.secrets_of(row, edge.seal)
    if not manifest(row.kind).capabilities.pushes:
        found.snippet = f'<script async src="{base}/widget.js" data-key="{row.key}"></script>'
        found.page_url = f"{base}/chat/{row.values.get('alias') or row.key}"
        found.try_url = f"{base}/try/{row.key}"
    return found


@get("/channel-kinds", opt=READS, tags=TAGS, summary="The kinds of channel: what they can do, what can be set")
async def list_kinds() -> Kinds:
    return Kinds([kind_shown(each) for each in manifests()], None)


@get("/channels", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Every connected channel")
async def list_channels(edge: TheEdge, request: Req, language: TheLanguage) -> Response[Channels]:
    base = base_url(edge, request)
    found = await edge.store.read(rows.every)
    return shown(whole([whole_channel(each, edge, language, base) for each in found]))


class NewChannel(msgspec.Struct, forbid_unknown_fields=True):
    line_id: Number
    kind: Text
    name: Text
    settings: dict[str, Any] = {}
    secrets: dict[str, Any] = {}


@post(
    "/channels",
    opt=makes(CONFIGURES, "/api/v1/channels/{id}"),
    tags=TAGS,
    summary="Connect a channel to a line",
    status_code=201,
)
async def create_channel(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, data: JSONBody[NewChannel]
) -> Response[Channel]:
    base = base_url(edge, request)
    return await act(
        edge,
        request,
        lambda tx: channels.create(
            tx,
            actor,
            data.line_id,
            data.kind,
            harmless(data.name),
            settings=data.settings,
            secrets=data.secrets,
            seal=edge.seal,
        ),
        lambda reader, channel_id: _whole(reader, actor, channel_id, edge, language, base),
        status=201,
    )


def _whole(reader: Reader, actor: Actor, channel_id: int, edge: Edge, language: str, base: str) -> Channel:
    return whole_channel(channels.access_channel(reader, actor, channel_id), edge, language, base)


@get("/channels/{channel_id:int}", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="One channel")
async def read_channel(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, channel_id: FromPath[int]
) -> Channel:
    row = await edge.store.read(channels.access_channel, actor, channel_id)
    return whole_channel(row, edge, language, base_url(edge, request))


class ChannelChange(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    name: Text | None = None
    active: bool | None = None
    line_id: Number | None = None
    settings: dict[str, Any] = {}
    secrets: dict[str, Any] = {}


@patch("/channels/{channel_id:int}", opt=CONFIGURES, tags=TAGS, summary="Change a channel; what is not named stays")
async def change_channel(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    channel_id: FromPath[int],
    data: JSONBody[ChannelChange],
) -> Response[Channel]:
    base = base_url(edge, request)
    name = harmless(data.name) if data.name is not None else None
    wish = Wish(name, data.active, data.line_id, data.settings, data.secrets)
    return await act(
        edge,
        request,
        lambda tx: channels.change(tx, actor, channel_id, data.version, wish, seal=edge.seal),
        lambda _, row: whole_channel(row, edge, language, base),
    )


@delete("/channels/{channel_id:int}", opt=CONFIGURES, tags=TAGS, summary="Disconnect a channel; its history stays")
async def delete_channel(edge: TheEdge, request: Req, actor: TheActor, channel_id: FromPath[int]) -> None:
    await act(edge, request, lambda tx: channels.remove(tx, actor, channel_id))
    while await edge.store.write(channels.close_orphans):
        pass


@post("/channels/{channel_id:int}/check", opt=CONFIGURES, tags=TAGS, summary="Ask the vendor now", status_code=200)
async def check_channel(edge: TheEdge, actor: TheActor, language: TheLanguage, channel_id: FromPath[int]) -> Checked:
    row = await edge.store.read(channels.access_channel, actor, channel_id)
    health = await edge.check_channel(channel_id)
    if health is not None:
        await edge.store.write(channel_state.checked, channel_id, health)
    if health is None or health.ok:
        code = "channel_fine" if manifest(row.kind).capabilities.pushes else "chat_fine"
        return Checked(ok=True, text=word(code, {}, language))
    return Checked(ok=False, text=trouble(row.kind, health.code, language), code=health.code)


class SecretName(msgspec.Struct, forbid_unknown_fields=True):
    name: Text


class SecretShown(msgspec.Struct, omit_defaults=True):
    """Shown once: a repeat under the same Idempotency-Key lacks the value."""

    name: str
    value: str = ""


@post(
    "/channels/{channel_id:int}/secrets",
    opt=CONFIGURES,
    tags=TAGS,
    summary="Make a generated secret anew (the key that signs customers); shown once",
    status_code=201,
)
async def new_secret(
    edge: TheEdge, request: Req, actor: TheActor, channel_id: FromPath[int], data: JSONBody[SecretName]
) -> Response[SecretShown]:
    made: dict[str, str] = {}

    def renew(tx: Tx) -> None:
        made["value"] = channels.new_secret(tx, actor, channel_id, data.name, seal=edge.seal)

    return await act(edge, request, renew, lambda *_: SecretShown(data.name), status=201, secret=made)


HANDLERS = [
    list_kinds,
    list_channels,
    create_channel,
    read_channel,
    change_channel,
    delete_channel,
    check_channel,
    new_secret,
]
