"""What does not fit its type, in our own words: which field, what is expected there, what came.

The decoder says such things in sentences of its own, in English, with Python's names for types. They are read here,
at the edge, and worded like every other refusal; a sentence that is new to us becomes "this value cannot be used".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from openlines.api.words import word
from openlines.core.line import LineSettings, Problem

SHAPES: Final = ("text", "whole", "number", "flag", "list", "object", "nothing")
# The decoder's types, by the kind of value that JSON has for them.
_SHAPE_OF: Final = {
    "str": "text",
    "int": "whole",
    "float": "number",
    "bool": "flag",
    "array": "list",
    "object": "object",
    "null": "nothing",
    "NoneType": "nothing",
}
_EXPECTED: Final = re.compile(r"Expected `([\w |]+)`(?:, got `(\w+)`)?")
_LENGTH: Final = re.compile(r"Expected `(str|array|object)` of length (?:(<=|>=) )?(\d+)")
_BOUND: Final = re.compile(r"Expected `[\w |]+` (<=|>=|<|>) (-?[\d.]+)")
_CHOICE: Final = re.compile(r"Invalid (?:enum )?value '?(.*?)'?")
_INDEX: Final = re.compile(r"\[(\d+)\]")
_BYTE: Final = re.compile(r"\(byte (\d+)\)")


def path_of(path: str) -> str:
    """A path as all refusals have it: `members[0].user_id` is `members.0.user_id`."""
    return _INDEX.sub(r".\1", path).replace("[...]", "").strip("`$.")


def understood(problem: Problem, shape: Any = LineSettings, inside: str | None = None) -> Problem:
    """A problem of the decoder, with a code and parameters of ours. Others are returned as they are.

    `shape`: what was to be read, and where `inside` it this stands, when the field's name says it not; use cases let
    the decoder read nothing but settings of a line.
    """
    detail = (problem.params or {}).get("detail")
    if problem.code != "wrong_type" or not isinstance(detail, str):
        return problem
    path = path_of(problem.field)
    params: dict[str, Any] = {"name": path}
    if length := _LENGTH.fullmatch(detail):
        return Problem(path, *_length(*length.groups()))
    if bound := _BOUND.fullmatch(detail):
        sign, limit = bound[1], bound[2].removesuffix(".0")
        return Problem(path, "at_most", {"most": limit}) if "<" in sign else Problem(path, "at_least", {"least": limit})
    if choice := _CHOICE.fullmatch(detail):
        known = choices_at(shape, path if inside is None else inside)
        return Problem(path, "unknown_value", {**params, "value": choice[1], **({"known": known} if known else {})})
    expected = _EXPECTED.fullmatch(detail)
    shapes = [_SHAPE_OF.get(each.strip(), "") for each in expected[1].split("|")] if expected else []
    if expected is None or not all(shapes):
        return Problem(path, "bad_value", params)
    # A number that is not whole where whole ones are expected is told apart by name, not by "a number".
    return Problem(path, "wrong_type", {**params, "expected": shapes, "got": _SHAPE_OF.get(expected[2] or "", "")})


def choices_at(shape: Any, path: str) -> list[Any]:
    """What may stand at a path of a type; nothing where its values are not counted."""
    if shape is None:
        return []
    places = [msgspec.inspect.type_info(shape)]
    for name in path.split(".") if path else ():
        places = [inside for each in places for inside in _inside(each, name)]
    return [value for each in places for one in _alternatives(each) for value in getattr(one, "values", ())]


def _inside(shape: msgspec.inspect.Type, name: str) -> list[msgspec.inspect.Type]:
    found: list[msgspec.inspect.Type] = []
    for each in _alternatives(shape):
        match each:
            case msgspec.inspect.StructType() | msgspec.inspect.DataclassType():
                found += [field.type for field in each.fields if field.encode_name == name]
            case msgspec.inspect.DictType():
                found.append(each.value_type)
            case msgspec.inspect.CollectionType():
                found.append(each.item_type)
    return found


def _alternatives(shape: msgspec.inspect.Type) -> tuple[msgspec.inspect.Type, ...]:
    return shape.types if isinstance(shape, msgspec.inspect.UnionType) else (shape,)


def _length(shape: str, sign: str | None, number: str) -> tuple[str, Mapping[str, Any]]:
    if sign is None:
        return "exactly", {"number": int(number)}
    if sign == ">=":
        return ("too_short", {"least": int(number)}) if shape == "str" else ("too_few", {"least": int(number)})
    return ("too_long", {"most": int(number)}) if shape == "str" else ("too_many", {"most": int(number)})


def worded(problem: Problem, language: str) -> str:
    """The words for a field's problem."""
    if problem.code == "unknown_value" and "known" in (problem.params or {}):
        return word("unknown_value_of", problem.params, language, area="field")
    if problem.code != "wrong_type" or "expected" not in (problem.params or {}):
        return word(problem.code, problem.params, language, area="field")

    def name(shape: str) -> str:
        return word(f"shape.{shape}", {}, language)

    params = problem.params or {}
    expected = word("shape.or", {}, language).join(name(each) for each in params["expected"])
    code = "wrong_type" if params["got"] else "wrong_type_only"
    got = name(params["got"]) if params["got"] else ""
    return word(code, {"name": params["name"], "expected": expected, "got": got}, language)


def json_trouble(error: Exception) -> tuple[str, Mapping[str, Any]]:
    """Why a body is no JSON: a code and its parameters."""
    place = _BYTE.search(str(error))
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: isinstance(error, RecursionError), "bad_json_deep"),
        (lambda: isinstance(error, UnicodeDecodeError) or "UTF-8" in str(error), "bad_json_letters"),
        (lambda: place is not None, "bad_json_at"),
        (lambda: "truncated" in str(error), "bad_json_short"),
    )
    code = next((code for true, code in rules if true()), "bad_json")
    return code, {"byte": int(place[1])} if code == "bad_json_at" and place is not None else {}
