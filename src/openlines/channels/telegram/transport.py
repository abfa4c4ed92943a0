"""Talking to the Bot API: one request at a time, every answer turned into an outcome.

The token is part of every address, so no address appears in an error, and whoever logs one hides it. The Bot
API has no key that makes a repeat safe and no way to read what was sent: when bytes left and no answer came,
the outcome is `Unknown`, never a second try.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from openlines.channels.base import (
    Account,
    AuthDead,
    Call,
    Failed,
    FetchFailed,
    OpenFile,
    Outcome,
    OutgoingFile,
    Retry,
    Sent,
    Unknown,
)
from openlines.channels.telegram.manifest import API
from openlines.channels.telegram.render import kind_of
from openlines.support.outbound import BadStatus, Http, HttpAnswer, NoAnswer, NotSent, Part, TooLarge
from openlines.support.tolerant import BadJson, loads

_SECONDS: Final = 30.0
_SECONDS_PER_MEGABYTE: Final = 4.0  # a slow line out: 250 kB a second
_LONGEST_PAUSE: Final = 3600
_SHORT_PAUSE: Final = 5
_NOT_NOW: Final = 15.0

# How Telegram's sentences begin, after "Bad Request: " or "Forbidden: ", and what they mean to us.
_REFUSALS: Final[Mapping[str, Failed]] = {
    "bot was blocked by the user": Failed("blocked", unreachable=True),
    "user is deactivated": Failed("deactivated", unreachable=True),
    "bot can't initiate conversation": Failed("not_started", unreachable=True),
    "bot can't send messages to bots": Failed("not_started", unreachable=True),
    "chat not found": Failed("chat_gone", unreachable=True),
    "PEER_ID_INVALID": Failed("chat_gone", unreachable=True),
    "private chat not found": Failed("chat_gone", unreachable=True),
    "message is too long": Failed("too_long"),
    "MESSAGE_TOO_LONG": Failed("too_long"),
    "message caption is too long": Failed("too_long"),
    "MEDIA_CAPTION_TOO_LONG": Failed("too_long"),
    "message text is empty": Failed("empty"),
    "message must be non-empty": Failed("empty"),
    "text must be non-empty": Failed("empty"),
    "file must be non-empty": Failed("file_refused"),
    "file is too big": Failed("file_too_big"),
    "message to edit not found": Failed("edit_gone"),
    "message can't be edited": Failed("edit_gone"),
    "there is no text in the message to edit": Failed("edit_gone"),
    "MESSAGE_ID_INVALID": Failed("edit_gone"),
    "message can't be deleted": Failed("delete_refused"),
}
_DONE_ALREADY: Final = ("message is not modified", "message to delete not found")
# A picture that Telegram does not take as one goes as a document, and those beside it with it.
_NO_PICTURE: Final = (
    "PHOTO_INVALID_DIMENSIONS",
    "PHOTO_SAVE_FILE_INVALID",
    "PHOTO_EXT_INVALID",
    "IMAGE_PROCESS_FAILED",
)


class Reply(NamedTuple):
    """What the Bot API said: a result, or why not."""

    ok: bool
    result: Any = None
    code: int = 0
    description: str = ""
    retry_after: int | None = None
    migrate_to: int | None = None


class Refused(Exception):
    """The Bot API said no."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.code} {reply.description}")
        self.reply = reply


async def send(account: Account, call: Call, http: Http, open_file: OpenFile) -> Outcome:
    """See `Channel.send`."""
    outcome, reply = await _attempt(account, call, http, open_file)
    if reply is not None and not reply.ok and reply.code == 400:
        if reply.migrate_to is not None and "chat_id" in call.params:
            moved = call._replace(params={**call.params, "chat_id": reply.migrate_to})
            return (await _attempt(account, moved, http, open_file))[0]
        if any(each in reply.description for each in _NO_PICTURE):
            return (await _attempt(account, _as_documents(call), http, open_file))[0]
    return outcome


async def ask(
    account: Account, http: Http, method: str, params: Mapping[str, Any] | None = None, *, within: float = _SECONDS
) -> Any:
    """The result of a method that sends nothing to anybody. Raises `Refused`, `NotSent`, `NoAnswer`, `TooLarge`."""
    reply = read(await http.request("POST", _address(account, method), json=dict(params or {}), within=within))
    if reply is None:
        raise NoAnswer("not an answer of the Bot API")
    if not reply.ok:
        raise Refused(reply)
    return reply.result


async def fetch(account: Account, file_id: str, http: Http, limit: int) -> AsyncIterator[bytes]:
    """The content of a file. Raises `FetchFailed`."""
    try:
        file = await ask(account, http, "getFile", {"file_id": file_id})
        path = str(file.get("file_path") or "")
        # A Bot API server that runs with --local answers with a place on its own disk.
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise FetchFailed("file_elsewhere", again=False)
        if int(file.get("file_size") or 0) > limit:
            raise FetchFailed("file_too_big", again=False)
        token = account.secrets["token"].reveal()
        async for piece in http.stream(f"{_base(account)}/file/bot{token}/{path}", limit=limit):
            yield piece
    except Refused as refused:
        raise _no_file(refused.reply) from None
    except TooLarge:
        raise FetchFailed("file_too_big", again=False) from None
    except (NotSent, NoAnswer, BadStatus):
        raise FetchFailed("vendor_unreachable", again=True) from None


def _no_file(reply: Reply) -> FetchFailed:
    """Why there is none. With another token, or at another time, the same file may be there."""
    if reply.code != 400:
        return FetchFailed("vendor_unreachable", again=True)
    if "file is too big" in reply.description:
        return FetchFailed("file_too_big", again=False)
    return FetchFailed("file_gone", again="temporarily unavailable" in reply.description)


def read(answer: HttpAnswer) -> Reply | None:
    """The reply in an answer; None when it is none (a proxy's page, a cut body, something packed)."""
    try:
        body = loads(answer.body)
    except BadJson:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
        return None
    if body["ok"]:
        return Reply(True, body.get("result"))
    parameters = body.get("parameters")
    parameters = parameters if isinstance(parameters, dict) else {}
    code = body.get("error_code")
    return Reply(
        False,
        code=code if isinstance(code, int) else answer.status,
        description=str(body.get("description") or "")[:500],
        retry_after=_whole(parameters.get("retry_after")),
        migrate_to=_whole(parameters.get("migrate_to_chat_id")),
    )


def refusal(reply: Reply) -> Retry | Failed | Unknown | AuthDead:
    """What a "no" means."""
    if reply.code == 429:
        pause = reply.retry_after if reply.retry_after and reply.retry_after > 0 else _SHORT_PAUSE
        # Telegram does not say whether the chat or the bot went too fast; the deliver worker finds out.
        return Retry(min(pause, _LONGEST_PAUSE), "thread", "too_many_requests")
    if reply.code in {401, 404}:
        return AuthDead("token_refused", reply.description)
    if reply.code >= 500:
        return Unknown(reply.description)
    sentence = re.sub(r"^(?:Bad Request|Forbidden): ", "", reply.description)
    for beginning, failed in _REFUSALS.items():
        if sentence.startswith(beginning):
            return failed._replace(detail=reply.description)
    if reply.code == 413:
        return Failed("file_too_big", reply.description)
    if reply.code == 403:
        return Failed("blocked", reply.description, unreachable=True)
    return Failed("refused", reply.description)


# ---------------------------------------------------------------- one request


async def _attempt(account: Account, call: Call, http: Http, open_file: OpenFile) -> tuple[Outcome, Reply | None]:
    address = _address(account, call.method)
    try:
        if call.files:
            megabytes = sum(file.size for file in call.files) / 1_000_000
            within = _SECONDS + _SECONDS_PER_MEGABYTE * megabytes
            answer = await http.request("POST", address, form=_form(call, open_file), within=within)
        else:
            answer = await http.request("POST", address, json=dict(call.params), within=_SECONDS)
    except NotSent as problem:
        return Retry(0.0, "message", "vendor_unreachable", str(problem)), None
    except (NoAnswer, TooLarge) as problem:
        return Unknown(str(problem)), None
    except FileNotFoundError:
        return Failed("file_missing"), None
    reply = read(answer)
    if reply is None:
        return _not_a_reply(answer), None
    if reply.ok:
        return _sent(call, reply.result), reply
    if any(each in reply.description for each in _DONE_ALREADY):
        return _sent(call, True), reply
    return refusal(reply), reply


def _as_documents(call: Call) -> Call:
    if call.method != "sendMediaGroup":
        return call._replace(method="sendDocument")
    media = [{**each, "type": "document"} for each in call.params["media"]]
    return call._replace(params={**call.params, "media": media})


def _not_a_reply(answer: HttpAnswer) -> Outcome:
    """Something between us and the Bot API answered in its place."""
    if answer.status == 413:
        return Failed("file_too_big", "HTTP 413")
    if 300 <= answer.status < 400:
        return Retry(_NOT_NOW, "channel", "vendor_unreachable", f"HTTP {answer.status}")
    return Unknown(f"HTTP {answer.status}, not an answer of the Bot API")


def _sent(call: Call, result: Any) -> Sent:
    """The ids of messages made; an edit gives back the id that was edited, a deletion those that are gone."""
    if isinstance(result, list):
        return Sent(tuple(str(each["message_id"]) for each in result if isinstance(each, dict)))
    if isinstance(result, dict) and "message_id" in result:
        return Sent((str(result["message_id"]),))
    if "message_ids" in call.params:
        return Sent(gone=tuple(str(each) for each in call.params["message_ids"]))
    return Sent((str(call.params["message_id"]),)) if "message_id" in call.params else Sent()


def _form(call: Call, open_file: OpenFile) -> Sequence[Part]:
    parts = [Part(name, value if isinstance(value, str) else json.dumps(value)) for name, value in call.params.items()]
    if call.method == "sendMediaGroup":
        return parts + [_part(f"file{index}", file, open_file) for index, file in enumerate(call.files)]
    field = call.method.removeprefix("send").lower()
    return [*parts, *(_part(field, file, open_file) for file in call.files)]


def _part(name: str, file: OutgoingFile, open_file: OpenFile) -> Part:
    # The name decides how Telegram shows a document; a picture's does not matter.
    filename = file.name or {"photo": "photo.jpg", "video": "video.mp4"}.get(kind_of(file), "file")
    return Part(name, chunks=open_file(file.id), filename=filename, type=file.type)


def _base(account: Account) -> str:
    return str(account.settings.get("base_url") or API).rstrip("/")


def _address(account: Account, method: str) -> str:
    return f"{_base(account)}/bot{account.secrets['token'].reveal()}/{method}"


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
