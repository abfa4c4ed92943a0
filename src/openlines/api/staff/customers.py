"""Customers: found, and their cards written on."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, patch
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from openlines.api.acting import act
from openlines.api.guard import READS, WORKS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, given, harmless
from openlines.api.staff.details import Customer, customer_of
from openlines.api.staff.inbox import Limit, clean, page_after
from openlines.services import customers
from openlines.services.access import access_customer
from openlines.store import threads
from openlines.store.tx import Reader


class CustomerPage(msgspec.Struct):
    items: list[Customer]
    next: str | None


@get("/customers", opt=READS, tags=["customers"], summary="Customers by name, e-mail, phone or handle, newest first")
async def list_customers(
    edge: TheEdge,
    actor: TheActor,
    q: Annotated[str, QueryParameter(max_length=200)] = "",
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> CustomerPage:
    words, after = clean(q.strip()), page_after(cursor)

    def look(reader: Reader) -> tuple[list[Customer], bool]:
        found = customers.find(reader, actor, words, after, limit + 1)
        return _numbered(reader, [customer_of(each) for each in found[:limit]]), len(found) > limit

    items, more = await edge.store.read(look)
    return CustomerPage(items, str(items[-1].id) if more else None)


def _numbered(reader: Reader, items: list[Customer]) -> list[Customer]:
    """Guests with the number by which conversations call them."""
    first = threads.first_of_customers(reader, [each.id for each in items if not each.name])
    for each in items:
        each.thread_id = first.get(each.id)
    return items


@get("/customers/{customer_id:int}", opt=READS, tags=["customers"], summary="One customer")
async def read_customer(edge: TheEdge, actor: TheActor, customer_id: FromPath[int]) -> Customer:
    def look(reader: Reader) -> Customer:
        return _numbered(reader, [customer_of(access_customer(reader, actor, customer_id))])[0]

    return await edge.store.read(look)


class CustomerChange(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    name: str | msgspec.UnsetType = msgspec.UNSET
    email: str | msgspec.UnsetType = msgspec.UNSET
    phone: str | msgspec.UnsetType = msgspec.UNSET
    fields: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


@patch("/customers/{customer_id:int}", opt=WORKS, tags=["customers"], summary="Write on a customer's card")
async def change_customer(
    edge: TheEdge, request: Req, actor: TheActor, customer_id: FromPath[int], data: JSONBody[CustomerChange]
) -> Response[Customer]:
    """Of `fields` only those named change; an empty text removes one."""
    changes: dict[str, Any] = {
        key: harmless(value) if isinstance(value, str) else value for key, value in given(data).items()
    }
    if "fields" in changes:
        changes["fields"] = {harmless(name): harmless(text) for name, text in changes["fields"].items()}
    version = changes.pop("version")
    return await act(
        edge,
        request,
        lambda tx: customers.change(tx, actor, customer_id, version, **changes),
        lambda _, row: customer_of(row),
    )


HANDLERS = [list_customers, read_customer, change_customer]
