"""The head's rating of a conversation; what a customer agreed to and wrote into forms."""

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act
from openlines.api.guard import READS, WORKS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, harmless
from openlines.api.staff.details import Acted, acted
from openlines.api.staff.shown_quality import Agreed, FilledForm, agreed_of, forms_of
from openlines.api.words import word
from openlines.core.state import Conversation
from openlines.services import head_rating
from openlines.services.access import access_customer
from openlines.store.tx import Reader, Tx


class HeadRatingInput(msgspec.Struct, forbid_unknown_fields=True):
    """`rating` 1–5."""

    rating: Number
    comment: str = ""


@post(
    "/conversations/{conversation_id:int}/head-rating",
    opt=WORKS,
    tags=["conversations"],
    summary="Rate it as a head",
    status_code=200,
)
async def rate_as_head(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[HeadRatingInput],
) -> Response[Acted]:
    """The last rating counts. The operator is told, the customer never."""

    def use_case(tx: Tx) -> Conversation:
        return head_rating.rate(tx, actor, conversation_id, data.rating, harmless(data.comment))

    def show(reader: Reader, c: Conversation) -> Acted:
        return acted(reader, actor, c, language, word)

    return await act(edge, request, use_case, show)


class CustomerRecords(msgspec.Struct):
    """Everything that a customer agreed to and answered, newest first: for whoever must show it."""

    consents: list[Agreed]
    forms: list[FilledForm]


@get(
    "/customers/{customer_id:int}/consents",
    opt=READS,
    tags=["customers"],
    summary="What a customer agreed to and answered in forms, to be kept or shown",
)
async def customer_consents(edge: TheEdge, actor: TheActor, customer_id: FromPath[int]) -> CustomerRecords:
    def look(reader: Reader) -> CustomerRecords:
        access_customer(reader, actor, customer_id)
        return CustomerRecords(agreed_of(reader, customer_id), forms_of(reader, customer_id))

    return await edge.store.read(look)


HANDLERS = [rate_as_head, customer_consents]
