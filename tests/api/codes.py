"""Which codes the house uses, read from its own source: what must be worded in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "openlines"
ROOMS = ("core", "services", "api", "channels", "notify", "workers")

# Where a call's code stands: name of the callable → index of the argument.
PLACES = {
    "Refused": 0,
    "Conflict": 0,
    "Forbidden": 0,
    "Unauthorized": 0,
    "HttpRefused": 1,
    "TooMany": 1,
    "Problem": 1,
    "field": 1,  # Invalid.field
    "Fact": 0,
    "Reason": 0,
    "Say": 1,  # why it is said
    "Coded": 0,
    "Missing": 0,
    "Failed": 0,
    "Again": 0,
    "_Stop": 0,
    "Trouble": 0,
    "AuthDead": 0,
}


def codes() -> dict[str, set[str]]:
    """Code → the places where it is used ("services/reply.py:52 Refused")."""
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*.py")):
            for code, line, name in _of(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(code, set()).add(f"{path.relative_to(SOURCE)}:{line} {name}")
    return found


def _of(tree: ast.Module) -> Iterator[tuple[str, int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = PLACES.get(name)
        if place is None or len(node.args) <= place:
            continue
        for code in _texts(node.args[place]):
            yield code, node.lineno, name


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an argument can be: a constant, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
