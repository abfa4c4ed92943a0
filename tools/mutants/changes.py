"""What a mutant is: one change to one expression of a module of the core."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_CODE = re.compile(r"[a-z][a-z0-9_]*")  # a string for machines; words for people have capitals and spaces


class Change(NamedTuple):
    """One way to change a node in place."""

    says: str
    apply: Callable[[], object]


@dataclass(frozen=True)
class Mutant:
    """`node` and `which` find the change again in a fresh tree of the same source."""

    module: str
    line: int
    node: int
    which: int
    says: str

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}: {self.says}"


def changes(node: ast.AST) -> list[Change]:
    """Every change to this node; what lies below it has its own."""
    found: list[Change] = []
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = _COMPARISONS[type(operator)]
            found.append(Change(f"{_name(operator)} → {other.__name__}", partial(_put, node.ops, place, other())))
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        sign = _ARITHMETIC[type(node.op)]
        found.append(Change(f"{_name(node.op)} → {sign.__name__}", lambda: setattr(node, "op", sign())))
    elif isinstance(node, ast.BoolOp):
        junction = ast.Or if isinstance(node.op, ast.And) else ast.And
        found.append(Change(f"{_name(node.op)} → {junction.__name__}", lambda: setattr(node, "op", junction())))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        found.append(Change("not left out", lambda: setattr(node, "operand", _negated(node.operand))))
    elif isinstance(node, ast.Constant):
        found += _other_constants(node)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        found.append(Change("return None", lambda: setattr(node, "value", ast.Constant(None))))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NAMES:
        function, opposite = node.func, _NAMES[node.func.id]
        found.append(Change(f"{function.id} → {opposite}", lambda: setattr(function, "id", opposite)))
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        found.append(Change("condition turned round", lambda: setattr(node, "test", _negated(node.test))))
    return found + _statements_left_out(node)


def _other_constants(node: ast.Constant) -> list[Change]:
    value = node.value
    if isinstance(value, bool):
        return [Change(f"{value} → {not value}", lambda: setattr(node, "value", not value))]
    if isinstance(value, int):
        return [Change(f"{value} → {value + 1}", lambda: setattr(node, "value", value + 1))]
    if isinstance(value, str) and _CODE.fullmatch(value):
        return [Change(f'"{value}" → "{value}_x"', lambda: setattr(node, "value", f"{value}_x"))]
    return []


def _statements_left_out(node: ast.AST) -> list[Change]:
    """Calls for their effect and `+=`: what else is left out breaks at once and tells nothing."""
    found = []
    for block in ("body", "orelse"):
        statements = getattr(node, block, None)
        if not isinstance(statements, list):
            continue
        for place, statement in enumerate(statements):
            called = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if called or isinstance(statement, ast.AugAssign):
                says = f"left out: {ast.unparse(statement)}"
                found.append(Change(says, partial(_put, statements, place, ast.Pass())))
    return found


def _put(where: list[Any], place: int, what: ast.AST) -> None:
    where[place] = what


def _name(operator: ast.AST) -> str:
    return type(operator).__name__


def _negated(expression: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), expression)


def _is_none(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Constant) and expression.value is None


def _left_alone(tree: ast.AST) -> set[int]:
    """Ids of nodes that say nothing about behaviour: annotations, `Literal[…]`, f-strings' parts, slots."""
    alone: set[int] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST | None] = []
        if isinstance(node, (ast.AnnAssign, ast.arg)):
            hidden.append(node.annotation)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            hidden.append(node.returns)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            hidden.append(node)
        elif isinstance(node, ast.JoinedStr):
            hidden += [part for part in node.values if isinstance(part, ast.Constant)]
        elif isinstance(node, ast.Call) and _name_of(node.func) in ("lru_cache", "dataclass"):
            hidden.append(node)
        for each in hidden:
            if each is not None:
                alone |= {id(below) for below in ast.walk(each)}
    return alone


def _name_of(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def mutants_of(path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text())
    alone, folded = _left_alone(tree), _folded(tree)
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in alone:
            continue
        for which, change in enumerate(changes(node)):
            line: int = folded.get(id(node), getattr(node, "lineno", 0))
            if change.says.startswith("left out"):
                line = _line_left_out(node, change.says)
            yield Mutant(path.stem, line, number, which, change.says)


def _folded(tree: ast.AST) -> dict[int, int]:
    """Constant → the line on which it runs, where a collection of nothing but constants is loaded as a whole."""
    lines: dict[int, int] = {}
    for node in ast.walk(tree):  # from the outside in: the largest such collection counts
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            below = [each for each in ast.walk(node) if not isinstance(each, (ast.Tuple, ast.expr_context))]
            if all(each is node or isinstance(each, ast.Constant) for each in below):
                for each in below:
                    lines.setdefault(id(each), node.lineno)
    return lines


def _line_left_out(node: ast.AST, says: str) -> int:
    statements = [*getattr(node, "body", []), *getattr(node, "orelse", [])]
    lines = (each.lineno for each in statements if f"left out: {ast.unparse(each)}" == says)
    return int(next(lines))


def mutated(mutant: Mutant, source: str) -> ast.Module:
    tree = ast.parse(source)
    node = next(each for number, each in enumerate(ast.walk(tree)) if number == mutant.node)
    changes(node)[mutant.which].apply()
    return ast.fix_missing_locations(tree)
