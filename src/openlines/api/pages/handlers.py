"""Pages for browsers: the workspace, the widget's loader and frame, the public chat page, the try page.

One ASGI application for every path that is no API. No page runs an inline script, loads anything from elsewhere
or may be framed by others; only the widget's frame may, by the sites that its channel allows.
"""

from pathlib import Path
from typing import Final

from openlines.api import refusals
from openlines.api.asgi import Header, Receive, Scope, Send, answer, header, only_looked_at, query_of, refuse
from openlines.api.edge import Edge
from openlines.api.pages.refused import POLICY as REFUSED_POLICY
from openlines.api.pages.refused import refused_page
from openlines.api.pages.sample import try_page
from openlines.api.pages.static import Asset, Assets, serve
from openlines.api.visitor.sites import KnownSite, Sites
from openlines.api.words import choose_language, word
from openlines.services.errors import NotFound

WEB: Final = Path(__file__).parents[2] / "web"

_WORKSPACE_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self' ws: wss:; frame-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_FRAME_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors "
)
_TRY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; frame-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_NO_WEB: Final = (
    "<!doctype html><meta charset=utf-8><title>openlines</title><p>The web parts are not built. "
    "Run <code>make web</code> and start again.<p>Веб-часть не собрана. Выполните <code>make web</code> "
    "и запустите снова."
)


class Pages:
    """An ASGI application."""

    def __init__(self, edge: Edge, sites: Sites, web: Path = WEB) -> None:
        self._edge = edge
        self._sites = sites
        self._workspace = Assets(web / "workspace")
        self._widget = Assets(web / "widget")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] not in {"GET", "HEAD"}:
                raise only_looked_at(scope["method"])
            await self._serve(scope, send, scope["path"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the browser gets an answer in words
            if scope["path"].startswith(("/chat/", "/try/")) and "text/html" in header(scope, b"accept"):
                await self._refuse(scope, send, error)
            else:
                await refuse(scope, send, error)

    async def _serve(self, scope: Scope, send: Send, path: str) -> None:
        if path == "/widget.js":
            await self._loader(scope, send)
        elif path == "/widget/frame":
            await self._frame(scope, send, query_of(scope).get("key", ""))
        elif path.startswith("/widget/"):
            await self._file(scope, send, self._widget, path.removeprefix("/widget/"), cross=True)
        elif path.startswith("/chat/"):
            await self._chat(scope, send, path.removeprefix("/chat/"))
        elif path.startswith("/try/"):
            await self._try(scope, send, path.removeprefix("/try/"))
        else:
            await self._workspace_page(scope, send, path)

    async def _refuse(self, scope: Scope, send: Send, error: Exception) -> None:
        language = choose_language(header(scope, b"accept-language"))
        status, code, params, _, more = refusals.said(error)
        headers: list[Header] = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-security-policy", REFUSED_POLICY.encode()),
            (b"cache-control", b"no-store"),
            *((key.encode("latin-1"), value.encode("latin-1")) for key, value in more.items()),
        ]
        await answer(send, status, refused_page(status, word(code, params, language), language), headers)

    # --- the workspace --------------------------------------------------------------------------------------

    async def _workspace_page(self, scope: Scope, send: Send, path: str) -> None:
        name = path.lstrip("/")
        if name.startswith("assets/") or self._workspace.get(name) is not None:
            await self._file(scope, send, self._workspace, name)
            return
        if "text/html" not in header(scope, b"accept") and "." in name.rpartition("/")[2]:
            raise NotFound("page")
        page = self._workspace.get("index.html")
        if page is None:
            await answer(send, 503, _NO_WEB.encode(), [(b"content-type", b"text/html; charset=utf-8")])
            return
        await serve(scope, send, page, [(b"content-security-policy", _WORKSPACE_POLICY.encode())])

    async def _file(self, scope: Scope, send: Send, assets: Assets, name: str, *, cross: bool = False) -> None:
        asset = assets.get(name)
        if asset is None:
            raise NotFound("page")
        headers: list[Header] = [(b"cross-origin-resource-policy", b"cross-origin")] if cross else []
        await serve(scope, send, asset, headers, forever=name.startswith("assets/"))

    # --- the widget -----------------------------------------------------------------------------------------

    async def _loader(self, scope: Scope, send: Send) -> None:
        """Other people's pages run it, so they may load it; it is asked for anew, so that an upgrade arrives."""
        asset = self._widget.get("widget.js")
        if asset is None:
            raise NotFound("page")
        headers: list[Header] = [
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"access-control-allow-origin", b"*"),
        ]
        await serve(scope, send, asset, headers)

    async def _frame(self, scope: Scope, send: Send, key: str) -> None:
        site = await self._sites.find(key)
        await self._chat_page(scope, send, site, self._ancestors(site))

    async def _chat(self, scope: Scope, send: Send, key: str) -> None:
        site = await self._sites.find(key)
        await self._chat_page(scope, send, site, "'none'", named=key != site.key)

    async def _chat_page(
        self, scope: Scope, send: Send, site: KnownSite, ancestors: str, *, named: bool = False
    ) -> None:
        """`named`: by an address of the owner's choice, so that the page cannot read the key from it."""
        page = self._widget.get("frame.html")
        if page is None:
            raise NotFound("page")
        if named:
            body = page.body.replace(b'id="chat"', b'id="chat" data-key="%s"' % site.key.encode())
            page = Asset(body, None, page.type, f'{page.etag[:-1]}-{site.key}"')
        headers: list[Header] = [
            (b"content-security-policy", (_FRAME_POLICY + ancestors).encode("latin-1", "ignore")),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"referrer-policy", b"no-referrer"),
        ]
        await serve(scope, send, page, headers)

    def _ancestors(self, site: KnownSite) -> str:
        """Our own pages (the preview in the settings, the try page) and the sites that the channel allows."""
        origins = [each.strip() for each in site.settings.get("allowed_origins") or ()]
        safe = [each for each in origins if each and not set(each) & set(" ;,'\"\r\n")]
        return " ".join(["'self'", *safe]) if safe else "*"

    async def _try(self, scope: Scope, send: Send, key: str) -> None:
        """A sample site with the snippet: what a customer will see, before it stands on a real one.

        It names the line and the sites of the chat, so it is found by the chat's key and by no number to be guessed.
        """
        site = await self._sites.find(key)
        asked = query_of(scope).get("lang", "")
        language = choose_language(asked or header(scope, b"accept-language"))
        body = try_page(site, self._edge.store.clock.now(), language, fixed=bool(asked)).encode()
        asset = Asset(body, None, "text/html; charset=utf-8", '"try"')
        await answer(
            send,
            200,
            asset.body,
            [
                (b"content-type", asset.type.encode()),
                (b"content-security-policy", _TRY_POLICY.encode()),
                (b"cache-control", b"no-store"),
            ],
        )
