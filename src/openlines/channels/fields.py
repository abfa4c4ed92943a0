"""What a person typed into a channel's form, checked against the manifest's fields.

Settings that no field knows are refused rather than kept: a misspelt name must not silently mean "default".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from openlines.channels import invitations
from openlines.channels.base import Field
from openlines.core.line import Interval, Problem, SpecialDays
from openlines.core.schedule import problems as schedule_problems

# Groups whose fields stand on the page of the channel's line and are saved, kept and copied with the line.
OF_LINE = frozenset({"look", "pages", "letters", "words"})
# Beside the fields: what the vendor told us (the bot's name …), written by the health check.
FACTS = "facts"
_NO_VALUE: Any = object()
_HOLE = re.compile(r"\{(\w+)\}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Checked(NamedTuple):
    """Values ready to be kept (settings with every default filled in), and what is wrong with the rest."""

    settings: dict[str, Any]
    secrets: dict[str, str]
    problems: tuple[Problem, ...]


def check(
    fields: Sequence[Field], settings: Mapping[str, Any], secrets: Mapping[str, Any], *, kept: frozenset[str]
) -> Checked:
    """Checks what was given. `kept` names the secrets that exist already and need not be given again.

    Codes of problems: unknown_field, required, wrong_type, bad_type, too_long, too_many, bad_pattern, unknown_value,
    bad_color, bad_url, unknown_phrase, unknown_placeholder, and those of `openlines.core.schedule.problems` below the
    name of a schedule.
    """
    plain = {each.name: each for each in fields if each.type != "secret"}
    sealed = {each.name: each for each in fields if each.type == "secret" and not each.generated}
    problems = [Problem(name, "unknown_field") for name in settings if name not in plain and name != FACTS]
    problems += [Problem(name, "unknown_field") for name in secrets if name not in sealed]
    values: dict[str, Any] = {}
    for name, field in plain.items():
        value, found = _checked(field, settings.get(name, _NO_VALUE))
        values[name] = value
        problems += found
    hidden: dict[str, str] = {}
    for name, field in sealed.items():
        if secrets.get(name) in (None, "") and name in kept:
            continue
        value, found = _checked(field, secrets.get(name, _NO_VALUE))
        problems += found
        if not found and value:
            hidden[name] = value
    return Checked(values, hidden, tuple(problems))


def defaults(fields: Sequence[Field]) -> dict[str, Any]:
    """The settings of a new channel."""
    return {each.name: each.default for each in fields if each.type != "secret"}


def of_line(field: Field) -> bool:
    """Whether it is set on the page of the channel's line."""
    return field.group in OF_LINE and field.type != "secret"


def generated(fields: Sequence[Field]) -> tuple[str, ...]:
    """Names of the secrets that are made when a channel is created."""
    return tuple(each.name for each in fields if each.generated)


def account(fields: Sequence[Field], secrets: Mapping[str, str]) -> str:
    """Which account at the vendor these secrets open, as far as can be told from them; "" when it cannot."""
    found = [re.match(each.account, secrets.get(each.name, "")) for each in fields if each.account]
    return " ".join(match[1] for match in found if match is not None)


def _checked(field: Field, value: Any) -> tuple[Any, Sequence[Problem]]:
    """The value to keep and what is wrong with it (the default, when something is)."""
    if value is _NO_VALUE or value is None:
        value = field.default
    if field.type == "flag":
        return (value, ()) if isinstance(value, bool) else (field.default, [_misfit(field.name, value, "flag")])
    if field.type == "schedule":
        return _schedule(field, value)
    if field.type == "list":
        return _list(field, value)
    if field.type == "invitations":
        return invitations.checked(field.name, value)
    if field.type == "words":
        return _words(field, value)
    if not isinstance(value, str):
        return field.default, [_misfit(field.name, value, "text")]
    value = _CONTROL.sub("", value).strip()
    if not value:
        return "", [Problem(field.name, "required")] if field.required else ()
    problem = _wrong_text(field, value)
    return (value, ()) if problem is None else (field.default, [problem])


_SHAPES = {
    str: "text",
    bool: "flag",
    int: "whole",
    float: "number",
    list: "list",
    dict: "object",
    type(None): "nothing",
}


def _misfit(path: str, value: Any, expected: str) -> Problem:
    """A value of another shape than the field's; the edge words shapes."""
    return Problem(path, "wrong_type", {"name": path, "expected": [expected], "got": _SHAPES.get(type(value), "")})


def _wrong_text(field: Field, value: str) -> Problem | None:
    if len(value) > field.limit:
        return Problem(field.name, "too_long", {"most": field.limit})
    if field.pattern and not re.fullmatch(field.pattern, value):
        return Problem(field.name, "bad_pattern", {"example": field.example})
    known = [key for key, _ in field.choices]
    if field.type == "choice" and value not in known:
        return Problem.not_among(field.name, value, known)
    if field.type == "color" and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return Problem(field.name, "bad_color")
    if field.type == "url" and not _is_url(value):
        return Problem(field.name, "bad_url")
    return None


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc


def _list(field: Field, value: Any) -> tuple[Any, Sequence[Problem]]:
    """A list of texts; empty ones and repetitions are dropped."""
    value = value if value != "" else []
    if not isinstance(value, list):
        return list(field.default or ()), [_misfit(field.name, value, "list")]
    strange = [index for index, each in enumerate(value) if not isinstance(each, str)]
    if strange:
        return list(field.default or ()), [_misfit(f"{field.name}.{n}", value[n], "text") for n in strange]
    values = list(dict.fromkeys(each.strip() for each in value if each.strip()))
    if len(values) > field.limit:
        return values, [Problem(field.name, "too_many", {"most": field.limit})]
    return values, [
        Problem(f"{field.name}.{index}", "bad_pattern", {"example": field.example})
        for index, each in enumerate(values)
        if field.pattern and not re.fullmatch(field.pattern, each)
    ]


def _words(field: Field, value: Any) -> tuple[Any, Sequence[Problem]]:
    """`{phrase: text}` for the phrases that the owner puts in his own words; an empty text is ours again."""
    value = value if value != "" else {}
    if not isinstance(value, dict):
        return {}, [_misfit(field.name, value, "object")]
    standard = dict(field.choices)
    kept: dict[str, str] = {}
    problems = []
    for name, text in value.items():
        path = f"{field.name}.{name}"
        if name not in standard:
            problems.append(Problem(path, "unknown_phrase"))
        elif not isinstance(text, str):
            problems.append(_misfit(path, text, "text"))
        elif len(text := _CONTROL.sub("", text).strip()) > field.limit:
            problems.append(Problem(path, "too_long", {"most": field.limit}))
        elif strange := [each for each in _HOLE.findall(text) if each not in _holes(standard[name])]:
            known = ", ".join(f"{{{each}}}" for each in sorted(_holes(standard[name]))) or "—"
            problems.append(Problem(path, "unknown_placeholder", {"value": f"{{{strange[0]}}}", "known": known}))
        elif text:
            kept[name] = text
    return kept, problems


def _holes(words: Mapping[str, str]) -> set[str]:
    return {hole for text in words.values() for hole in _HOLE.findall(text)}


def _schedule(field: Field, value: Any) -> tuple[Any, Sequence[Problem]]:
    """`{"time_zone": "", "week": [[{"from": "09:00", "to": "18:00"}], … ×7], "exceptions": [{"date", "until", …}]}`."""
    try:
        week, exceptions, zone = schedule_values(value)
    except (TypeError, KeyError, AttributeError):
        return field.default, [Problem(field.name, "bad_type")]
    found = schedule_problems(week, exceptions, zone)
    return value, [Problem(f"{field.name}.{each.field}", each.code, each.params) for each in found]


def schedule_values(
    value: Mapping[str, Any],
) -> tuple[tuple[tuple[Interval, ...], ...], tuple[SpecialDays, ...], str]:
    """Week, exceptions and zone of a setting of type "schedule", as the core takes them.

    Raises TypeError, KeyError or AttributeError where the value has another shape.
    """
    week = tuple(tuple(_interval(each) for each in day) for day in value["week"])
    exceptions = tuple(
        SpecialDays(
            date=_text(each["date"]),
            until=_text(each.get("until") or "") or None,
            intervals=tuple(_interval(one) for one in each.get("intervals", ())),
            name=_text(each.get("name") or ""),
        )
        for each in value.get("exceptions", ())
    )
    return week, exceptions, _text(value.get("time_zone") or "")


def _interval(value: Mapping[str, Any]) -> Interval:
    return Interval(_text(value["from"]), _text(value["to"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value
