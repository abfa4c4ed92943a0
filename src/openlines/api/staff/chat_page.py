"""The public page of a chat as a picture for paper and screens."""

import io

import segno
from litestar import Response, get
from litestar.params import FromPath

from openlines.api.guard import LOOKS_AT_SETTINGS
from openlines.api.staff.channels import TAGS, whole_channel
from openlines.api.staff.common import Req, TheActor, TheEdge, TheLanguage, base_url
from openlines.services import channels
from openlines.services.errors import NotFound


@get(
    "/channels/{channel_id:int}/qr.svg",
    opt=LOOKS_AT_SETTINGS,
    tags=TAGS,
    summary="The address of a chat's own page as a QR code (SVG)",
    media_type="image/svg+xml",
)
async def chat_qr(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, channel_id: FromPath[int]
) -> Response[bytes]:
    row = await edge.store.read(channels.access_channel, actor, channel_id)
    address = whole_channel(row, edge, language, base_url(edge, request)).page_url
    if not address:
        raise NotFound("page")
    headers = {"cache-control": "no-store", "content-disposition": f'inline; filename="chat-{row.id}.svg"'}
    return Response(qr_code(address), media_type="image/svg+xml", headers=headers)


def qr_code(address: str) -> bytes:
    """An SVG that scales, dark on white with the quiet zone that readers need."""
    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(out, kind="svg", border=4, scale=8, dark="#000000", light="#ffffff", xmldecl=False, svgns=True)
    return out.getvalue()


HANDLERS = [chat_qr]
