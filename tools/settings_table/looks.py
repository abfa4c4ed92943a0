"""The tab Appearance: settings of the channels that stand on the line's page, found by the kinds' manifests.

They are read by their names (`settings.get("accent")`, `settings.get(f"greeting_{language}")`, or a constant
`SETTING`), and tests give them to a channel or look for them on the page.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from openlines.channels import invitations
from openlines.channels.base import Field
from openlines.channels.fields import of_line
from openlines.channels.registry import manifests
from openlines.core.line import LANGUAGES
from tools.settings_table.looking import _NOT_READING, LINE_PAGE, PACKAGE, ROOT, TESTS, Place, _nodes, _shown

TAB = "appearance"
_CONTROLS = LINE_PAGE.parent / "channels" / "ManifestControl.vue"
_LANGUAGE = re.compile(r"_(ru|en)$")
# A test about a chat says so; another one may give the same name to something else.
_ABOUT_CHATS = re.compile(r"website|widget|looks|/appearance")
# How they are kept and carried, whatever they do.
_NOT_PROOFS = frozenset({"test_looks.py", "test_line_looks.py", "test_registry.py"})
_PAGE_ROWS = frozenset({"row"})  # what the tests of the page find a setting by


@cache
def look_places() -> Sequence[Place]:
    """Every setting of a channel on the line's page, in the order of the manifests: "website.accent"."""
    return [
        Place(f"{kind}.{field.name}", field.default, TAB, field.type, _control(field), _readers(field), _tests(field))
        for kind, manifest in manifests().items()
        for field in manifest.fields
        if of_line(field)
    ]


def look_parts() -> list[Place]:
    """What stands inside them: "website.invitations.page"."""
    return [
        Place(f"{place.name}.{part}", standard, "", "part", _part_control(part), _part_readers(part), _part_tests(part))
        for place in look_places()
        if place.kind == "invitations"
        for part, standard in invitations.PARTS.items()
    ]


def words_of(name: str, language: str) -> tuple[str, str]:
    """The label and the help of "website.accent"."""
    field = _field(name)
    return field.label[language], field.help[language]


def choice_of(name: str, value: Any, language: str) -> str:
    """A value of a choice as the page calls it."""
    return dict(_field(name).choices)[value][language]


def is_look(name: str) -> bool:
    """Whether it is the name of one of these, and not of what stands inside one."""
    return name.count(".") == 1 and name.partition(".")[0] in manifests()


def _field(name: str) -> Field:
    kind, _, wanted = name.partition(".")
    return next(field for field in manifests()[kind].fields if field.name == wanted)


@cache
def _controls() -> Mapping[str, str]:
    text = _CONTROLS.read_text()
    return {kind: name for name, kind in re.findall(r"<(\w+)\s[^<>]*?field\.type === '(\w+)'", text)}


def _control(field: Field) -> str:
    own = _controls().get(field.type, "")
    return f"{own}.vue" if own[:1].isupper() and own else _CONTROLS.name


# ---------------------------------------------------------------- the code


def _readers(field: Field) -> tuple[str, ...]:
    return tuple(_shown({where for where, key in _keys() if _is_name(key, field.name)}))


@cache
def _keys() -> Sequence[tuple[str, ast.expr]]:
    """Where settings of channels are read, and by which name; looked for once, for all of them."""
    return [
        (f"{where}:{function}" if function else where, key)
        for path in sorted(PACKAGE.rglob("*.py"))
        if not (where := path.relative_to(PACKAGE).as_posix()).startswith(_NOT_READING)
        for function, node in _nodes(path)
        if (key := _key(node)) is not None
    ]


def _key(node: ast.AST) -> ast.expr | None:
    """The name in `SETTING = "accent"` or `settings.get("accent")`; None for everything else."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = any(isinstance(each, ast.Name) and each.id == "SETTING" for each in targets)
        return node.value if named and isinstance(node.value, ast.Constant) else None
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"):
        return None
    holder = node.func.value
    last = holder.attr if isinstance(holder, ast.Attribute) else holder.id if isinstance(holder, ast.Name) else ""
    return node.args[0] if last == "settings" and node.args else None


def _is_name(key: ast.expr, name: str) -> bool:
    """The name itself, or one put together with the language."""
    if isinstance(key, ast.JoinedStr):
        start = key.values[0]
        return isinstance(start, ast.Constant) and start.value == _LANGUAGE.sub("_", name) != name
    return isinstance(key, ast.Constant) and key.value == name


def _part_control(part: str) -> str:
    editor = _CONTROLS.with_name("InvitationsField.vue")
    return editor.name if re.search(rf"""one\.{part}\b|["']{part}["']""", editor.read_text()) else ""


def _part_readers(part: str) -> tuple[str, ...]:
    """`each["page"]`, or `each[language]` for the words in it, beside the place that reads the invitations."""
    where = "api/visitor/views.py"
    return tuple(
        dict.fromkeys(
            f"{where}:{function}"
            for function, node in _nodes(PACKAGE / where)
            if isinstance(node, ast.Subscript) and _is_part(node.slice, part)
        )
    )


def _is_part(key: ast.expr, part: str) -> bool:
    if isinstance(key, ast.Name):
        return part in LANGUAGES and key.id == "language"
    return isinstance(key, ast.Constant) and key.value == part


def _part_tests(part: str) -> tuple[str, ...]:
    """Tests that write an invitation with it, or fill it in on the page."""
    return tuple(
        _shown(
            {
                f"{path.relative_to(ROOT).as_posix()}::{function}"
                for path in _files()
                if "invitation" in path.read_text()
                for function, node in _nodes(path)
                if function.rpartition(".")[2].startswith("test") and part in dict(_given(node))
            }
        )
    )


# ---------------------------------------------------------------- the tests


def _tests(field: Field) -> tuple[str, ...]:
    return tuple(_shown({test for test, node in _giving() if _gives(node, field)}))


@cache
def _giving() -> Sequence[tuple[str, ast.AST]]:
    """Every place in a test that can give a value to something or look for a row; looked for once, for all of them."""
    return [
        (f"{path.relative_to(ROOT).as_posix()}::{function}", node)
        for path in _files()
        for function, node in _nodes(path)
        if isinstance(node, (ast.Call, ast.keyword, ast.Dict)) and function.rpartition(".")[2].startswith("test")
    ]


@cache
def _files() -> list[Path]:
    every = (path for path in sorted(TESTS.rglob("test_*.py")) if path.name not in _NOT_PROOFS)
    return [path for path in every if _ABOUT_CHATS.search(path.read_text())]


def _gives(node: ast.AST, field: Field) -> bool:
    """Gives it a value of its type, as an argument or under a key; or looks for its row on the page."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _PAGE_ROWS:
        return any(isinstance(each, ast.Constant) and each.value == field.name for each in node.args)
    return any(name == field.name and _fits(value, field.type) for name, value in _given(node))


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.keyword) and node.arg is not None:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        yield from (
            (key.value, value)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        )


def _fits(value: ast.expr, kind: str) -> bool:
    match kind:
        case "flag":
            return isinstance(value, ast.Constant) and isinstance(value.value, bool)
        case "list" | "invitations":
            return isinstance(value, (ast.List, ast.Name))
        case "words":
            return isinstance(value, (ast.Dict, ast.Name))
        case _:
            return isinstance(value, ast.Constant) and isinstance(value.value, str)
