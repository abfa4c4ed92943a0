"""What the framework leaves out of the description of its handlers, or derives wrongly."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, get_type_hints

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from openlines.api.guard import MADE, Need

# Any kind of bytes; generators of clients know the first name only.
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE: Final = {"application/octet-stream": _BYTES, "*/*": _BYTES}
_TEXT: Final = {"schema": {"type": "string"}}
_OBJECT: Final = {"schema": {"type": "object"}}

# Answers that are no JSON of ours, or JSON of a shape that is told elsewhere.
_ANSWERS: Final[Mapping[tuple[str, str], dict[str, Any]]] = {
    ("get", "/api/v1/files/{file_id}"): _FILE,
    ("get", "/api/v1/widget/{key}/files/{file_id}"): _FILE,
    ("get", "/api/v1/kpi/export"): {"text/csv": _TEXT},
    ("get", "/api/v1/lines/{line_id}/export"): {"application/json": _OBJECT},
    ("get", "/healthz"): {"text/plain": _TEXT},
    ("get", "/readyz"): {"application/json": _OBJECT},
    ("get", "/metrics"): {"text/plain": _TEXT},
}
_UPLOADS: Final = (("post", "/api/v1/files"), ("post", "/api/v1/widget/{key}/files"))
_FILE_NAME: Final = {
    "name": "X-File-Name",
    "in": "header",
    "required": False,
    "description": "The file's name, percent-encoded.",
    "schema": {"type": "string"},
}
_UPLOADED: Final = {"application/json": {"schema": {"$ref": "#/components/schemas/Uploaded"}}}


_LOCATION: Final = {"Location": {"description": "Where that which was made can be read.", "schema": {"type": "string"}}}


def complete(document: dict[str, Any], app: Litestar) -> None:
    """Correct the document in place: bodies, what is needed to call a route, unknown fields."""
    paths = document["paths"]
    for item in paths.values():
        for operation in item.values():
            # An answer without a body has none: no "null" either.
            operation.get("responses", {}).get("204", {}).pop("content", None)
    for (method, path), content in _ANSWERS.items():
        paths[path][method]["responses"]["200"]["content"] = content
    for method, path in _UPLOADS:
        operation = paths[path][method]
        operation["requestBody"] = {"required": True, "content": _FILE}
        operation.setdefault("parameters", []).append(_FILE_NAME)
        operation["responses"]["201"]["content"] = _UPLOADED
    handlers = list(handlers_of(app))
    for method, path, handler in handlers:
        _say_needs(paths[path][method], handler.opt["need"])
        if MADE in handler.opt:
            paths[path][method]["responses"]["201"]["headers"] = _LOCATION
    _close(document["components"]["schemas"], (handler for _, _, handler in handlers))


def handlers_of(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and "need" in handler.opt:
                path = "".join(
                    f"/{each if isinstance(each, str) else f'{{{each.name}}}'}" for each in route.path_components
                )
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield method.lower(), path, handler


def _say_needs(operation: dict[str, Any], need: Need) -> None:
    """Who may call it; for a key the scope, unless only a signed-in browser may."""
    if need.who == "anyone":
        operation["security"] = []
        operation["x-needs"] = {"who": "anyone"}
    elif need.browser:
        operation["security"] = [{"session": []}]
        operation["x-needs"] = {"who": need.who}
    else:
        operation["x-needs"] = {"who": need.who, "scope": need.scope}


def _close(schemas: dict[str, Any], handlers: Iterable[HTTPRouteHandler]) -> None:
    """Objects in which an unknown field is refused say so."""
    for handler in handlers:
        body = get_type_hints(handler.fn).get("data")
        for struct in structs_of(body) if body is not None else ():
            schema = schemas.get(struct.__name__)
            if schema is not None and struct.__struct_config__.forbid_unknown_fields:
                schema["additionalProperties"] = False


def structs_of(body: Any) -> set[type[msgspec.Struct]]:
    """The structs of a body, with those inside them."""
    found: set[type[msgspec.Struct]] = set()

    def look(each: Any) -> None:
        match each:
            case msgspec.inspect.StructType():
                if each.cls not in found:
                    found.add(each.cls)
                    _each(look, (field.type for field in each.fields))
            case msgspec.inspect.UnionType():
                _each(look, each.types)
            case msgspec.inspect.DictType():
                look(each.value_type)
            case msgspec.inspect.CollectionType():
                look(each.item_type)

    look(msgspec.inspect.type_info(body))
    return found


def _each(look: Callable[[Any], None], types: Iterable[Any]) -> None:
    for each in types:
        look(each)
