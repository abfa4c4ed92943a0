"""The fake Bot API over HTTP: its methods, its files, its misfortunes, and a way to be told what to do.

/bot<token>/<method>          as https://core.telegram.org/bots/api
/file/bot<token>/<path>
POST /control/<verb>          JSON in, JSON out; the verbs are those of `control.py`
"""

import asyncio
import gzip
import json
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import BodyPartReader, web

from tests.fakes.telegram import control, updates
from tests.fakes.telegram.methods import METHODS, Asked, Upload
from tests.fakes.telegram.people import People
from tests.fakes.telegram.world import ApiError, Bot, Fault, World, too_many

_LARGEST: Final = 60_000_000
_METADATA: Final = "http://169.254.169.254/latest/meta-data/"


class FakeTelegram:
    """A running fake. In a test: `async with FakeTelegram() as telegram: …`."""

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        self.world = World(**options)
        self.people = People(self.world)
        self._port = port
        self._posters: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/bot{token}/{method}", self._method)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        app.router.add_post("/control/{verb}", self._control)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)

    @property
    def base(self) -> str:
        """Where it listens; what a channel's `base_url` is set to."""
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for _, task in self._posters.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in self._posters.values()), return_exceptions=True)
        await self._runner.cleanup()

    def follow_webhook(self, bot: Bot) -> None:
        """Starts posting to the bot's webhook, or stops, after it was changed."""
        url, task = self._posters.pop(bot.token, ("", None))
        if task is not None:
            if url == bot.webhook.url and not task.done():
                self._posters[bot.token] = (url, task)
                return
            task.cancel()
        if bot.webhook.url:
            poster = asyncio.create_task(updates.Poster(self.world, bot).run())
            self._posters[bot.token] = (bot.webhook.url, poster)

    # ---------------------------------------------------------------- one call

    async def _method(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        try:
            bot = self._bot(request.match_info["token"])
            if method not in METHODS and method != "getupdates":
                raise ApiError(404, "Not Found: method not found")
            args, uploads = await _arguments(request)
        except ApiError as error:
            return web.json_response(error.body(), status=error.code)
        self.world.calls.append((method, args))
        chat = str(args.get("chat_id") or "")
        chat_id = int(chat) if chat.lstrip("-").isdigit() else None
        fault = self.world.take_fault(method, chat_id)
        if fault is not None and fault.kind == "429" and chat_id in bot.chats:
            bot.chats[chat_id].quiet_until = self.world.clock.now() + fault.seconds
        early = await self._strike_early(request, fault)
        if early is not None:
            return early
        body, status = await self._carry_out(Asked(self.world, bot, args, uploads), method)
        self.follow_webhook(bot)
        return await self._strike_late(request, fault) or web.json_response(body, status=status)

    def _bot(self, token: str) -> Bot:
        number, colon, rest = token.partition(":")
        if not colon or not number.isdigit() or number.startswith("0") or len(token) > 80 or not rest:
            raise ApiError(401, "Unauthorized: invalid token specified")
        bot = self.world.bots.get(token)
        if bot is None or bot.revoked:
            raise ApiError(401, "Unauthorized")
        return bot

    async def _carry_out(self, asked: Asked, method: str) -> tuple[dict[str, Any], int]:
        try:
            if method == "getupdates":
                updates.allow(asked.bot, _list(asked.args.get("allowed_updates")))
                result: Any = await updates.get_updates(
                    self.world,
                    asked.bot,
                    int(asked.args.get("offset") or 0),
                    int(asked.args.get("limit") or 100),
                    int(asked.args.get("timeout") or 0),
                )
            else:
                result = METHODS[method](asked)
        except ApiError as error:
            return error.body(), error.code
        if isinstance(result, tuple):
            return {"ok": True, "result": result[0], "description": result[1]}, 200
        return {"ok": True, "result": result}, 200

    # ---------------------------------------------------------------- misfortunes

    async def _strike_early(self, request: web.Request, fault: Fault | None) -> web.StreamResponse | None:
        """What happens before the call is carried out; None when it is carried out."""
        match fault.kind if fault is not None else "":
            case "429":
                error = too_many(fault.seconds if fault is not None else 1)
                return web.json_response(error.body(), status=429)
            case "429-bare":
                return web.json_response(
                    {"ok": False, "error_code": 429, "description": "Too Many Requests"}, status=429
                )
            case "500":
                body = {"ok": False, "error_code": 500, "description": "Internal Server Error: restart"}
                return web.json_response(body, status=500)
            case "502":
                return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
            case "redirect":
                return web.Response(status=302, headers={"Location": _METADATA})
            case "cut-before":
                return _abort(request)
            case "hang-before":
                await self._hang(fault)
                return _abort(request)
            case "slow":
                await self.world.clock.sleep(fault.seconds if fault is not None else 1.0)
        return None

    async def _strike_late(self, request: web.Request, fault: Fault | None) -> web.StreamResponse | None:
        """What happens instead of the answer, once the call is carried out."""
        match fault.kind if fault is not None else "":
            case "cut":
                return _abort(request)
            case "hang":
                await self._hang(fault)
                return _abort(request)
            case "html":
                return web.Response(
                    text="<html>Welcome to the hotel's wireless network</html>", content_type="text/html"
                )
            case "broken-json":
                return web.Response(text='{"ok":true,"result":{"message_id":', content_type="application/json")
            case "bomb":
                body = gzip.compress(b" " * 50_000_000)
                return web.Response(body=body, headers={"Content-Encoding": "gzip"}, content_type="application/json")
            case "drip":
                response = web.StreamResponse(headers={"Content-Length": "100000"})
                await response.prepare(request)
                while not self._stop.is_set() and request.transport is not None:
                    await response.write(b" ")
                    await asyncio.sleep(0.05)
                return response
        return None

    async def _hang(self, fault: Fault | None) -> None:
        """For so many seconds of the fake's clock, or until the end."""
        seconds = fault.seconds if fault is not None and fault.seconds else 3600.0
        try:
            async with asyncio.timeout(seconds / self.world.clock.speed):
                await self._stop.wait()
        except TimeoutError:
            return

    # ---------------------------------------------------------------- files and control

    async def _file(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        path = request.match_info["path"]
        fault = self.world.take_fault("download", None)
        early = await self._strike_early(request, fault)
        if early is not None:
            return early
        found = next((each for each in bot.files.values() if each.path == path), None) if bot else None
        if found is None:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        return web.Response(body=found.content, content_type="application/octet-stream")

    async def _control(self, request: web.Request) -> web.Response:
        verb = getattr(control, request.match_info["verb"], None)
        if verb is None or request.match_info["verb"] not in control.VERBS:
            return web.json_response({"error": "no such verb", "verbs": sorted(control.VERBS)}, status=404)
        try:
            answer = verb(self, **(await request.json() if request.can_read_body else {}))
        except (TypeError, ValueError, KeyError) as problem:
            return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=400)
        return web.json_response(answer)


def _abort(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _list(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


async def _arguments(request: web.Request) -> tuple[dict[str, Any], dict[str, Upload]]:
    """Parameters and uploads, from the query, a JSON body, a form or a multipart form."""
    args: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            given = json.loads(await request.read() or b"{}")
        except ValueError:
            raise ApiError(400, "Bad Request: can't parse request: Expected JSON object") from None
        if not isinstance(given, dict):
            raise ApiError(400, "Bad Request: can't parse request: Expected JSON object")
        args |= given
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            content = bytes(await part.read())
            if part.filename is not None:
                uploads[part.name or ""] = Upload(part.filename, part.headers.get("Content-Type", ""), content)
            else:
                args[part.name or ""] = content.decode()
    elif request.content_type == "application/x-www-form-urlencoded":
        args |= dict(await request.post())
    elif request.can_read_body:
        raise ApiError(400, f"Bad Request: unsupported content type {request.content_type}")
    return args, uploads
