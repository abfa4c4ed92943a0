"""The guarded client: where it goes, how much it takes, and whether bytes have left."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import BodyPartReader, web

from openlines.support import http
from openlines.support.outbound import BadStatus, Http, NoAnswer, NotSent, Part, TooLarge, Unfit
from tests.support_servers.ports import free_port

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[http.Client]:
    client = http.Client("openlines-test")
    yield client
    await client.close()


async def _listen(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> asyncio.Server:
    return await asyncio.start_server(talk, "127.0.0.1", 0)


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://127.1:1/",
        "http://0x7f.1:1/",
        "http://2130706433:1/",
        "http://0:1/",
        "http://localhost:1/",
        "http://localhost.:1/",
        "http://[::1]:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://[64:ff9b::7f00:1]:1/",
        "http://[fe80::1%25lo]:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.1.2.3/",
        "http://100.64.0.1/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
    ],
)
async def test_private_addresses_are_not_asked(client: http.Client, url: str) -> None:
    with pytest.raises(NotSent):
        await client.request("GET", url, within=5)
    with pytest.raises(NotSent):
        async for _ in client.stream(url, limit=10, within=5):
            pass


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "http://", "", "http://a:b@example.com/", "//x/", "http://[bad/"]
)
async def test_only_plain_http_addresses_are_asked(client: http.Client, url: str) -> None:
    with pytest.raises(Unfit):
        await client.request("GET", url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2a00:1450:4001:81c::200e", True),
        ("127.0.0.1", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("192.0.2.1", False),
        ("240.0.0.1", False),
        ("0.0.0.0", False),
        ("fc00::1", False),
        ("::", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("fec0::1", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("fe80::1%eth0", False),
        ("100.64.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("not an address", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert http.is_public(address) is public


async def test_a_configured_origin_is_asked_and_no_other(client: http.Client, serve: Serve) -> None:
    async def hello(request: web.Request) -> web.Response:
        return web.json_response({"path": request.path, "type": request.content_type, "body": await request.text()})

    base, other = await serve(hello), await serve(hello)
    allowed = client.allowing(base)
    answer = await allowed.request("POST", f"{base}/a", json={"text": "привет\ud800"})
    assert answer.status == 200
    assert b"application/json" in answer.body
    with pytest.raises(Unfit):
        await allowed.request("GET", other)
    with pytest.raises(Unfit):
        await client.request("GET", base)
    assert [piece async for piece in allowed.stream(f"{base}/f", limit=1000)]
    with pytest.raises(Unfit):
        _ = [piece async for piece in allowed.stream(f"{other}/f", limit=1000)]


async def test_redirects_are_not_followed(client: http.Client, serve: Serve) -> None:
    async def away(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/"})

    base = await serve(away)
    allowed = client.allowing(base)
    assert (await allowed.request("POST", base)).status == 302
    with pytest.raises(BadStatus) as caught:
        _ = [piece async for piece in allowed.stream(base, limit=10)]
    assert caught.value.status == 302


async def test_answers_are_capped_and_not_unpacked(client: http.Client, serve: Serve) -> None:
    async def big(request: web.Request) -> web.StreamResponse:
        if request.path == "/bomb":
            bomb = gzip.compress(b"0" * 1_000_000)
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * 1000)
        return response

    base = await serve(big)
    allowed = client.allowing(base)
    with pytest.raises(TooLarge):
        await allowed.request("GET", base, limit=50_000)
    with pytest.raises(TooLarge):
        _ = [piece async for piece in allowed.stream(base, limit=99_999)]
    assert len(b"".join([piece async for piece in allowed.stream(base, limit=100_000)])) == 100_000
    assert len((await allowed.request("GET", f"{base}/bomb")).body) < 10_000


async def test_a_form_carries_values_and_files(client: http.Client, serve: Serve) -> None:
    seen: dict[str, tuple[str | None, str | None, bytes]] = {}

    async def take(request: web.Request) -> web.Response:
        reader = await request.multipart()
        async for part in reader:
            assert isinstance(part, BodyPartReader)
            seen[part.name or ""] = (part.filename, part.headers.get("Content-Type"), bytes(await part.read()))
        return web.Response()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    base = await serve(take)
    name = 'от"чёт\r\nX-Evil: 1.pdf'
    await client.allowing(base).request(
        "POST",
        base,
        form=[Part("chat_id", "5"), Part("document", chunks=chunks(), filename=name, type="application/pdf")],
    )
    assert seen["chat_id"] == (None, "text/plain; charset=utf-8", b"5")
    filename, type_, body = seen["document"]
    assert filename == 'от"чётX-Evil: 1.pdf'
    assert (type_, body) == ("application/pdf", b"one two")


class _DiskError(Exception):
    pass


async def test_our_own_file_failing_is_told_apart(client: http.Client, serve: Serve) -> None:
    finished: list[bool] = []

    async def take(request: web.Request) -> web.Response:
        await request.read()
        finished.append(True)
        return web.Response()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        await asyncio.sleep(0.05)
        raise _DiskError

    base = await serve(take)
    with pytest.raises(_DiskError):
        await client.allowing(base).request("POST", base, form=[Part("f", chunks=chunks(), filename="f")])
    assert not finished


async def _talk(client: Http, port: int, within: float = 5.0) -> None:
    await client.request("POST", f"http://127.0.0.1:{port}/bot123456:SECRET/x", json={"a": 1}, within=within)


async def test_not_sent_is_told_from_no_answer(client: http.Client) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.05)
        finally:
            writer.close()

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"\x00\x01 what?\r\n\r\n")
        writer.close()

    for talk in (cut, hang, drip, nonsense):
        server = await _listen(talk)
        with pytest.raises(NoAnswer) as caught:
            await _talk(client.allowing(f"http://127.0.0.1:{_port(server)}"), _port(server), within=0.4)
        assert "SECRET" not in repr(caught.value)
        assert caught.value.__suppress_context__
        server.close()

    port = free_port()
    with pytest.raises(NotSent) as refused:
        await _talk(client.allowing(f"http://127.0.0.1:{port}"), port)
    assert "SECRET" not in repr(refused.value)
    with pytest.raises(NotSent):
        await client.request("GET", "http://no-such-host.invalid/", within=5)


async def test_tls_that_fails_is_not_sent(client: http.Client) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        writer.close()

    server = await _listen(plain)
    base = f"https://127.0.0.1:{_port(server)}"
    with pytest.raises(NotSent):
        await client.allowing(base).request("GET", base, within=5)
    server.close()
