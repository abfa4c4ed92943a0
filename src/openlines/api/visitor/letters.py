"""The visitor asks for his conversation by e-mail."""

import msgspec

from openlines.api.asgi import header
from openlines.api.refusals import HttpRefused
from openlines.api.visitor.call import Call, Handler
from openlines.api.words import choose_language
from openlines.services import transcripts


class TranscriptRequest(msgspec.Struct):
    """Where to; without an address to the one that the visitor has given before."""

    email: str = ""


class TranscriptSent(msgspec.Struct):
    """Where the letter goes."""

    to: str


_request = msgspec.json.Decoder(TranscriptRequest)


async def send_transcript(call: Call) -> None:
    visitor = call.visitor()
    # Putting a long conversation into words takes longer than any message: what is refused below must not be for free.
    call.visitors.count(call, visitor)
    given = await call.body(_request)
    if not call.site.sends_transcripts:
        raise HttpRefused(409, "transcript_off")
    store, channel_id = call.visitors.edge.store, call.site.channel_id
    language = choose_language(header(call.scope, b"accept-language"))
    copy = await store.read(transcripts.mine, channel_id, visitor.external_id, language)
    email = given.email.replace("\x00", "")
    to = await store.write(transcripts.send_to_visitor, channel_id, visitor.external_id, copy, email)
    await call.answer(TranscriptSent(to))


ROUTES: dict[tuple[str, str], Handler] = {("POST", "transcript"): send_transcript}
