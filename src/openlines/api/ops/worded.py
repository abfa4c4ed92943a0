"""Words into the description: what each schema, field and parameter means, and which texts are instants."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args, get_type_hints

import msgspec
from litestar import Litestar

from openlines.api.ops.completed import handlers_of, structs_of
from openlines.api.ops.examples import EXAMPLES
from openlines.api.ops.meanings import FIELDS, PARAMETERS
from openlines.api.ops.meanings_of import OF
from openlines.api.ops.setting_meanings import SETTINGS

_MEANINGS: Final[Mapping[str, str]] = {**OF, **SETTINGS}
_INSTANTS: Final = frozenset({"at", "now", "since", "waiting_since", "snoozed_until", "absent_from", "absent_until"})


def say_meanings(document: dict[str, Any], app: Litestar) -> None:
    """Correct the document in place."""
    schemas = document["components"]["schemas"]
    for struct in _answered(app):
        schema = schemas.get(struct.__name__)
        if schema is not None and struct.__doc__:
            schema.setdefault("description", " ".join(struct.__doc__.split()))
    for name, schema in schemas.items():
        if name in EXAMPLES:
            schema["examples"] = [EXAMPLES[name]]
        _say_fields(name, schema.get("properties", {}))
    for item in document["paths"].values():
        for operation in item.values():
            for each in operation.get("parameters", ()):
                if each["name"] in PARAMETERS:
                    each.setdefault("description", PARAMETERS[each["name"]])


def _say_fields(schema: str, fields: dict[str, dict[str, Any]]) -> None:
    for name, shown in fields.items():
        meaning = _MEANINGS.get(f"{schema}.{name}") or FIELDS.get(name)
        if meaning:
            shown.setdefault("description", meaning)
        if name.endswith("_at") or name in _INSTANTS:
            _as_instant(shown)


def _as_instant(shown: dict[str, Any]) -> None:
    """RFC 3339, wherever it is a text and not null."""
    for each in (shown, *shown.get("oneOf", ()), *shown.get("anyOf", ())):
        if each.get("type") == "string":
            each["format"] = "date-time"


def _answered(app: Litestar) -> Iterator[type[msgspec.Struct]]:
    """Every struct that a handler takes or answers with."""
    for _, _, handler in handlers_of(app):
        hints = get_type_hints(handler.fn)
        for shape in (hints.get("data"), hints.get("return")):
            for each in get_args(shape) or (shape,):
                if each is not None:
                    yield from _inside(each)


def _inside(shape: Any) -> set[type[msgspec.Struct]]:
    try:
        return structs_of(shape)
    except TypeError:
        return set()  # a stream, or a response without a shape of ours
