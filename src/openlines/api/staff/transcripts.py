"""A conversation as its customer has seen it: by e-mail to him, or as a file."""

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openlines.api.acting import act
from openlines.api.guard import READS, WORKS
from openlines.api.staff.common import Req, TheActor, TheEdge, TheLanguage
from openlines.services import transcripts

TAGS = ["conversations"]
PATH = "/conversations/{conversation_id:int}/transcript"


class SentTo(msgspec.Struct):
    """Where the letter goes."""

    to: str


@post(PATH, opt=WORKS, tags=TAGS, summary="Send the conversation to the customer's e-mail", status_code=200)
async def send_transcript(
    edge: TheEdge, request: Req, actor: TheActor, conversation_id: FromPath[int]
) -> Response[SentTo]:
    """To the address on the card, in the customer's language, without notes. It is on its way when this answers."""
    copy = await edge.store.read(transcripts.of_staff, actor, conversation_id)
    return await act(
        edge, request, lambda tx: transcripts.send_to_customer(tx, actor, copy), lambda _, address: SentTo(address)
    )


@get(PATH, opt=READS, tags=TAGS, summary="The conversation as a text file", media_type="text/plain")
async def read_transcript(
    edge: TheEdge, actor: TheActor, language: TheLanguage, conversation_id: FromPath[int]
) -> Response[bytes]:
    """As the customer has seen it: without notes, with the names that the line shows."""
    copy = await edge.store.read(transcripts.of_staff, actor, conversation_id, language)
    headers = {
        "content-disposition": f'attachment; filename="conversation-{copy.number}.txt"',
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    # With the mark by which every editor knows UTF-8.
    text = f"\ufeff{copy.text}".replace("\n", "\r\n").encode("utf-8", "replace")
    return Response(text, media_type="text/plain", headers=headers)


HANDLERS = [send_transcript, read_transcript]
